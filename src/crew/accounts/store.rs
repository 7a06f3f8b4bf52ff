//! Every query of accounts: calls of functions, since no role reads the tables. All of them run as the service, but for
//! those about one's own devices.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Bool, Double, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::time::Duration;
use uuid::Uuid;

use super::email::Email;
use super::keys::Key;
use crate::foundation::errors::Result;
use crate::foundation::language::Language;

/// From where, and with what.
#[derive(Debug, Clone)]
pub struct Device {
    /// What it says it is.
    pub user_agent: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

/// What a password is checked against.
#[derive(QueryableByName)]
pub struct StoredPassword {
    /// Whose account it is.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// In PHC form.
    #[diesel(sql_type = Text)]
    pub password_hash: String,
}

/// The account of an address.
pub async fn find(conn: &mut AsyncPgConnection, email: &Email) -> Result<Option<StoredPassword>> {
    let rows: Vec<StoredPassword> = diesel::sql_query("SELECT user_id, password_hash FROM podium.account_find($1)")
        .bind::<Text, _>(email.key())
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

#[derive(QueryableByName)]
struct Done {
    #[diesel(sql_type = Bool)]
    done: bool,
}

fn done(rows: &[Done]) -> bool {
    rows.first().is_some_and(|row| row.done)
}

/// An account that is about to be made.
pub struct NewAccount<'a> {
    /// The id of its profile.
    pub user_id: Uuid,
    /// Its address.
    pub email: &'a Email,
    /// In PHC form.
    pub password_hash: &'a str,
    /// The profile's name.
    pub name: &'a str,
    /// The profile's language, if one was chosen.
    pub language: Option<Language>,
}

/// Makes a profile and its account; false when the address has one.
pub async fn open(conn: &mut AsyncPgConnection, new: &NewAccount<'_>) -> Result<bool> {
    let rows: Vec<Done> = diesel::sql_query("SELECT podium.account_open($1, $2, $3, $4, $5, $6) AS done")
        .bind::<SqlUuid, _>(new.user_id)
        .bind::<Text, _>(new.email.address())
        .bind::<Text, _>(new.email.key())
        .bind::<Text, _>(new.password_hash)
        .bind::<Text, _>(new.name)
        .bind::<Nullable<Text>, _>(new.language.map(Language::tag))
        .load(conn)
        .await?;
    Ok(done(&rows))
}

/// What goes into an answer beside the profile.
#[derive(Debug, QueryableByName)]
pub struct Standing {
    /// The account's role.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    /// Whether its address was confirmed.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
}

/// A device that is about to be signed in.
pub struct NewSignIn<'a> {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub user_id: Uuid,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    /// What replaces it, if anything.
    pub rehash: Option<&'a str>,
    /// Its first refresh token.
    pub token: &'a Key,
    /// How long it lasts without being used.
    pub lifetime: Duration,
    /// From where.
    pub device: &'a Device,
}

