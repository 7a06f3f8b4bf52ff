//! Finding events: by words that are mistyped, page by page, and without asking for what is known already.

use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use serde_json::json;
use uuid::Uuid;

use crate::support::database::migrations;
use crate::support::server::{Server, id_of, list, text};

/// Artist, city, venue, date.
const GIGS: [[&str; 4]; 10] = [
    ["Ólafur Arnalds", "Leipzig", "Gewandhaus", "2099-05-09T19:00:00Z"],
    ["Radiohead", "Berlin", "Waldbühne", "2099-05-08T19:00:00Z"],
    ["Radiohead", "Hamburg", "Stadtpark", "2099-05-07T19:00:00Z"],
    ["Radio Head Tribute", "Hamburg", "Knust", "2099-05-01T19:00:00Z"],
    ["Björk", "Oslo", "Operahuset", "2099-05-06T19:00:00Z"],
    ["Motörhead Revival", "Köln", "Palladium", "2099-05-05T19:00:00Z"],
    ["!!!", "Łódź", "Klub", "2099-05-04T19:00:00Z"],
    ["宇多田ヒカル", "東京", "東京ドーム", "2099-05-03T19:00:00Z"],
    ["AC/DC", "München", "Olympiastadion", "2099-05-02T19:00:00Z"],
    ["Sigur Rós", "Reykjavík", "Harpa", "1999-05-02T19:00:00Z"],
];

async fn with_gigs() -> Server {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for [artist, city, venue, date_utc] in GIGS {
        let body = json!({"artist": artist, "city": city, "venue": venue, "date_utc": date_utc});
        server.post("/v1/events", &ana, body).await.ok(201);
    }
    server
}

/// What is found, each as `artist, city`.
async fn found(server: &Server, query: &[(&str, &str)]) -> Vec<String> {
    let page = server.http("GET", &path(query), None, None).await.ok(200);
    list(&page, "items").iter().map(|event| format!("{}, {}", text(event, "artist"), text(event, "city"))).collect()
}

fn path(query: &[(&str, &str)]) -> String {
    let url = reqwest::Url::parse_with_params("http://x/v1/events", query).expect("a query");
    format!("/v1/events?{}", url.query().expect("a query"))
}

#[tokio::test]
async fn a_typing_error_is_forgiven_in_artist_city_and_venue() {
    let server = with_gigs().await;
    for (typed, first) in [
        ("radiohead berlin", "Radiohead, Berlin"),
        ("BERLIN radiohead", "Radiohead, Berlin"),
        ("Radiohaed Berlni", "Radiohead, Berlin"),
        ("radioheda waldbuhne", "Radiohead, Berlin"),
        ("olafur arnalds", "Ólafur Arnalds, Leipzig"),
        ("Olafr Arnolds", "Ólafur Arnalds, Leipzig"),
        ("gewandhuas", "Ólafur Arnalds, Leipzig"),
        ("Leipzg", "Ólafur Arnalds, Leipzig"),
        ("leip", "Ólafur Arnalds, Leipzig"),
        ("bjork", "Björk, Oslo"),
        ("bjokr", "Björk, Oslo"),
        ("björk", "Björk, Oslo"),
        ("O\u{308}perahuset bjo\u{308}rk", "Björk, Oslo"),
        ("MOTORHEAD", "Motörhead Revival, Köln"),
        ("motörhaed koln", "Motörhead Revival, Köln"),
        ("Koeln paladium", "Motörhead Revival, Köln"),
        ("!!!", "!!!, Łódź"),
        ("lodz !!!", "!!!, Łódź"),
        ("東京", "宇多田ヒカル, 東京"),
        ("宇多田", "宇多田ヒカル, 東京"),
        ("ac/dc munchen", "AC/DC, München"),
        ("acdc", "AC/DC, München"),
        ("olympiastadoin", "AC/DC, München"),
    ] {
        let found = found(&server, &[("q", typed)]).await;
        assert_eq!(found.first().map(String::as_str), Some(first), "{typed} finds {found:?}");
    }
    for nothing in ["zzzzzz", "radiohead zzzzzz", "???", "\u{301}", "!!! berlin", "a'b\"c%_\\", "sigur ros"] {
        assert_eq!(found(&server, &[("q", nothing)]).await, Vec::<String>::new(), "{nothing}");
    }
    // What is spelled right comes before what is only near, and among equals the earlier.
    let found_of = async |query: &[(&str, &str)]| found(&server, query).await;
    let order = found_of(&[("q", "Radiohead")]).await;
    assert_eq!(order[..2], ["Radiohead, Hamburg", "Radiohead, Berlin"]);
    // Together with the other filters; an empty one is none.
    assert_eq!(found_of(&[("q", "radiohaed"), ("city", "BERLIN")]).await, ["Radiohead, Berlin"]);
    assert_eq!(found_of(&[("q", "hamburg"), ("artist", "radiohead")]).await, ["Radiohead, Hamburg"]);
    assert_eq!(found_of(&[("q", "hamburg"), ("from", "2099-05-02T00:00:00Z")]).await, ["Radiohead, Hamburg"]);
    assert_eq!(found_of(&[("q", "hamburg"), ("to", "2099-05-02T00:00:00Z")]).await, ["Radio Head Tribute, Hamburg"]);
    assert_eq!(found_of(&[("q", "sigur ros"), ("from", "1999-01-01T00:00:00Z")]).await, ["Sigur Rós, Reykjavík"]);
    assert_eq!(found_of(&[("q", " ")]).await.len(), 9);
    for bad in [path(&[("q", &"x".repeat(201))]), "/v1/events?q=%00".into(), "/v1/events?q=%FF".into()] {
        server.http("GET", &bad, None, None).await.refused(422, "invalid");
    }
}

