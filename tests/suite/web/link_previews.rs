//! What the client's addresses answer to whom: people, programs, and what looks at a link that was shared.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::gate::{Gate, Passing};
use crate::support::needs;
use crate::support::server::{Server, id_of, text};

/// What a browser asks a page with.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII")).unwrap_or_default()
    }

    fn is_page(&self) -> bool {
        self.header("content-type") == "text/html; charset=utf-8" && self.body.contains("<div id=\"app\">")
    }

    fn is_problem(&self) -> bool {
        self.header("content-type") == "application/problem+json"
    }

    /// The value of `<meta property="…" content="…">`, as it stands there.
    fn meta(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("=\"{name}\" content=\""))?;
        rest.split('"').next()
    }

    fn canonical(&self) -> Option<&str> {
        self.body.split_once("<link rel=\"canonical\" href=\"")?.1.split('"').next()
    }

    fn title(&self) -> &str {
        let (_, rest) = self.body.split_once("<title>").expect("a title");
        rest.split("</title>").next().expect("its end")
    }
}

async fn ask(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    needs::uses("web");
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.text().await.expect("a body") }
}

async fn page(server: &Server, path: &str) -> Answer {
    let answer = ask(server, path, &[("accept", "*/*")]).await;
    assert!(answer.is_page(), "{path}: {} {}", answer.status, answer.body);
    answer
}

async fn concert(server: &Server) -> Value {
    let new = json!({"artist": "Low", "city": "New York", "venue": "Bowery Ballroom", "time_zone": "America/New_York",
                     "date_utc": "2099-06-06T00:00:00Z"});
    server.post("/v1/events", &server.person("Ana"), new).await.ok(201)
}

#[tokio::test]
async fn a_page_is_for_clients_that_accept_one() {
    let server = Server::start().await;
    let event = concert(&server).await;
    let slug = format!("/events/{}", text(&event, "slug"));
    for path in ["/", "/events", "/me", "/signin", "/signup", "/verify", "/reset", "/pods/0190", &slug] {
        for accept in [Some(BROWSER), Some("*/*"), None, Some("application/json, text/plain, */*"), Some("text/*")] {
            let headers: Vec<_> = accept.map(|accept| ("accept", accept)).into_iter().collect();
            let answer = ask(&server, path, &headers).await;
            assert!(answer.status == 200 && answer.is_page(), "{path} for {accept:?}: {}", answer.status);
        }
        for accept in ["application/json", "image/png", "text/html;q=0"] {
            let answer = ask(&server, path, &[("accept", accept)]).await;
            assert!(answer.status == 404 && answer.is_problem(), "{path} for {accept}: {}", answer.status);
        }
    }
}

#[tokio::test]
async fn a_slash_or_a_full_stop_is_no_other_address() {
    let server = Server::start().await;
    let [ana] = server.people();
    let event = concert(&server).await;
    let (event_id, pod) = server.pod(std::slice::from_ref(&ana)).await;
    let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({})).await.ok(201);
    let (slug, code) = (text(&event, "slug"), text(&invite, "code"));
    for path in ["/events", "/me", "/signin", "/pods/0190"] {
        let answer = page(&server, &format!("{path}/")).await;
        assert_eq!((answer.status, answer.canonical()), (200, Some(&*format!("{}{path}", server.url))), "{path}/");
    }
    for behind in ["/", ".", ")", "),", ".)", "!", "%29", "%E2%80%9D", "%C2%BB.", "%E3%80%82", "%22", "'", "*", "./"] {
        for path in [format!("/events/{slug}"), format!("/i/{code}")] {
            let answer = page(&server, &format!("{path}{behind}")).await;
            assert_eq!((answer.status, answer.canonical()), (200, Some(&*format!("{}{path}", server.url))), "{behind}");
        }
        let by_id = page(&server, &format!("/events/{event_id}{behind}")).await;
        assert_eq!(by_id.status, 200, "{behind}");
    }
}

