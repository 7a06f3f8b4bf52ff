//! The queries of accounts: calls of functions, since no role may read the tables. All run as the service, except those
//! about the caller's own devices.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Bool, Double, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use std::time::Duration;
use uuid::Uuid;

use super::email::Email;
use super::keys::Key;
use crate::foundation::errors::{Error, Result};
use crate::foundation::language::Language;
use crate::foundation::settings::{Allowance, Rate};

/// The client that signs in.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its `User-Agent`.
    pub user_agent: Option<String>,
    /// Its address.
    pub address: Option<String>,
}

/// The password of an account.
#[derive(QueryableByName)]
pub struct StoredPassword {
    /// The account's profile.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// The hash, in PHC form.
    #[diesel(sql_type = Text)]
    pub password_hash: String,
}

/// Returns the account of an address.
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

/// An account to make.
pub struct NewAccount<'a> {
    /// The id of its profile.
    pub user_id: Uuid,
    /// Its address.
    pub email: &'a Email,
    /// The password's hash, in PHC form.
    pub password_hash: &'a str,
    /// The profile's name.
    pub name: &'a str,
    /// The profile's language, if one was chosen.
    pub language: Option<Language>,
}

/// Makes a profile and its account. Returns false if the address has an account.
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

/// The limits of registrations, as Postgres takes them.
#[derive(Debug, Clone, Copy)]
pub struct RegistrationLimits(pub [Option<i32>; 4]);

impl RegistrationLimits {
    /// Returns the limits of a network and of a mailbox. A rate is a number in a period there, since what was done is
    /// counted from its rows.
    pub fn new(network: Option<Rate>, mailbox: Option<Allowance>) -> Self {
        let of_network = network.map(|rate| {
            let seconds = rate.burst.get().div_ceil(rate.per_second.get());
            [rate.burst.get(), seconds].map(|number| i32::try_from(number).unwrap_or(i32::MAX))
        });
        let [most, seconds] = of_network.map_or([None; 2], |pair| pair.map(Some));
        let [accounts, period] = mailbox.map_or([None; 2], |allowance| allowance.as_sql().map(Some));
        RegistrationLimits([most, seconds, accounts, period])
    }
}

/// A person who registers, as they are counted.
pub struct Registrant<'a> {
    /// The address.
    pub email: &'a Email,
    /// The network of the client, such as `192.0.2.7/32`.
    pub network: String,
    /// The limits.
    pub limits: RegistrationLimits,
}

/// The answer to a registration.
#[derive(QueryableByName)]
pub struct RegistrationState {
    /// Whether the address has an account.
    #[diesel(sql_type = Bool)]
    pub taken: bool,
    /// When another account may be registered; `None` for now.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub again: Option<DateTime<Utc>>,
}

/// Returns whether an account could be registered now.
pub async fn registration_state(conn: &mut AsyncPgConnection, by: &Registrant<'_>) -> Result<RegistrationState> {
    let query = diesel::sql_query("SELECT taken, again FROM podium.registration_state($1, $2, $3, $4)")
        .bind::<Text, _>(by.email.key())
        .bind::<Text, _>(by.email.mailbox())
        .bind::<Text, _>(&by.network)
        .bind::<Array<Nullable<Integer>>, _>(by.limits.0.to_vec());
    Ok(query.get_result(conn).await?)
}

/// Makes a profile and its account, within the limits.
pub async fn register(
    conn: &mut AsyncPgConnection,
    by: &Registrant<'_>,
    new: &NewAccount<'_>,
) -> Result<RegistrationState> {
    let query = "SELECT taken, again FROM podium.registration_open($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let rows: Vec<RegistrationState> = diesel::sql_query(query)
        .bind::<SqlUuid, _>(new.user_id)
        .bind::<Text, _>(new.email.address())
        .bind::<Text, _>(new.email.key())
        .bind::<Text, _>(new.password_hash)
        .bind::<Text, _>(new.name)
        .bind::<Nullable<Text>, _>(new.language.map(Language::tag))
        .bind::<Text, _>(by.email.mailbox())
        .bind::<Text, _>(&by.network)
        .bind::<Array<Nullable<Integer>>, _>(by.limits.0.to_vec())
        .load(conn)
        .await?;
    rows.into_iter().next().ok_or_else(|| Error::internal("no answer to a registration"))
}

/// The part of an account that an answer holds beside the profile.
#[derive(Debug, QueryableByName)]
pub struct Standing {
    /// The account's role.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    /// Whether its address was confirmed.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
}

/// A device to sign in.
pub struct NewSignIn<'a> {
    /// Its id.
    pub id: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    /// The hash that replaces it, if any.
    pub rehash: Option<&'a str>,
    /// Its first refresh token.
    pub token: &'a Key,
    /// The time for which it stays signed in without being used.
    pub lifetime: Duration,
    /// The client.
    pub device: &'a Device,
}

/// Signs a device in. `None` if the password has changed meanwhile, or the account is gone.
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