#[tokio::test]
async fn the_pages_of_a_search_show_every_find_once() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let names = ["Harbour Lights", "Harbour Light", "Harbor Lights", "The Harbour Lights", "Lights of Harbours"];
    for number in 0..20 {
        let body = json!({"artist": names[number % 5], "city": "Rome", "venue": format!("Hall {number}"),
                          "date_utc": format!("2099-06-0{}T20:00:00Z", 1 + number % 3)});
        server.post("/v1/events", &ana, body).await.ok(201);
    }
    let whole = server.http("GET", &path(&[("q", "harbour lights")]), None, None).await.ok(200);
    let whole: Vec<Uuid> = list(&whole, "items").iter().map(id_of).collect();
    assert_eq!(whole.len(), 20);
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut query = vec![("q", "harbour lights"), ("limit", "3")];
        query.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let page = server.http("GET", &path(&query), None, None).await.ok(200);
        seen.extend(list(&page, "items").iter().map(id_of));
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(seen, whole);
    // A cursor belongs to its list.
    let first = server.http("GET", &path(&[("limit", "3")]), None, None).await.ok(200);
    let of_list = text(&first, "next");
    server.http("GET", &path(&[("q", "harbour"), ("cursor", of_list)]), None, None).await.refused(422, "invalid");
    let of_search = server.http("GET", &path(&[("q", "harbour"), ("limit", "3")]), None, None).await.ok(200);
    let of_search = text(&of_search, "next");
    server.http("GET", &path(&[("cursor", of_search)]), None, None).await.refused(422, "invalid");
}

/// Two letters are the beginning of a word, from three on they may be anywhere in one.
#[tokio::test]
async fn a_short_word_is_the_beginning_of_one() {
    let server = with_gigs().await;
    for (typed, finds) in [
        ("le", vec!["Ólafur Arnalds, Leipzig"]),
        ("L", vec!["!!!, Łódź", "Ólafur Arnalds, Leipzig"]),
        ("ÓL GE", vec!["Ólafur Arnalds, Leipzig"]),
        ("宇", vec!["宇多田ヒカル, 東京"]),
        ("ipz", vec!["Ólafur Arnalds, Leipzig"]),
        ("%", vec![]),
        ("_", vec![]),
        ("ip", vec![]),
        ("le zz", vec![]),
    ] {
        assert_eq!(found(&server, &[("q", typed)]).await, finds, "{typed}");
    }
    assert_eq!(found(&server, &[("q", "ra be")]).await.first().map(String::as_str), Some("Radiohead, Berlin"));
}

/// Eight words are looked for. What comes behind them, or comes again, is not.
#[tokio::test]
async fn words_beyond_the_eighth_are_ignored() {
    let server = with_gigs().await;
    let eight = "radio head tribute hamburg knust radi tribu hambu";
    let tribute = ["Radio Head Tribute, Hamburg"];
    assert_eq!(found(&server, &[("q", eight)]).await, tribute);
    assert_eq!(found(&server, &[("q", &format!("{eight} zzzzzz"))]).await, tribute, "a ninth");
    assert_eq!(found(&server, &[("q", &format!("zzzzzz {eight}"))]).await, Vec::<String>::new(), "the first of nine");
    let again = "knust Knust KNUST knust knust knust knust knust zzzzzz";
    assert_eq!(found(&server, &[("q", again)]).await, Vec::<String>::new(), "the second word");
}

