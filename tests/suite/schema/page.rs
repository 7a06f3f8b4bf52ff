//! docs/SCHEMA.md is what `podium schema` says of a migrated database.

use std::path::Path;
use std::process::Command;

use podium::foundation::schema_page;

use crate::support::database::Database;

/// `PODIUM_TEST_WRITE_SCHEMA=1` writes the page instead of comparing.
#[tokio::test]
async fn the_page_is_what_the_database_says() {
    let database = Database::create().await;
    let expected = schema_page::markdown(database.url()).await.expect("read the catalog");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/SCHEMA.md");
    if std::env::var_os("PODIUM_TEST_WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &expected).expect("write the page");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/SCHEMA.md is not what the database says, first at {:?}; write it anew with `podium schema`, or with \
         PODIUM_TEST_WRITE_SCHEMA=1 and this test",
        found.lines().zip(expected.lines()).find(|(a, b)| a != b)
    );
    let long: Vec<_> = expected.lines().filter(|line| line.chars().count() > 120).collect();
    assert!(long.is_empty(), "too long for a page: {long:#?}");
}

#[tokio::test]
async fn the_command_prints_the_page_and_refuses_a_database_that_is_behind() {
    let run = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_podium"));
        command.arg("schema").env_clear().env("DATABASE_URL", url);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).output().expect("run podium")
    };
    let database = Database::create().await;
    let output = run(database.url());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let page = schema_page::markdown(database.url()).await.expect("read the catalog");
    assert_eq!(String::from_utf8_lossy(&output.stdout), page);

    let empty = Database::create_empty().await;
    let output = run(empty.url());
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("run `podium migrate` first"), "{output:?}");
}