#[tokio::test]
async fn where_nothing_is_people_get_a_page_and_programs_a_problem() {
    let server = Server::start().await;
    for path in [
        "/nothing",
        "/event",
        "/events/a/b",
        "/events/no-such-show",
        "/events/No_Such",
        "/events/0192f0c1-2345-7abc-8def-0123456789ab",
        "/i/0123456789abcdefghijkl",
        "/i/short",
        "/i",
        "/i/)",
        "/me/x",
        "/%F0%9F%8E%B8",
        "/%ff",
        "//events",
    ] {
        for accept in [BROWSER, "*/*"] {
            let answer = ask(&server, path, &[("accept", accept)]).await;
            assert!(answer.status == 404 && answer.is_page(), "{path}: {} {}", answer.status, answer.body);
            assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert_eq!((answer.meta("robots"), answer.canonical()), (Some("noindex"), None), "{path}");
            assert_eq!(answer.title(), "Nothing here · Podium", "{path}");
        }
        let answer = ask(&server, path, &[("accept", "application/json")]).await;
        assert!(answer.status == 404 && answer.is_problem(), "{path}: {}", answer.status);
    }
    for path in [
        "/v1",
        "/v1/nothing",
        "/v1/events/nothing",
        "/v2.0/x.json",
        "/socket",
        "/socket/x",
        "/metrics",
        "/healthz",
        "/assets/x.js",
        "/assets/",
        "/assets/x",
        "/nothing.png",
        "/icons/x",
        "/index.html",
        "/favicon.ico",
        "/events/x/photo.jpg",
        "/robots.txt",
        "/.env",
    ] {
        for accept in [BROWSER, "*/*", "application/json"] {
            let answer = ask(&server, path, &[("accept", accept)]).await;
            assert!(!answer.is_page() && answer.is_problem(), "{path}: {} {}", answer.status, answer.body);
            assert!(answer.status >= 400, "{path}: {}", answer.status);
        }
    }
    // Another method is no visit.
    let answer = server.http("POST", "/events", None, Some(json!({}))).await;
    answer.refused(404, "not_found");
}

#[tokio::test]
async fn an_events_link_tells_what_it_is() {
    let server = Server::start_with(&[("PODIUM_PUBLIC_URL", "https://podium.example")]).await;
    let event = concert(&server).await;
    let (id, slug) = (id_of(&event), text(&event, "slug"));
    let address = format!("https://podium.example/events/{slug}");
    for path in [format!("/events/{slug}"), format!("/events/{id}")] {
        let answer = page(&server, &path).await;
        let title = "Low at Bowery Ballroom, New York";
        let about = "Friday 5 June 2099, 20:00, New York time. Find your crew for the show.";
        assert_eq!(answer.title(), format!("{title} · Podium"));
        for (name, value) in [
            ("og:title", title),
            ("og:description", about),
            ("description", about),
            ("og:url", &address),
            ("og:type", "website"),
            ("og:site_name", "Podium"),
            ("og:image", "https://podium.example/icons/share.png"),
            ("og:image:width", "1200"),
            ("og:image:height", "630"),
            ("twitter:card", "summary_large_image"),
        ] {
            assert_eq!(answer.meta(name), Some(value), "{name}");
        }
        assert!(answer.meta("og:image:alt").is_some_and(|alt| !alt.is_empty()));
        assert_eq!((answer.canonical(), answer.meta("robots")), (Some(&*address), None));
        assert_eq!(answer.body.matches("og:title").count(), 1, "the general texts are gone");
        assert_eq!(answer.body.matches("<title>").count(), 1);
    }
    let picture = reqwest::get(format!("{}/icons/share.png", server.url)).await.expect("the picture");
    assert_eq!((picture.status().as_u16(), &picture.headers()["content-type"]), (200, &"image/png".parse().unwrap()));
    let picture = picture.bytes().await.expect("the picture");
    assert_eq!(picture[16..24], [0, 0, 4, 176, 0, 0, 2, 118], "1200 by 630");
    assert!(picture.len() < 100 * 1024, "{} bytes", picture.len());

    // Called off, then over.
    let client = server.database.connect().await;
    client.execute("UPDATE events SET cancelled_at = now()", &[]).await.expect("called off");
    let off = page(&server, &format!("/events/{slug}")).await;
    assert_eq!(off.meta("og:title"), Some("Called off: Low at Bowery Ballroom, New York"));
    assert_eq!(off.meta("og:description"), Some("Friday 5 June 2099, 20:00, New York time."));
    let past = "UPDATE events SET cancelled_at = NULL, date_utc = '2020-06-06T00:00:00Z'";
    client.execute(past, &[]).await.expect("over");
    let over = page(&server, &format!("/events/{slug}")).await;
    assert_eq!(over.meta("og:description"), Some("This was on Friday 5 June 2020, 20:00, New York time."));

    // Of all else the texts are general.
    let general = page(&server, "/events").await;
    assert_eq!((general.title(), general.meta("og:title")), ("Podium", Some("Podium")));
    assert_eq!(general.meta("og:url"), Some("https://podium.example/events"));
    let pod = page(&server, "/pods/0190-%22%3E%3Cscript%3E").await;
    assert!(!pod.body.contains("0190-\"") && !pod.body.contains("<script>"), "{}", pod.body);
}

