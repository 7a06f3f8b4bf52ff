//! Hosts: members whom the event's maker names.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::client::Client;
use crate::support::cluster::Cluster;
use crate::support::event_client::EventClient;
use crate::support::server::{Person, Server, list};

fn host(event: Uuid, person: &Person) -> String {
    format!("/v1/events/{event}/hosts/{}", person.id)
}

fn hosts(event: Uuid) -> String {
    format!("/v1/events/{event}/hosts")
}

fn membership(event: Uuid) -> String {
    format!("/v1/events/{event}/members/me")
}

/// The ids in the list of hosts, as this person sees it.
async fn ids(server: &Server, event: Uuid, person: &Person) -> Vec<Value> {
    let page = server.get(&hosts(event), person).await.ok(200);
    assert_eq!(page["next"], Value::Null);
    list(&page, "items").iter().map(|host| host["user_id"].clone()).collect()
}

async fn device(server: &Server, person: &Person) -> (Client, String) {
    let (client, topic) = (Client::open(server, person).await, format!("user:{}", person.id));
    client.join(&topic, json!({})).await.ok();
    (client, topic)
}

#[tokio::test]
async fn the_maker_names_them_and_members_see_them() {
    let server = Server::start().await;
    let [ana, ben, cleo, eve] = server.people();
    let event = server.event(&ana).await;
    for person in [&ben, &cleo] {
        server.join_event(event, person).await;
    }
    let (phone, topic) = device(&server, &ben).await;
    for round in 0..2 {
        server.put(&host(event, &ben), &ana, json!({})).await.ok(204);
        let push = phone.event(&topic, "event:role").await;
        assert_eq!(push, json!({"event_id": event, "role": "host"}), "round {round}");
    }
    // The maker, who is no member, sees them, too.
    for person in [&ana, &ben, &cleo] {
        assert_eq!(ids(&server, event, person).await, [json!(ben.id)]);
    }
    let page = server.get(&hosts(event), &cleo).await.ok(200);
    let shown = &list(&page, "items")[0];
    assert_eq!((&shown["display_name"], &shown["avatar_url"]), (&json!(ben.name), &Value::Null));
    server.get(&hosts(event), &eve).await.refused(403, "not_member");
    server.get(&hosts(Uuid::now_v7()), &ana).await.refused(404, "not_found");
    // One's role is in every answer about one's membership.
    for (person, role) in [(&ben, "host"), (&cleo, "member")] {
        assert_eq!(server.put(&membership(event), person, json!({})).await.ok(200)["role"], role);
        assert_eq!(server.get("/v1/me/events", person).await.ok(200)["items"][0]["role"], role);
        assert_eq!(EventClient::join(&server, person, event).await.joined["role"], role);
    }
    let members = server.get(&format!("/v1/events/{event}/members"), &cleo).await.ok(200);
    let roles: Vec<_> = list(&members, "items").iter().map(|member| &member["role"]).collect();
    assert_eq!(roles, ["host", "member"]);
    // Nobody else names any: no member, no host, no outsider.
    for (person, code) in [(&ben, "forbidden"), (&cleo, "forbidden"), (&eve, "not_member")] {
        server.put(&host(event, person), person, json!({})).await.refused(403, code);
        server.delete(&host(event, &ben), person).await.refused(403, code);
    }
    server.put(&host(event, &eve), &ana, json!({})).await.refused(404, "not_found");
    server.delete(&host(event, &eve), &ana).await.refused(404, "not_found");
    server.put(&host(Uuid::now_v7(), &ben), &ana, json!({})).await.refused(404, "not_found");
    for round in 0..2 {
        server.delete(&host(event, &ben), &ana).await.ok(204);
        let push = phone.event_where(&topic, "event:role", |push| push["role"] == "member").await;
        assert_eq!(push["event_id"], json!(event), "round {round}");
    }
    assert_eq!(ids(&server, event, &cleo).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_host_who_leaves_loses_the_role_and_one_who_hides_is_hidden() {
    let server = Server::start().await;
    let [ana, ben, cleo] = server.people();
    let event = server.event(&ana).await;
    for person in [&ben, &cleo] {
        server.join_event(event, person).await;
    }
    server.put(&host(event, &ben), &ana, json!({})).await.ok(204);
    let hidden = server.put(&membership(event), &ben, json!({"hidden": true})).await.ok(200);
    assert_eq!(hidden["role"], "host", "a change of the membership leaves the role");
    assert_eq!(ids(&server, event, &cleo).await, Vec::<Value>::new());
    for person in [&ana, &ben] {
        assert_eq!(ids(&server, event, person).await, [json!(ben.id)]);
    }
    let meet_point = format!("/v1/events/{event}/meet-point");
    server.put(&meet_point, &ben, json!({"title": "Here"})).await.ok(201);
    server.delete(&membership(event), &ben).await.ok(204);
    server.delete(&meet_point, &ben).await.refused(403, "not_member");
    assert_eq!(server.put(&membership(event), &ben, json!({})).await.ok(200)["role"], "member");
    server.delete(&meet_point, &ben).await.refused(403, "forbidden");
    assert_eq!(ids(&server, event, &ana).await, Vec::<Value>::new());
    // Cancelling changes nothing for hosts.
    server.put(&host(event, &ben), &ana, json!({})).await.ok(204);
    server.patch(&format!("/v1/events/{event}"), &ana, json!({"cancelled": true})).await.ok(200);
    server.delete(&meet_point, &ben).await.ok(204);
}

#[tokio::test]
async fn a_new_host_learns_of_it_on_another_node() {
    let cluster = Cluster::start(2).await;
    let [ana, ben] = cluster.nodes[0].people();
    let event = cluster.nodes[0].event(&ana).await;
    cluster.nodes[0].join_event(event, &ben).await;
    let (phone, topic) = device(&cluster.nodes[1], &ben).await;
    cluster.nodes[0].put(&host(event, &ben), &ana, json!({})).await.ok(204);
    assert_eq!(phone.event(&topic, "event:role").await["role"], "host");
}