/// Signs a device in; `None` if the password is another by now, or the account is gone.
pub async fn sign_in(conn: &mut AsyncPgConnection, new: &NewSignIn<'_>) -> Result<Option<Standing>> {
    let rows: Vec<Standing> = diesel::sql_query(
        "SELECT role, verified FROM podium.sign_in_open($1, $2, $3, $4, $5, make_interval(secs => $6), $7, $8)",
    )
    .bind::<SqlUuid, _>(new.id)
    .bind::<SqlUuid, _>(new.user_id)
    .bind::<Text, _>(new.password_hash)
    .bind::<Nullable<Text>, _>(new.rehash)
    .bind::<Binary, _>(new.token.hash())
    .bind::<Double, _>(new.lifetime.as_secs_f64())
    .bind::<Nullable<Text>, _>(&new.device.user_agent)
    .bind::<Nullable<Text>, _>(&new.device.address)
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// What became of a refresh token.
#[derive(Debug, QueryableByName)]
pub struct Refreshed {
    /// `ok`, `unknown`, `ended`, `reused` or `too_often`.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The family.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub sign_in_id: Option<Uuid>,
    /// Whose.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub user_id: Option<Uuid>,
    /// The account's role.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    /// Whether its address was confirmed.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
    /// With `too_often`: how long to wait.
    #[diesel(sql_type = Double)]
    pub wait_seconds: f64,
}

/// Exchanges a refresh token for its successor.
pub async fn refresh(
    conn: &mut AsyncPgConnection,
    token: &Key,
    successor: &Key,
    lifetime: Duration,
    grace: Duration,
    device: &Device,
) -> Result<Option<Refreshed>> {
    let rows: Vec<Refreshed> = diesel::sql_query(
        "SELECT code, sign_in_id, user_id, role, verified, wait_seconds \
         FROM podium.refresh($1, $2, make_interval(secs => $3), make_interval(secs => $4), $5, $6)",
    )
    .bind::<Binary, _>(token.hash())
    .bind::<Binary, _>(successor.hash())
    .bind::<Double, _>(lifetime.as_secs_f64())
    .bind::<Double, _>(grace.as_secs_f64())
    .bind::<Nullable<Text>, _>(&device.user_agent)
    .bind::<Nullable<Text>, _>(&device.address)
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// An access token of this generation was brought, so that its pair has arrived.
pub async fn seen(conn: &mut AsyncPgConnection, sign_in: Uuid, generation: Uuid) -> Result<()> {
    let query = diesel::sql_query("SELECT podium.tokens_seen($1, $2)");
    query.bind::<SqlUuid, _>(sign_in).bind::<SqlUuid, _>(generation).execute(conn).await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn ids(rows: Vec<Id>) -> Vec<Uuid> {
    rows.into_iter().map(|row| row.id).collect()
}

/// Ends the family of a refresh token; gives what ended.
pub async fn sign_out(conn: &mut AsyncPgConnection, token: &Key) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query("SELECT id FROM podium.sign_out($1) id").bind::<Binary, _>(token.hash());
    Ok(ids(query.load(conn).await?))
}

/// A device that is signed in.
#[derive(Debug, QueryableByName)]
pub struct SignIn {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// Since when.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it last renewed its tokens.
    #[diesel(sql_type = Timestamptz)]
    pub last_used_at: DateTime<Utc>,
    /// What it says it is.
    #[diesel(sql_type = Nullable<Text>)]
    pub user_agent: Option<String>,
    /// From where it was last used.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
}

/// The caller's devices, the one last used first; at most a hundred.
pub async fn sign_ins(conn: &mut AsyncPgConnection, user_id: Uuid) -> Result<Vec<SignIn>> {
    let query =
        diesel::sql_query("SELECT id, created_at, last_used_at, user_agent, address FROM podium.sign_ins_of($1)");
    Ok(query.bind::<SqlUuid, _>(user_id).load(conn).await?)
}

/// Signs one of the caller's devices out; gives it if it was signed in.
pub async fn end(conn: &mut AsyncPgConnection, user_id: Uuid, id: Uuid) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query("SELECT id FROM podium.sign_in_end($1, $2) id");
    Ok(ids(query.bind::<SqlUuid, _>(user_id).bind::<SqlUuid, _>(id).load(conn).await?))
}

/// What ended lately, on whichever node.
pub async fn ended(conn: &mut AsyncPgConnection, within: Duration) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query("SELECT id FROM podium.sign_ins_ended(make_interval(secs => $1)) id");
    Ok(ids(query.bind::<Double, _>(within.as_secs_f64()).load(conn).await?))
}

/// For whom a mailed key is.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Of this profile.
    Profile(Uuid),
    /// Of this address.
    Address(Email),
}

/// What a mailed key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To confirm the address.
    Verify,
    /// To choose a new password.
    Reset,
}

