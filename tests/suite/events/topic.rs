//! `event:<id>`: what an event's members hear of its pods and of how many they are, on one node.

use futures_util::future::join_all;
use rand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::{Client, End};
use crate::support::event_client::{EventClient, listed, topic, try_join};
use crate::support::pod_client::number;
use crate::support::server::{Answer, Person, Server, id_of, list, without_counts};
use crate::support::wait::until;

async fn open(server: &Server, person: &Person, event: Uuid, body: Value) -> Uuid {
    id_of(&server.post(&format!("/v1/events/{event}/pods"), person, body).await.ok(201))
}

fn seat(pod: Uuid) -> String {
    format!("/v1/pods/{pod}/members/me")
}

fn membership(event: Uuid) -> String {
    format!("/v1/events/{event}/members/me")
}

#[tokio::test]
async fn its_members_alone_may_join() {
    let server = Server::start().await;
    let [ana, ben, eve] = server.people();
    let event = server.event(&ana).await;
    server.join_event(event, &ben).await;
    for outsider in [&ana, &eve] {
        // Ana made it, and is no member.
        let (client, reply) = try_join(&server, outsider, event).await;
        reply.refused("not_member");
        client.join(&topic(Uuid::now_v7()), json!({})).await.refused("not_found");
        client.heartbeat().await;
    }
    let bens = EventClient::join(&server, &ben, event).await;
    let (eves, reply) = try_join(&server, &eve, event).await;
    reply.refused("not_member");
    // A topic that is live already does not let them in either.
    assert_eq!(bens.joined["present"], 1);
    bens.client.ask(&bens.topic, "post:new", json!({})).await.refused("unknown_event");
    server.join_event(event, &eve).await;
    eves.join(&topic(event), json!({})).await.ok();
    bens.until("both", |picture| picture.members == 2 && picture.present == 2).await;
    // Who calls an event off does not send its community away: they need to hear of each other most.
    server.patch(&format!("/v1/events/{event}"), &ana, json!({"cancelled": true})).await.ok(200);
    let again = EventClient::join(&server, &eve, event).await;
    assert!(again.joined["event"]["cancelled_at"].is_string(), "{}", again.joined);
}

#[tokio::test]
async fn a_join_is_answered_with_the_event_and_its_newest_pods() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, first) = server.pod(&[ana.clone(), ben.clone()]).await;
    for number in 2..=52 {
        open(&server, &ana, event, json!({"name": format!("Pod {number}")})).await;
    }
    let closed = open(&server, &ana, event, json!({"name": "Closed"})).await;
    server.delete(&format!("/v1/pods/{closed}"), &ana).await.ok(204);
    let anas = EventClient::join(&server, &ana, event).await;
    let joined = &anas.joined;
    assert_eq!(joined["event"], without_counts(server.get(&format!("/v1/events/{event}"), &ana).await.ok(200)));
    assert_eq!((&joined["members"], &joined["present"]), (&json!(2), &json!(1)));
    assert!(number(&joined["head"]) >= 54 && joined["epoch"].is_string(), "{joined}");
    assert_eq!(joined["limits"]["page"], 200);
    // The rest of the same list is had over HTTP.
    let newest = listed(&server, &ana, event, "newest").await;
    assert_eq!(newest.len(), 52);
    assert_eq!(list(joined, "pods"), &newest[..50]);
    let cursor = joined["next"].as_str().expect("there are more");
    let rest = server.get(&format!("/v1/events/{event}/pods?order=newest&cursor={cursor}"), &ana).await.ok(200);
    assert_eq!(list(&rest, "items"), &newest[50..]);
    assert_eq!((id_of(&newest[51]), &newest[51]["free_seats"]), (first, &json!(3)));
    let mut opened = listed(&server, &ana, event, "opened").await;
    opened.reverse();
    assert_eq!(opened, newest);
    server.get(&format!("/v1/events/{event}/pods?order=oldest"), &ana).await.refused(422, "invalid");
}