#[tokio::test]
async fn an_invitations_link_tells_what_its_public_preview_tells() {
    let server = Server::start().await;
    let [ana, ben] = [server.person("Ana"), server.person("Ben Secret")];
    let (_, pod) = server.pod(&[ana.clone(), ben.clone()]).await;
    server.post(&format!("/v1/pods/{pod}/messages"), &ben, json!({"text": "the door code is 7351"})).await.ok(201);
    let invite = server.post(&format!("/v1/pods/{pod}/invites"), &ana, json!({"uses": 1})).await.ok(201);
    let code = text(&invite, "code");
    let path = format!("/i/{code}");
    let answer = page(&server, &path).await;
    assert_eq!(answer.meta("og:title"), Some("Ana invites you to The front row"));
    let about = answer.meta("og:description").expect("a description");
    assert!(about.starts_with("Ólafur Arnalds at Gewandhaus "), "{about}");
    assert!(about.contains(", Leipzig. ") && about.ends_with(", UTC. 3 of 5 seats are free."), "{about}");
    assert_eq!(answer.meta("robots"), Some("noindex"));
    for secret in ["Ben", "7351", &pod.to_string(), &ana.id.to_string()] {
        assert!(!answer.body.contains(secret), "{secret}");
    }
    let [cleo] = server.people();
    server.post(&format!("/v1/invites/{code}/accept"), &cleo, json!({})).await.ok(200);
    let used = page(&server, &path).await;
    assert!(used.meta("og:description").is_some_and(|about| about.ends_with("This invitation has been used up.")));
    server.delete(&format!("/v1/pods/{pod}/invites/{}", id_of(&invite)), &ana).await.ok(204);
    let revoked = page(&server, &path).await;
    assert!(revoked.meta("og:description").is_some_and(|about| about.ends_with("This invitation was withdrawn.")));
    assert_eq!(revoked.status, 200);
}

#[tokio::test]
async fn names_stay_texts_in_a_page() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let evil = "\"><script>alert('x')</script><!-- page -->";
    let new = json!({"artist": evil, "city": "Rome & Co", "venue": "</title>", "date_utc": "2099-06-06T00:00:00Z",
                     "slug": "evil"});
    server.post("/v1/events", &ana, new).await.ok(201);
    // As one was stored before such names were refused.
    let turned = "UPDATE events SET city = U&'\\202EemoR\\2028Co' WHERE slug = 'evil'";
    let answer = page(&server, "/events/evil").await;
    assert_eq!(answer.meta("og:title").map(|title| title.ends_with(" at &lt;/title&gt;, Rome &amp; Co")), Some(true));
    assert!(answer.title().starts_with("&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)"), "{}", answer.title());
    assert!(!answer.body.contains("<script>"), "{}", answer.body);
    server.database.connect().await.execute(turned, &[]).await.expect("turned round");
    let answer = page(&server, "/events/evil").await;
    assert!(answer.title().ends_with(", emoR Co · Podium"), "{}", answer.title());
}