/// What is searched follows the event, and is there for events from before it was stored.
#[tokio::test]
async fn what_is_searched_is_what_the_event_says() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = server.event(&ana).await;
    let finds = async |word: &str| found(&server, &[("q", word)]).await.len();
    let path = format!("/v1/events/{event}");
    server.patch(&path, &ana, json!({"artist": "Motörhead", "venue": "Old Hall"})).await.ok(200);
    assert_eq!((finds("motorhead").await, finds("oldhall").await, finds("palladium").await), (1, 1, 0));
    server.patch(&path, &ana, json!({"venue": "Palladium"})).await.ok(200);
    assert_eq!((finds("motorhead").await, finds("oldhall").await, finds("palladium").await), (1, 0, 1));
    server.patch(&path, &ana, json!({"cancelled": true})).await.ok(200);
    assert_eq!(finds("motorhead palladium").await, 1);

    let client = server.database.connect().await;
    let stored = async || -> Vec<String> {
        let rows = client.query("SELECT folded FROM event_texts", &[]).await.expect("what is searched");
        rows.iter().map(|row| row.get(0)).collect()
    };
    let kept = stored().await;
    client.batch_execute("DELETE FROM event_texts").await.expect("as before");
    let up = migrations().join("2026-11-29-000102_event_texts_filled/up.sql");
    let up = std::fs::read_to_string(up).expect("the migration");
    for _ in 0..2 {
        client.batch_execute(&format!("BEGIN; {up}; COMMIT")).await.expect("fill it");
        assert_eq!(stored().await, kept);
    }
    server.delete(&path, &ana).await.ok(204);
    assert_eq!(stored().await, Vec::<String>::new());
}

#[tokio::test]
async fn what_is_known_already_is_not_sent_again() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let event = server.event(&ana).await;
    let client = reqwest::Client::new();
    let ask = async |path: &str, known: Option<&str>| {
        let mut request = client.get(format!("{}{path}", server.url));
        if let Some(known) = known {
            request = request.header(IF_NONE_MATCH, known);
        }
        let response = request.send().await.expect("an answer");
        let header = |name| response.headers().get(name).map(|value| value.to_str().expect("ASCII").to_owned());
        let (tag, cache, vary) = (header(ETAG), header(CACHE_CONTROL), header(VARY));
        (response.status().as_u16(), tag, cache, vary, response.text().await.expect("a body"))
    };
    for (path, age) in
        [("/v1/events".to_owned(), 10), (format!("/v1/events/{event}"), 10), ("/v1/badges".to_owned(), 300)]
    {
        let (status, tag, cache, vary, body) = ask(&path, None).await;
        let tag = tag.expect("an ETag");
        assert_eq!((status, cache.as_deref()), (200, Some(format!("public, max-age={age}").as_str())), "{path}");
        assert_eq!(vary, None, "{path}: it is good for all");
        assert!(!body.is_empty());
        for known in [&tag, "*", &format!("\"x\", {tag}"), tag.trim_start_matches("W/")] {
            let (status, again, cache, _, body) = ask(&path, Some(known)).await;
            assert_eq!((status, again.as_deref(), body.as_str()), (304, Some(tag.as_str()), ""), "{path} {known}");
            assert!(cache.is_some_and(|cache| cache.contains("max-age")));
        }
        for other in ["\"x\"", "nonsense", ""] {
            assert_eq!(ask(&path, Some(other)).await.0, 200, "{path} {other}");
        }
    }
    // A compressed answer is cached for clients that can decompress it.
    let packed = client
        .get(format!("{}/v1/badges", server.url))
        .header(ACCEPT_ENCODING, "gzip")
        .send()
        .await
        .expect("an answer");
    assert_eq!(
        (&packed.headers()[CONTENT_ENCODING], &packed.headers()[VARY]),
        (&"gzip".parse().unwrap(), &"accept-encoding".parse().unwrap())
    );
    // A change shows.
    let path = format!("/v1/events/{event}");
    let before = ask(&path, None).await.1.expect("an ETag");
    server.patch(&path, &ana, json!({"city": "Dresden"})).await.ok(200);
    let (status, after, _, _, body) = ask(&path, Some(&before)).await;
    assert_eq!(status, 200);
    assert_ne!(after, Some(before));
    assert!(body.contains("Dresden"));
    // What is for the caller alone is kept by nobody.
    let mine = server.get("/v1/me/events", &ana).await;
    assert_eq!(mine.headers.get(CACHE_CONTROL).expect("a header"), "no-store");
    server.http("GET", "/v1/events/nowhere", None, None).await.refused(404, "not_found");
}
