//! Finding events: by words that are mistyped, page by page, and without asking for what is known already.

use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_NONE_MATCH, VARY};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::database::Database;
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

/// Row level security and the mistakes leave the index its use.
#[tokio::test]
async fn a_search_is_a_look_up() {
    let database = Database::create().await;
    let client = database.connect().await;
    client
        .batch_execute(
            "INSERT INTO profiles (id, display_name) VALUES ('00000000-0000-7000-8000-000000000061', 'Ada');
             INSERT INTO events (id, slug, artist, city, venue, date_utc, created_by)
               SELECT podium.uuid_v7(), 'e-' || n, md5(n::text), 'City ' || n % 100, md5((n + 1)::text), now() + n * interval '1 hour',
                      '00000000-0000-7000-8000-000000000061'
               FROM generate_series(1, 20000) n;
             UPDATE events SET artist = 'Ólafur Arnalds' WHERE slug = 'e-777';
             ANALYZE events;
             SET ROLE podium_user; SET pg_trgm.word_similarity_threshold = 0.3",
        )
        .await
        .expect("many events");
    let sql = "EXPLAIN (FORMAT JSON)
               SELECT id, podium.search_score('{arnlds,leipzg}', podium.sought(artist, city, venue)) FROM events
               WHERE date_utc >= now() AND podium.sought(artist, city, venue) %> 'arnlds'
                 AND podium.sought(artist, city, venue) %> 'leipzg' ORDER BY 2 DESC, date_utc, id LIMIT 51";
    let plan: Value = client.query_one(sql, &[]).await.expect("a plan").get(0);
    assert!(plan.to_string().contains("idx_events_sought"), "{plan:#}");
    let same = "EXPLAIN (FORMAT JSON) SELECT id FROM events
                WHERE podium.event_same_key(artist, venue, date_utc, time_zone) = podium.event_same_key('X', 'Y', now(), NULL)
                  AND cancelled_at IS NULL AND NOT twin";
    let plan: Value = client.query_one(same, &[]).await.expect("a plan").get(0);
    assert!(plan.to_string().contains("idx_events_same_names"), "{plan:#}");
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