#[tokio::test]
async fn every_change_of_a_card_is_sent_and_nothing_of_who_is_inside() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let event = server.event(&ana).await;
    for person in [&ana, &ben, &cleo] {
        server.join_event(event, person).await;
    }
    let cleos = EventClient::join(&server, &cleo, event).await;
    let pod = open(&server, &ana, event, json!({"name": "The front row"})).await;
    let opened = cleos.client.event(&cleos.topic, "pod:opened").await;
    assert_eq!(opened["pod"], listed(&server, &cleo, event, "opened").await[0]);
    assert_eq!((&opened["pod"]["free_seats"], &opened["pod"]["join_policy"]), (&json!(4), &json!("open")));
    let changed = async |what: &str, wanted: fn(&Value) -> bool| {
        let push = cleos.client.event_where(&cleos.topic, "pod:changed", |push| wanted(&push["pod"])).await;
        assert_eq!(push["pod"], listed(&server, &cleo, event, "opened").await[0], "{what}");
    };
    server.put(&seat(pod), &ben, json!({})).await.ok(200);
    changed("a seat is taken", |pod| pod["free_seats"] == 3).await;
    let path = format!("/v1/pods/{pod}");
    server.patch(&path, &ana, json!({"name": "The balcony"})).await.ok(200);
    changed("a new name", |pod| pod["name"] == "The balcony").await;
    server.patch(&path, &ana, json!({"join_policy": "invite"})).await.ok(200);
    changed("it is listed still, and says that one needs to be let in", |pod| pod["join_policy"] == "invite").await;
    server.delete(&seat(pod), &ben).await.ok(204);
    changed("a seat is left", |pod| pod["free_seats"] == 4).await;
    // One who comes by an invitation takes a seat, and is one more member.
    let eve = server.person("Eve");
    let invite = server.post(&format!("{path}/invites"), &ana, json!({})).await.ok(201);
    let code = invite["code"].as_str().expect("a code");
    server.post(&format!("/v1/invites/{code}/accept"), &eve, json!({})).await.ok(200);
    changed("by an invitation", |pod| pod["free_seats"] == 3).await;
    cleos.until("one more member", |picture| picture.members == 4).await;
    server.delete(&format!("{path}/members/{}", eve.id), &ana).await.ok(204);
    changed("a member is removed", |pod| pod["free_seats"] == 4).await;
    server.delete(&path, &ana).await.ok(204);
    let closed = cleos.client.event(&cleos.topic, "pod:closed").await;
    assert_eq!(closed["pod_id"], json!(pod));
    // The last one out closes a pod, too.
    let second = open(&server, &ben, event, json!({"name": "Two", "join_policy": "invite"})).await;
    cleos.client.event_where(&cleos.topic, "pod:opened", |push| push["pod"]["id"] == json!(second)).await;
    server.delete(&membership(event), &ben).await.ok(204);
    cleos.client.event_where(&cleos.topic, "pod:closed", |push| push["pod_id"] == json!(second)).await;
    cleos.until("one member less", |picture| picture.members == 3).await;
    assert!(cleos.picture().pods.is_empty());
    // What is said inside is nobody's business here, and a person's name is in nothing but the maker's id.
    let all = cleos.received().iter().map(|frame| frame.payload.to_string()).collect::<String>();
    for hidden in [ben.name.as_str(), &eve.name, "last_seq", "\"head\"", "user_id", "\"members\""] {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    assert!(!all.contains(&eve.id.to_string()));
}

#[tokio::test]
async fn messages_and_reading_move_nothing_on_the_feed() {
    let server = Server::start_with(&[("PODIUM_LIMIT_MESSAGES", "off")]).await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let anas = EventClient::join(&server, &ana, event).await;
    let talker = Client::open(&server, &ben).await;
    talker.join(&format!("pod:{pod}"), json!({})).await.ok();
    for text in ["one", "two", "three"] {
        let said = talker.say(pod, Uuid::now_v7(), text).await.ok();
        talker.ask(&format!("pod:{pod}"), "read", json!({"seq": said["seq"]})).await.ok();
    }
    let cleo = server.person("Cleo");
    server.join_event(event, &cleo).await;
    server.put(&membership(event), &cleo, json!({"hidden": true})).await.ok(200);
    anas.until("one more", |picture| picture.members == 3).await;
    let again = EventClient::join(&server, &ana, event).await;
    assert_eq!(again.joined["head"], anas.joined["head"]);
    assert!(anas.received().iter().all(|frame| !frame.event.starts_with("pod:")));
}