/// The result of a refresh.
#[derive(Debug, QueryableByName)]
pub struct Refreshed {
    /// `ok`, `unknown`, `ended`, `reused` or `too_often`.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// The family.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub sign_in_id: Option<Uuid>,
    /// The person.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub user_id: Option<Uuid>,
    /// The account's role.
    #[diesel(sql_type = Nullable<Text>)]
    pub role: Option<String>,
    /// Whether its address was confirmed.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
    /// The time to wait, with `too_often`.
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

/// Records that an access token of this generation was presented, so that its pair has arrived.
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

/// Ends the family of a refresh token. Returns the sign-ins that ended.
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
    /// When it signed in.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// When it last renewed its tokens.
    #[diesel(sql_type = Timestamptz)]
    pub last_used_at: DateTime<Utc>,
    /// Its `User-Agent`.
    #[diesel(sql_type = Nullable<Text>)]
    pub user_agent: Option<String>,
    /// The address from which it was last used.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<String>,
}

/// Returns the caller's devices, the one last used first; at most 100.
pub async fn sign_ins(conn: &mut AsyncPgConnection, user_id: Uuid) -> Result<Vec<SignIn>> {
    let query =
        diesel::sql_query("SELECT id, created_at, last_used_at, user_agent, address FROM podium.sign_ins_of($1)");
    Ok(query.bind::<SqlUuid, _>(user_id).load(conn).await?)
}

/// Signs one of the caller's devices out. Returns it if it was signed in.
pub async fn end(conn: &mut AsyncPgConnection, user_id: Uuid, id: Uuid) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query("SELECT id FROM podium.sign_in_end($1, $2) id");
    Ok(ids(query.bind::<SqlUuid, _>(user_id).bind::<SqlUuid, _>(id).load(conn).await?))
}

/// Returns the sign-ins that ended within this time, on any node.
pub async fn ended(conn: &mut AsyncPgConnection, within: Duration) -> Result<Vec<Uuid>> {
    let query = diesel::sql_query("SELECT id FROM podium.sign_ins_ended(make_interval(secs => $1)) id");
    Ok(ids(query.bind::<Double, _>(within.as_secs_f64()).load(conn).await?))
}

/// The account of a mailed key.
#[derive(Debug, Clone)]
pub enum Whose {
    /// The account of this profile.
    Profile(Uuid),
    /// The account of this address.
    Address(Email),
}

/// The purpose of a mailed key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Confirmation of the address.
    Verify,
    /// Choice of a new password.
    Reset,
}

/// The recipient of a mail.
#[derive(Debug, QueryableByName)]
pub struct Recipient {
    /// The account's address.
    #[diesel(sql_type = Text)]
    pub address: String,
    /// The mail's language, as a BCP 47 tag.
    #[diesel(sql_type = Text)]
    pub language: String,
}

/// Stores a key that is about to be mailed, and returns the recipient. The language is the person's, or `language` if
/// they have not chosen one. `None` when there is nothing to mail.
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

/// Confirms an address by the key that was mailed there. Returns false if the key is not valid.
pub async fn verify(conn: &mut AsyncPgConnection, key: &Key) -> Result<bool> {
    let query = diesel::sql_query("SELECT podium.account_verify($1) AS done").bind::<Binary, _>(key.hash());
    Ok(done(&query.load(conn).await?))
}

/// Returns whether a new password may be chosen by this key.
pub async fn reset_is_open(conn: &mut AsyncPgConnection, key: &Key) -> Result<bool> {
    let query = diesel::sql_query("SELECT podium.reset_is_open($1) AS done").bind::<Binary, _>(key.hash());
    Ok(done(&query.load(conn).await?))
}

/// Stores a new password. Returns the devices that were signed out, or `None` if the key is not valid any more.
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

/// The account whose role was changed.
#[derive(Debug, QueryableByName)]
pub struct RoleChanged {
    /// The profile.
    #[diesel(sql_type = SqlUuid)]
    pub user_id: Uuid,
    /// Whether the account's address was confirmed. If not, anyone may have registered it.
    #[diesel(sql_type = Bool)]
    pub verified: bool,
}

/// Gives an account a role or takes it away. `None` when there is no such account. Runs as the tables' owner.
pub async fn set_role(conn: &mut AsyncPgConnection, email: &Email, role: Option<&str>) -> Result<Option<RoleChanged>> {
    let rows: Vec<RoleChanged> = diesel::sql_query("SELECT user_id, verified FROM podium.account_role($1, $2)")
        .bind::<Text, _>(email.key())
        .bind::<Nullable<Text>, _>(role)
        .load(conn)
        .await?;
    Ok(rows.into_iter().next())
}

/// Deletes what has expired, and sign-ins that ended more than `spent` ago.
pub async fn tidy(conn: &mut AsyncPgConnection, spent: Duration) -> Result<()> {
    diesel::sql_query("SELECT podium.accounts_tidy(make_interval(secs => $1))")
        .bind::<Double, _>(spent.as_secs_f64())
        .execute(conn)
        .await?;
    Ok(())
}
