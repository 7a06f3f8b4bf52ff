//! The wall of an event in the web client, in a real Chromium (`web/tests/browser`).

use serde_json::{Value, json};

use crate::support::browser::{browse, people};
use crate::support::server::{Person, Server};

/// A wall's scenario: an event of the first person, to which all of them go.
async fn at_a_wall(script: &str, settings: &[(&str, &str)], crowd: &[&str]) {
    let server = Server::start_with(settings).await;
    let members: Vec<Person> = crowd.iter().map(|name| server.person(name)).collect();
    let event = server.event(&members[0]).await;
    for person in &members {
        server.join_event(event, person).await;
    }
    let people: Value = people(&members.iter().collect::<Vec<_>>());
    browse(script, json!({"url": server.url, "event": event, "people": people})).await;
}

#[tokio::test]
async fn people_post_vote_comment_and_react_on_a_wall() {
    at_a_wall("wall.mjs", &[], &["Ana", "Ben", "Cleo"]).await;
}

#[tokio::test]
async fn what_is_wanted_on_a_wall_survives_a_tunnel_and_a_reload() {
    at_a_wall("wall_offline.mjs", &[], &["Ana", "Ben"]).await;
}

#[tokio::test]
async fn fast_thumbs_are_counted_once_and_never_too_early() {
    at_a_wall("wall_hype.mjs", &[], &["Ana", "Ben"]).await;
}

#[tokio::test]
async fn a_long_wall_is_read_to_its_end() {
    at_a_wall("wall_lists.mjs", &[("PODIUM_LIMIT_POSTS", "off")], &["Ana", "Ben"]).await;
}

#[tokio::test]
async fn a_wall_is_accessible_in_both_themes_on_phone_and_desktop() {
    at_a_wall("wall_axe.mjs", &[], &["Ana", "Ben"]).await;
}
