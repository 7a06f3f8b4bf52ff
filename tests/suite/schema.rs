use crate::support::database::Database;
#[tokio::test]
async fn smoke() {
    let db = Database::create().await;
    let c = db.connect().await;
    let n: i64 = c.query_one("select count(*) from pg_policies", &[]).await.unwrap().get(0);
    assert!(n > 10);
    assert!(podium::foundation::migrate::pending(db.url()).await.unwrap().is_empty());
}
