//! An event as a file for calendars, read by another implementation of RFC 5545 (`tests/clients/read_calendar.py`).

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::support::python;
use crate::support::server::{Server, id_of, text};

/// What that program reads in a calendar.
async fn read(calendar: &str) -> Value {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let mut python = Command::new(python::program("python"))
        .arg(clients.join("read_calendar.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("Python, which `make test` installs");
    python.stdin.take().expect("stdin").write_all(calendar.as_bytes()).await.expect("a calendar");
    let output = python.wait_with_output().await.expect("its end");
    let cause = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{cause}\n{calendar}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

async fn fetch(server: &Server, path: &str, known: Option<&str>) -> reqwest::Response {
    let mut request = reqwest::Client::new().get(format!("{}{path}", server.url));
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    request.send().await.expect("an answer")
}

async fn calendar(server: &Server, event: &Value) -> String {
    let answer = fetch(server, &format!("/v1/events/{}.ics", id_of(event)), None).await;
    assert_eq!(answer.status(), 200);
    answer.text().await.expect("a calendar")
}

#[tokio::test]
async fn an_event_is_a_file_for_calendars() {
    let server = Server::start_with(&[("PODIUM_PUBLIC_URL", "https://podium.example:8443")]).await;
    let ana = server.person("Ana");
    let new = json!({"artist": "Low", "city": "Duluth", "venue": "Sacred Heart", "time_zone": "America/Chicago",
                     "date_utc": "2099-06-06T01:00:00Z", "ends_at": "2099-06-06T04:00:00Z"});
    let event = server.post("/v1/events", &ana, new).await.ok(201);
    let (id, slug) = (id_of(&event), text(&event, "slug").to_owned());

    let answer = fetch(&server, &format!("/v1/events/{slug}.ics"), None).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().expect("a header").to_owned();
    assert_eq!(header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{slug}.ics\""));
    assert_eq!(header("cache-control"), "public, max-age=10");
    let tag = header("etag");
    let body = answer.text().await.expect("a calendar");
    assert_eq!(body, calendar(&server, &event).await, "by its id as by its slug");
    let again = fetch(&server, &format!("/v1/events/{id}.ics"), Some(&tag)).await;
    assert_eq!(again.status(), 304);

    let read_first = read(&body).await;
    assert_eq!(read_first["uid"], format!("{id}@podium.example"));
    assert_eq!((&read_first["summary"], &read_first["location"]), (&json!("Low"), &json!("Sacred Heart, Duluth")));
    assert_eq!(read_first["url"], format!("https://podium.example:8443/events/{slug}"));
    assert_eq!((&read_first["status"], &read_first["sequence"]), (&json!("CONFIRMED"), &json!("0")));
    assert_eq!(read_first["dtstart"], json!({"zone": "America/Chicago", "time": "2099-06-06T01:00:00Z"}));
    assert_eq!(read_first["dtend"], json!({"zone": "America/Chicago", "time": "2099-06-06T04:00:00Z"}));

    // Called off some time later: the same event, in a later form.
    let later = "UPDATE events SET created_at = created_at - interval '1 minute'";
    server.database.connect().await.execute(later, &[]).await.expect("later");
    server.patch(&format!("/v1/events/{id}"), &ana, json!({"cancelled": true, "ends_at": null})).await.ok(200);
    let off = read(&calendar(&server, &event).await).await;
    assert_eq!((&off["status"], &off["uid"], &off["dtend"]), (&json!("CANCELLED"), &read_first["uid"], &Value::Null));
    assert!(text(&off, "sequence").parse::<i32>().expect("a number") >= 60, "{off}");
    assert_eq!(off["dtstamp"], off["last-modified"]);

    for method in ["PATCH", "DELETE", "PUT"] {
        let refused = server.http(method, &format!("/v1/events/{id}.ics"), Some(&ana.token), Some(json!({}))).await;
        assert_eq!((refused.status, &refused.headers["allow"]), (405, &"GET, HEAD".parse().unwrap()), "{method}");
    }
    for nowhere in ["nowhere", "A", "%00", "x.ics"] {
        let answer = server.http("GET", &format!("/v1/events/{nowhere}.ics"), None, None).await;
        answer.refused(404, "not_found");
    }
}

#[tokio::test]
async fn every_name_survives() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    let long = "🎸é".repeat(40);
    let family = "👨‍👩‍👧‍👦".repeat(20);
    for (number, name) in [
        "AC/DC; live, \\o/ \"loud\"",
        "a\\nb",
        ":;,=\\;\\,",
        "BEGIN:VEVENT",
        &"x".repeat(200),
        &long,
        &family,
        &format!("{} {}", "y".repeat(66), "z".repeat(9)),
        &format!("{}é{}", "y".repeat(66), "z".repeat(74)),
        "宇多田ヒカル",
    ]
    .into_iter()
    .enumerate()
    {
        let name: String = name.chars().take(200).collect();
        let new = json!({"artist": name, "city": name, "venue": name, "slug": format!("name-{number}"),
                         "date_utc": "2099-06-06T01:00:00Z"});
        let event = server.post("/v1/events", &ana, new).await.ok(201);
        let entry = read(&calendar(&server, &event).await).await;
        let name = text(&event, "artist");
        assert_eq!((text(&entry, "summary"), text(&entry, "location")), (name, &*format!("{name}, {name}")));
    }
}

/// Whatever the zone and the time of the year, a calendar finds the instant by what the file itself says of the zone.
#[tokio::test]
async fn a_zone_is_defined_rightly() {
    let server = Server::start().await;
    let ana = server.person("Ana");
    for (number, (zone, starts, ends, zone_shown)) in [
        (None, "2099-06-06T01:00:00Z", None, None),
        (Some("UTC"), "2099-06-06T01:00:00Z", None, None),
        (Some("Europe/Berlin"), "2027-07-01T18:00:00Z", Some("2027-07-01T22:00:00Z"), Some("Europe/Berlin")),
        (Some("Europe/Berlin"), "2027-12-31T22:00:00Z", Some("2028-01-01T03:00:00Z"), Some("Europe/Berlin")),
        // Through both changes of clocks.
        (Some("Europe/Berlin"), "2027-03-27T22:00:00Z", Some("2027-03-28T06:00:00Z"), Some("Europe/Berlin")),
        (Some("America/New_York"), "2027-11-07T01:00:00Z", Some("2027-11-07T09:00:00Z"), Some("America/New_York")),
        // 01:30 for the first time, and for the second.
        (Some("America/New_York"), "2027-11-07T05:30:00Z", None, Some("America/New_York")),
        (Some("America/New_York"), "2027-11-07T06:30:00Z", None, None),
        (Some("Australia/Lord_Howe"), "2027-01-10T09:00:00Z", None, Some("Australia/Lord_Howe")),
        (Some("Asia/Kathmandu"), "2027-06-10T09:00:00Z", None, Some("Asia/Kathmandu")),
        (Some("Europe/Dublin"), "2027-01-10T20:00:00Z", None, Some("Europe/Dublin")),
        (Some("Africa/Casablanca"), "2027-02-20T20:00:00Z", None, Some("Africa/Casablanca")),
        (Some("America/Sao_Paulo"), "2018-12-20T23:00:00Z", None, Some("America/Sao_Paulo")),
        (Some("Pacific/Apia"), "2011-12-30T05:00:00Z", Some("2011-12-30T12:00:00Z"), Some("Pacific/Apia")),
        (Some("Etc/GMT+5"), "2027-06-10T09:00:00Z", None, Some("Etc/GMT+5")),
    ]
    .into_iter()
    .enumerate()
    {
        let new = json!({"artist": "Low", "city": "X", "venue": format!("Hall {number}"), "date_utc": starts,
                         "ends_at": ends, "time_zone": zone});
        let event = server.post("/v1/events", &ana, new).await.ok(201);
        let file = calendar(&server, &event).await;
        let entry = read(&file).await;
        assert_eq!(entry["dtstart"], json!({"zone": zone_shown, "time": starts}), "{file}");
        let ends = ends.map(|ends| json!({"zone": zone_shown, "time": ends}));
        assert_eq!(entry["dtend"], ends.unwrap_or(Value::Null), "{file}");
    }
}