#[tokio::test]
async fn people_are_counted_and_not_their_devices() {
    let server = Server::start().await;
    let people: [Person; 4] = server.people();
    let event = server.event(&people[0]).await;
    for person in &people {
        server.join_event(event, person).await;
    }
    let first = EventClient::join(&server, &people[0], event).await;
    assert_eq!(first.joined["present"], 1);
    let second = EventClient::join(&server, &people[1], event).await;
    assert_eq!(second.joined["present"], 2);
    first.until("two", |picture| picture.present == 2).await;
    let device = EventClient::join(&server, &people[1], event).await;
    assert_eq!(device.joined["present"], 2);
    let third = EventClient::join(&server, &people[2], event).await;
    for client in [&first, &second, &device] {
        client.until("three", |picture| picture.present == 3).await;
    }
    device.client.cut(false);
    third.client.leave(&third.topic).await.ok();
    second.until("two again", |picture| picture.present == 2).await;
    drop(second);
    first.until("alone", |picture| picture.present == 1).await;
    assert!(!first.picture().closed);
}

#[tokio::test]
async fn a_burst_is_merged_and_the_last_value_comes() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let anas = EventClient::join(&server, &ana, event).await;
    let began = std::time::Instant::now();
    let path = format!("/v1/pods/{pod}");
    // Eight at a time, so that they come faster than they may be sent.
    for round in 0..25 {
        let names = (0..8).map(|number| format!("Name {round} {number}"));
        let rename = async |name: String| server.patch(&path, &ana, json!({"name": name})).await.ok(200);
        join_all(names.map(rename)).await;
    }
    server.patch(&path, &ana, json!({"name": "The last"})).await.ok(200);
    let took = began.elapsed();
    let last = anas.until("the last", |picture| picture.pods[&pod]["name"] == "The last").await;
    assert_eq!(last.pods.values().cloned().collect::<Vec<_>>(), listed(&server, &ana, event, "opened").await);
    // One at once and four a second, and one after it is over.
    let (frames, most) = (anas.count("pod:changed"), took.as_millis() as usize / 250 + 3);
    assert!(frames <= most, "{frames} frames in {took:?}");
}

#[tokio::test]
async fn many_pods_at_once_are_sent_in_turns_and_no_session_is_cut() {
    let server = Server::start_with(&[("PODIUM_LIMIT_SESSION_FRAMES", "100")]).await;
    let [ana, ben] = server.people();
    let (event, _) = server.pod(&[ana.clone(), ben.clone()]).await;
    let anas = EventClient::join(&server, &ana, event).await;
    for round in 0..20 {
        let opening =
            async |number: usize| open(&server, &ben, event, json!({"name": format!("{round} {number}")})).await;
        join_all((0..10).map(opening)).await;
    }
    anas.until_like_the_list(&server, &ana, event).await;
    assert_eq!(anas.count("pod:opened"), 200);
}

#[tokio::test]
async fn who_leaves_loses_the_topic_and_who_comes_back_may_join_it() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let anas = EventClient::join(&server, &ana, event).await;
    let phone = EventClient::join(&server, &ben, event).await;
    let laptop = EventClient::join(&server, &ben, event).await;
    server.delete(&membership(event), &ben).await.ok(204);
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "Without Ben"})).await.ok(200);
    for device in [&phone, &laptop] {
        device.until("the end", |picture| picture.closed).await;
        device.client.heartbeat().await;
        device.client.join(&device.topic, json!({})).await.refused("not_member");
    }
    anas.until("one", |picture| picture.present == 1 && picture.members == 1).await;
    anas.until("the new name", |picture| picture.pods[&pod]["name"] == "Without Ben").await;
    // His own going from before does not end what he joins after it.
    for round in 0..5 {
        server.join_event(event, &ben).await;
        let again = EventClient::join(&server, &ben, event).await;
        let name = format!("Round {round}");
        server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": name})).await.ok(200);
        again.until("the round's name", |picture| picture.pods[&pod]["name"] == json!(name)).await;
        assert!(!again.picture().closed);
        server.delete(&membership(event), &ben).await.ok(204);
        again.until("the end", |picture| picture.closed).await;
    }
    // No other client is closed, and others receive only the numbers.
    assert!(!anas.picture().closed);
    assert!(anas.received().iter().all(|frame| !frame.payload.to_string().contains(&ben.id.to_string())));
}