/// Where a mail goes, and in which language it is.
#[derive(Debug, QueryableByName)]
pub struct Recipient {
    /// The account's address.
    #[diesel(sql_type = Text)]
    pub address: String,
    /// A BCP 47 tag.
    #[diesel(sql_type = Text)]
    pub language: String,
}

/// Stores a key that is about to be mailed, and returns the recipient: the language is the person's, or `language` if they have
/// not chosen one. `None` when there is nobody to mail it to.
pub async fn open_mail(
    conn: &mut AsyncPgConnection,
    whose: &Whose,
    purpose: Purpose,
    key: &Key,
    lifetime: Duration,
    language: Language,
) -> Result<Option<Recipient>> {
    let (user_id, email) = match whose {
        Whose::Profile(user_id) => (Some(user_id), None),
        Whose::Address(email) => (None, Some(email.key())),
    };
    let purpose = match purpose {
        Purpose::Verify => "verify",
        Purpose::Reset => "reset",
    };
    let rows: Vec<Recipient> = diesel::sql_query(
        "SELECT address, language FROM podium.mail_token_open($1, $2, $3, $4, make_interval(secs => $5), $6)",
    )
    .bind::<Nullable<SqlUuid>, _>(user_id)
    .bind::<Nullable<Text>, _>(email)
    .bind::<Text, _>(purpose)
    .bind::<Binary, _>(key.hash())
    .bind::<Double, _>(lifetime.as_secs_f64())
    .bind::<Text, _>(language.tag())
    .load(conn)
    .await?;
    Ok(rows.into_iter().next())
}

/// Confirms an address by the key that was mailed there; false if it is not good.
pub async fn verify(conn: &mut AsyncPgConnection, key: &Key) -> Result<bool> {
    let query = diesel::sql_query("SELECT podium.account_verify($1) AS done").bind::<Binary, _>(key.hash());
    Ok(done(&query.load(conn).await?))
}

/// Whether a new password may be chosen by this key.
pub async fn reset_is_open(conn: &mut AsyncPgConnection, key: &Key) -> Result<bool> {
    let query = diesel::sql_query("SELECT podium.reset_is_open($1) AS done").bind::<Binary, _>(key.hash());
    Ok(done(&query.load(conn).await?))
}

/// Stores a new password; gives the devices that were signed out, or `None` if the key is not good any more.
pub async fn reset(conn: &mut AsyncPgConnection, key: &Key, password_hash: &str) -> Result<Option<Vec<Uuid>>> {
    #[derive(QueryableByName)]
    struct Ended {
        #[diesel(sql_type = Array<SqlUuid>)]
        ended: Vec<Uuid>,
    }
    let rows: Vec<Ended> = diesel::sql_query("SELECT ended FROM podium.account_reset($1, $2)")
        .bind::<Binary, _>(key.hash())
        .bind::<Text, _>(password_hash)
        .load(conn)
        .await?;
    Ok(rows.into_iter().next().map(|row| row.ended))
}

/// Whose role was changed.
#[derive(Debug, QueryableByName)]
pub struct RoleChanged {
    /// The profile.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// Whether the account's address was confirmed: if not, anybody may have registered it.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
}

/// Gives an account a role or takes it away; `None` when there is no such account. As the tables' owner.
pub async fn set_role(conn: &mut AsyncPgConnection, email: &Email, role: Option<&str>) -> Result<Option<RoleChanged>> {
    let rows: Vec<RoleChanged> = diesel::sql_query("SELECT user_id, verified FROM podium.account_role($1, $2)")
        .bind::<Text, _>(email.key())
        .bind::<Nullable<Text>, _>(role)
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// Takes away what is over.
pub async fn tidy(conn: &mut AsyncPgConnection, spent: Duration) -> Result<()> {
    diesel::sql_query("SELECT podium.accounts_tidy(make_interval(secs => $1))")
        .bind::<Double, _>(spent.as_secs_f64())
        .execute(conn)
        .await?;
    Ok(())
}
