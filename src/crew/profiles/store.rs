//! The queries of profiles.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::{Author, Me, MeChange, Profile};
use crate::foundation::errors::Result;
use crate::foundation::schema::people;
use crate::foundation::schema::profiles;

/// Makes the profile of `user_id` unless there is one. A stored profile stays as it is.
pub async fn ensure(conn: &mut AsyncPgConnection, user_id: Uuid, name: &str, email: Option<&str>) -> Result<()> {
    let row = (profiles::id.eq(user_id), profiles::display_name.eq(name), profiles::email.eq(email));
    diesel::insert_into(profiles::table).values(row).on_conflict_do_nothing().execute(conn).await?;
    Ok(())
}

/// Returns the caller's profile.
pub async fn me(conn: &mut AsyncPgConnection, user_id: Uuid) -> Result<Me> {
    Ok(profiles::table.find(user_id).select(Me::as_select()).first(conn).await?)
}

/// Changes the caller's profile, and returns it as it is then.
pub async fn change(conn: &mut AsyncPgConnection, user_id: Uuid, change: MeChange) -> Result<Me> {
    if change.is_empty() {
        return me(conn, user_id).await;
    }
    let row = diesel::update(profiles::table.find(user_id)).set(change).returning(Me::as_returning());
    Ok(row.get_result(conn).await?)
}

/// Returns what the caller may see of the profile `id`; nothing of a stranger's.
pub async fn profile(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Profile> {
    Ok(people::table.filter(people::id.eq(id)).select(Profile::as_select()).first(conn).await?)
}

/// Returns what the caller may see of these people, in no order.
pub async fn people(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<Vec<Profile>> {
    Ok(people::table.filter(people::id.eq_any(ids)).select(Profile::as_select()).load(conn).await?)
}

/// Returns these people as authors, by id, with what the caller may see of them.
pub async fn authors(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Author>> {
    let columns = (people::id, people::display_name, people::avatar_url);
    Ok(by_id(people::table.filter(people::id.eq_any(ids)).select(columns).load(conn).await?))
}

/// Returns these people as authors, by id. As the service, for what a whole topic is sent.
pub async fn authors_for_all(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<HashMap<Uuid, Author>> {
    let columns = (profiles::id, profiles::display_name, profiles::avatar_url);
    Ok(by_id(profiles::table.filter(profiles::id.eq_any(ids)).select(columns).load(conn).await?))
}

fn by_id(rows: Vec<(Uuid, String, Option<String>)>) -> HashMap<Uuid, Author> {
    rows.into_iter().map(|(id, display_name, avatar_url)| (id, Author { id, display_name, avatar_url })).collect()
}