#[tokio::test]
async fn a_page_is_tagged_by_what_it_says_and_travels_compressed() {
    let server = Server::start().await;
    let event = concert(&server).await;
    let path = format!("/events/{}", text(&event, "slug"));
    let first = page(&server, &path).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert_eq!(first.header("cache-control"), "no-cache");
    assert!(first.header("vary").contains("accept"));
    let again = ask(&server, &path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(ask(&server, "/events", &[("if-none-match", &tag)]).await.status, 200);
    let packed = ask(&server, &path, &[("accept-encoding", "gzip")]).await;
    assert_eq!((packed.header("content-encoding"), packed.header("etag")), ("gzip", &*tag));
    server.database.connect().await.execute("UPDATE events SET artist = 'High'", &[]).await.expect("changed");
    let changed = ask(&server, &path, &[("if-none-match", &tag)]).await;
    assert!(changed.status == 200 && changed.title().starts_with("High at"), "{}", changed.status);
    let head = reqwest::Client::new().head(format!("{}{path}", server.url)).send().await.expect("a head");
    assert_eq!((head.status().as_u16(), &head.headers()["etag"]), (200, changed.headers.get("etag").unwrap()));
}

#[tokio::test]
async fn a_page_speaks_the_language_that_the_request_prefers() {
    let server = Server::start().await;
    let event = concert(&server).await;
    let path = format!("/events/{}", text(&event, "slug"));
    let german = ask(&server, &path, &[("accept-language", "de-CH, en;q=0.5")]).await;
    assert!(german.body.contains("<html lang=\"de\">"), "{}", german.body);
    assert_eq!(german.meta("og:title"), Some("Low: Bowery Ballroom, New York"));
    let about = "Freitag, 5. Juni 2099, 20:00 Uhr, Zeitzone New York. Finde deine Crew für das Konzert.";
    assert_eq!(german.meta("og:description"), Some(about));
    let english = page(&server, &path).await;
    assert!(english.body.contains("<html lang=\"en\">"), "{}", english.body);
    assert_ne!(english.header("etag"), german.header("etag"));
    for answer in [&german, &english] {
        assert!(answer.header("vary").contains("accept-language"), "{}", answer.header("vary"));
    }
    let nothing = ask(&server, "/events/nothing-here", &[("accept-language", "de"), ("accept", "text/html")]).await;
    assert_eq!((nothing.status, nothing.title()), (404, "Hier ist nichts · Podium"));
}

#[tokio::test]
async fn without_postgres_the_page_is_served_with_general_texts() {
    let database = Arc::new(Database::create().await);
    let gate = Gate::before(database.url()).await;
    let server = Server::start_on(database, &[("DATABASE_URL", &gate.url)]).await;
    let path = format!("/events/{}", text(&concert(&server).await, "slug"));
    assert_eq!(page(&server, &path).await.meta("og:title"), Some("Low at Bowery Ballroom, New York"));
    for passing in [Passing::Nothing, Passing::Refused] {
        gate.lets_pass(passing);
        let began = Instant::now();
        let general = page(&server, &path).await;
        assert_eq!((general.status, general.meta("og:title")), (200, Some("Podium")), "{passing:?}");
        assert_eq!(general.canonical(), Some(&*format!("{}{path}", server.url)));
        assert!(began.elapsed() < Duration::from_secs(4), "{passing:?}: a person waits for it");
    }
}