#[tokio::test]
async fn an_event_that_is_deleted_closes_its_topic() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let (event, _) = server.pod(std::slice::from_ref(&ana)).await;
    let anas = EventClient::join(&server, &ana, event).await;
    server.delete(&format!("/v1/events/{event}"), &ana).await.ok(204);
    anas.until("the end", |picture| picture.closed).await;
    anas.client.join(&anas.topic, json!({})).await.refused("not_found");
}

#[tokio::test]
async fn a_topic_that_nobody_has_open_costs_nothing() {
    let server = Server::start().await;
    let [ana, ben] = server.people();
    let (event, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    let anas = EventClient::join(&server, &ana, event).await;
    assert_eq!(server.metric("podium_events_live").await, 1.0);
    anas.client.close(1000);
    assert!(matches!(anas.client.ended().await, End::Closed(_) | End::Broken));
    until("the actor's end", async || server.metric("podium_events_live").await == 0.0).await;
    let before = server.metric("podium_event_readings_total").await;
    server.patch(&format!("/v1/pods/{pod}"), &ana, json!({"name": "Unheard"})).await.ok(200);
    let again = EventClient::join(&server, &ana, event).await;
    assert_eq!(again.joined["pods"][0]["name"], "Unheard");
    assert_eq!(server.metric("podium_event_readings_total").await, before);
}

/// Whether an answer is one that a client may get when everyone does everything at once.
fn is_expected(answer: &Answer) -> bool {
    let code = answer.body["code"].as_str().unwrap_or_default();
    matches!(answer.status, 200 | 201 | 204) || matches!(code, "pod_full" | "not_member" | "not_found" | "forbidden")
}

#[tokio::test]
async fn everyone_doing_everything_at_once_ends_with_the_same_picture_for_all() {
    let server = Server::start().await;
    let people: [Person; 12] = server.people();
    let event = server.event(&people[0]).await;
    join_all(people.iter().map(|person| server.join_event(event, person))).await;
    let watching = join_all(people[..4].iter().map(|person| EventClient::join(&server, person, event))).await;
    let one = async |person: &Person, leaves: bool| {
        for _ in 0..25 {
            let pods = server.get(&format!("/v1/events/{event}/pods?order=newest&limit=20"), person).await;
            if pods.status != 200 {
                server.join_event(event, person).await;
                continue;
            }
            let pods = list(&pods.body, "items");
            let (what, which) = {
                let mut rng = rand::rng();
                (rng.random_range(0..10), rng.random_range(0..pods.len().max(1)))
            };
            let pod = pods.get(which).map(id_of);
            let answer = match (what, pod) {
                (0..=1, _) | (_, None) => {
                    server.post(&format!("/v1/events/{event}/pods"), person, json!({"name": "New"})).await
                }
                (2..=5, Some(pod)) => server.put(&seat(pod), person, json!({})).await,
                (6..=7, Some(pod)) => server.delete(&seat(pod), person).await,
                (8, Some(pod)) if leaves => match which % 2 {
                    0 => server.delete(&membership(event), person).await,
                    _ => server.delete(&format!("/v1/pods/{pod}"), person).await,
                },
                (_, Some(pod)) => {
                    let name = json!({"name": format!("{}", Uuid::now_v7())});
                    server.patch(&format!("/v1/pods/{pod}"), person, name).await
                }
            };
            assert!(is_expected(&answer), "{what}: {answer:?}");
        }
    };
    // The watching members stay, since their topic ends when they leave.
    join_all(people.iter().enumerate().map(|(number, person)| one(person, number >= 4))).await;
    for client in &watching {
        client.until_like_the_list(&server, &people[0], event).await;
    }
    let members = server.get(&format!("/v1/events/{event}/members?limit=200"), &people[0]).await.ok(200);
    let count = list(&members, "items").len() as i64;
    for client in &watching {
        client.until("the number of members", |picture| picture.members == count && picture.present == 4).await;
    }
    assert!(server.log().iter().all(|line| !line.contains("40P01")), "there was a deadlock");
}
