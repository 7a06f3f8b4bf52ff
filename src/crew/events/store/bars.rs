//! The queries of bars: people who are kept out of an event.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::crew::journal::refusal;
use crate::foundation::errors::{Code, Error, Result};
use crate::foundation::schema::event_bars;

type SqlUuid = diesel::sql_types::Uuid;

#[diesel::declare_sql_function]
extern "SQL" {
    /// Lets a barred person join again, on behalf of the event's maker or a host.
    #[sql_name = "podium.event_admit"]
    fn event_admit(event: SqlUuid, by: SqlUuid, person: SqlUuid) -> Text;
}

/// Checks that `user_id` may join the event. On behalf of that person.
///
/// # Errors
/// [`Code::Forbidden`] when they are barred.
pub async fn require_none(conn: &mut AsyncPgConnection, event_id: Uuid, user_id: Uuid) -> Result<()> {
    let barred: bool = diesel::select(exists(event_bars::table.find((event_id, user_id)))).get_result(conn).await?;
    if barred { Err(Error::because(Code::Forbidden, "the caller is barred from the event")) } else { Ok(()) }
}

/// Lifts a bar, on behalf of `by`.
///
/// # Errors
/// [`Code::Forbidden`], [`Code::NotMember`] and [`Code::NotFound`] when `by` may not.
pub async fn admit(conn: &mut AsyncPgConnection, event_id: Uuid, by: Uuid, user_id: Uuid) -> Result<()> {
    match diesel::select(event_admit(event_id, by, user_id)).get_result::<String>(conn).await?.as_str() {
        "ok" => Ok(()),
        code => Err(refusal(code)),
    }
}
