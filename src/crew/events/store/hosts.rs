//! The queries of an event's hosts.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::crew::events::hosts::{Host, Role, Standing};
use crate::crew::journal::refusal;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::prepared::{Statement, prepared};
use crate::foundation::schema::{event_members, events};

type SqlUuid = diesel::sql_types::Uuid;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Gives a member a role, on behalf of the event's maker.
    #[sql_name = "podium.event_host"]
    fn event_host(event: SqlUuid, by: SqlUuid, person: SqlUuid, host: Bool) -> Text;
}

/// Returns the standing of `user_id` in the event. On behalf of that person.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event.
pub async fn standing(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<Standing> {
    let own = event_members::event_id.eq(events::id).and(event_members::user_id.eq(user_id));
    let row = events::table.left_join(event_members::table.on(own)).filter(events::id.eq(event_id));
    let (maker, role): (Uuid, Option<String>) =
        row.select((events::created_by, event_members::role.nullable())).first(conn).await?;
    Ok(match role.as_deref().map(Role::read) {
        _ if maker == user_id => Standing::Maker,
        Some(Role::Host) => Standing::Host,
        Some(Role::Member) => Standing::Member,
        None => Standing::Outsider,
    })
}

/// Returns the role of `user_id`, a member of the event. On behalf of that person.
///
/// # Errors
/// [`Code::NotFound`] when there is no such event, [`Code::NotMember`] when they are not a member.
pub async fn role(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<Role> {
    let own = event_members::event_id.eq(events::id).and(event_members::user_id.eq(user_id));
    let row = events::table.left_join(event_members::table.on(own)).filter(events::id.eq(event_id));
    let role: Option<String> = row.select(event_members::role.nullable()).first(conn).await?;
    role.as_deref()
        .map(Role::read)
        .ok_or_else(|| Error::because(Code::NotMember, "the caller must be a member of the event"))
}

/// Makes a member of the event a host, or a plain member again, on behalf of the event's maker `by`.
///
/// # Errors
/// [`Code::Forbidden`] when `by` is not the maker; [`Code::NotFound`] when there is no such event, or the person is not a
/// member.
pub async fn set(conn: &mut AsyncPgConnection, event_id: Uuid, by: Uuid, user_id: Uuid, role: Role) -> Result<()> {
    let set = diesel::select(event_host(event_id, by, user_id, role == Role::Host));
    match set.get_result::<String>(conn).await?.as_str() {
        "ok" => Ok(()),
        "not_member" => Err(Error::because(Code::NotFound, "the person is not a member of the event")),
        "forbidden" => Err(Error::because(Code::Forbidden, "only the event's maker may name hosts")),
        code => Err(refusal(code)),
    }
}

struct HostsOf;

impl Statement for HostsOf {
    const SQL: &'static str = "SELECT * FROM podium.event_hosts($1)";
}

/// Returns the event's hosts whom the caller may see, in the order in which they joined.
pub async fn list(conn: &mut AsyncPgConnection, event_id: Uuid) -> Result<Vec<Host>> {
    Ok(prepared::<HostsOf>().bind::<SqlUuid, _>(event_id).load(conn).await?)
}
