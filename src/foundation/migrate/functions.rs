//! The SQL functions: one file each in sql/functions, applied after the migrations if their text is newer.
//!
//! Each text begins with its number, `-- version: 3`, and `podium.functions` stores the applied number. Only a higher
//! number is applied, so an older node that restarts during a rolling upgrade reverts nothing. To remove a function,
//! its text becomes `DROP FUNCTION IF EXISTS …;` under a higher number; the file stays, so that no older node creates
//! it again.
//!
//! - **New functions are also created early**: those that do not exist yet are created before each migration, as far as
//!   possible then, so that its triggers, policies and indexes can name them. They are not called at that time.
//!   Existing ones change after the last migration, all in one transaction.
//! - **Order**: string bodies are not checked at creation (`check_function_bodies = off`). What Postgres parses at once
//!   (an SQL body after `RETURN`, argument types) may need another function: failures are tried again after the others,
//!   until a round creates nothing.
//! - **A function used by an index, a CHECK or a generated column is never replaced**, since the stored results would
//!   be those of the old text. Such a change is refused; it needs a function with another name, and a new index.

use std::collections::HashMap;
use std::fmt::Write as _;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl};
use sha2::{Digest, Sha256};

use super::{MigrateError, Wrapped};

/// The texts in the binary, by their path without the extension: `podium/touch`.
const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/functions.rs"));

/// The text of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The file below sql/functions, without the extension: `podium/touch`.
    pub name: String,
    /// The name and the argument types, as `regprocedure` prints them: `podium.guard(uuid[])`.
    pub signature: String,
    /// The number of the text: each change takes a higher one.
    pub number: i32,
    /// The SHA-256 of the text, in hexadecimal.
    pub hash: String,
    /// The SQL that creates the function, with its comment and grants, or that removes it.
    pub text: String,
    /// Whether the text removes the function.
    pub gone: bool,
}

impl Function {
    /// Parses a file.
    ///
    /// # Errors
    /// [`MigrateError::Text`] if it has no number, or does not name its function.
    pub fn parse(name: &str, text: &str) -> Result<Self, MigrateError> {
        let wrong = |problem| MigrateError::Text { name: name.to_owned(), problem };
        let number =
            text.lines().next().and_then(|line| line.strip_prefix("-- version: ")).and_then(|n| n.parse().ok());
        let number =
            number.filter(|n| *n > 0).ok_or_else(|| wrong("its first line must be `-- version: ` and a number"))?;
        let of = |before: &str, after: &str| {
            let start = text.find(&format!("\n{before}"))? + 1 + before.len();
            let end = start + text[start..].find(after)?;
            Some(text[start..end].replace(", ", ","))
        };
        let taken = of("DROP FUNCTION IF EXISTS ", ";");
        let gone = taken.is_some();
        let signature = taken
            .or_else(|| of("COMMENT ON FUNCTION ", " IS"))
            .ok_or_else(|| wrong("it must contain COMMENT ON FUNCTION …, or DROP FUNCTION IF EXISTS …;"))?;
        let hash = Sha256::digest(text).iter().fold(String::new(), |mut hex, byte| {
            // Cannot fail: writing to a String always succeeds.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Ok(Function { name: name.to_owned(), signature, number, hash, text: text.to_owned(), gone })
    }
}

/// Returns the functions of this binary.
///
/// # Errors
/// [`MigrateError::Text`].
pub fn embedded() -> Result<Vec<Function>, MigrateError> {
    TEXTS.iter().map(|(name, text)| Function::parse(name, text)).collect()
}

/// The applied text of a function.
#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    signature: String,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Nullable<Text>)]
    hash: Option<String>,
    #[diesel(sql_type = Bool)]
    there: bool,
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Nullable<Text>)]
    one: Option<String>,
}

/// Creates the functions that do not exist yet, as far as possible. Does nothing before the migration that creates
/// `podium.functions`: the migrations before it create their functions themselves.
pub(super) fn make_missing(connection: &mut Wrapped, functions: &[Function]) -> Result<Vec<String>, MigrateError> {
    let known =
        diesel::sql_query("SELECT to_regclass('podium.functions')::text AS one").get_result::<One>(connection)?;
    if known.one.is_none() {
        return Ok(Vec::new());
    }
    let applied = applied(connection)?;
    let missing = functions.iter().filter(|of| !of.gone && !applied.contains_key(&of.signature)).collect();
    let (made, _) = connection.transaction::<_, MigrateError, _>(|connection| put(connection, missing))?;
    Ok(made)
}

/// Applies the texts that are newer than the applied ones, and returns their signatures. Takes one query if there are
/// none.
pub(super) fn apply(connection: &mut Wrapped, functions: &[Function]) -> Result<Vec<String>, MigrateError> {
    let applied = applied(connection)?;
    let due = due(functions, &applied);
    if due.is_empty() {
        return Ok(Vec::new());
    }
    connection.transaction(|connection| {
        for of in &due {
            not_pinned(connection, of)?;
        }
        let (made, failed) = put(connection, due)?;
        match failed {
            None => Ok(made),
            Some((function, cause)) => Err(MigrateError::Function { function, cause }),
        }
    })
}

/// Returns the signatures that [`apply`] would apply.
pub(super) fn pending(connection: &mut Wrapped, functions: &[Function]) -> Result<Vec<String>, MigrateError> {
    let known =
        diesel::sql_query("SELECT to_regclass('podium.functions')::text AS one").get_result::<One>(connection)?;
    let applied = if known.one.is_some() { applied(connection)? } else { HashMap::new() };
    Ok(due(functions, &applied).into_iter().map(|of| of.signature.clone()).collect())
}

/// Returns the functions that are newer than the applied ones, or applied but missing.
fn due<'a>(functions: &'a [Function], applied: &HashMap<String, Applied>) -> Vec<&'a Function> {
    let mut due = Vec::new();
    for of in functions {
        match applied.get(&of.signature) {
            None => due.push(of),
            Some(is) if is.number < of.number || (is.number == of.number && !of.gone && !is.there) => due.push(of),
            Some(is) if is.number == of.number && is.hash.as_ref().is_some_and(|hash| *hash != of.hash) => {
                tracing::warn!(function = %of.signature, number = of.number, "a different text of the function is applied under this number");
            }
            Some(_) => {}
        }
    }
    due
}

fn applied(connection: &mut Wrapped) -> Result<HashMap<String, Applied>, MigrateError> {
    let rows: Vec<Applied> = diesel::sql_query(
        "SELECT signature, number, hash, to_regprocedure(signature) IS NOT NULL AS there FROM podium.functions",
    )
    .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.signature.clone(), row)).collect())
}

/// A function that could not be created: its signature, and the error of Postgres.
type Failed = Option<(String, diesel::result::Error)>;

/// Creates the functions, each in a savepoint, in rounds until one creates nothing. Returns those created, and one that
/// failed.
fn put(connection: &mut Wrapped, mut left: Vec<&Function>) -> Result<(Vec<String>, Failed), MigrateError> {
    connection.batch_execute("SET LOCAL lock_timeout = '5s'; SET LOCAL check_function_bodies = off")?;
    let mut made = Vec::new();
    loop {
        let before = made.len();
        let mut failed = None;
        let mut again = Vec::new();
        for of in left {
            match connection.transaction(|connection| put_one(connection, of)) {
                Ok(()) => made.push(of.signature.clone()),
                Err(cause) => {
                    failed = Some((of.signature.clone(), cause));
                    again.push(of);
                }
            }
        }
        if again.is_empty() || made.len() == before {
            return Ok((made, failed));
        }
        left = again;
    }
}

fn put_one(connection: &mut Wrapped, of: &Function) -> diesel::QueryResult<()> {
    connection.batch_execute(&of.text)?;
    diesel::sql_query(
        "INSERT INTO podium.functions (signature, number, hash) VALUES ($1, $2, $3)
         ON CONFLICT (signature) DO UPDATE SET number = excluded.number, hash = excluded.hash, applied_at = clock_timestamp()",
    )
    .bind::<Text, _>(&of.signature)
    .bind::<Integer, _>(of.number)
    .bind::<Text, _>(&of.hash)
    .execute(connection)?;
    Ok(())
}

/// Finds what stores results of a function, or of one that uses it: indexes, checks, generated columns, partition keys.
/// A policy, a view, a trigger or a default does not: it calls the function each time.
const PINS: &str = "
WITH RECURSIVE uses (oid) AS (
  SELECT to_regprocedure($1)::oid
  UNION
  SELECT d.objid FROM pg_depend d JOIN uses u ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = u.oid
  WHERE d.classid = 'pg_proc'::regclass
)
SELECT array_agg(DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) ORDER BY pg_describe_object(d.classid, d.objid, d.objsubid)) AS pins
FROM pg_depend d JOIN uses u ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = u.oid
WHERE (d.classid = 'pg_class'::regclass AND EXISTS (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind IN ('i', 'I', 'p')))
   OR (d.classid = 'pg_constraint'::regclass AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype IN ('c', 'x')))
   OR (d.classid = 'pg_attrdef'::regclass AND EXISTS (
         SELECT FROM pg_attrdef v JOIN pg_attribute a ON a.attrelid = v.adrelid AND a.attnum = v.adnum
         WHERE v.oid = d.objid AND a.attgenerated <> ''))";

#[derive(QueryableByName)]
struct Pins {
    #[diesel(sql_type = Nullable<Array<Text>>)]
    pins: Option<Vec<String>>,
}

/// Refuses to replace a function whose results are stored.
fn not_pinned(connection: &mut Wrapped, of: &Function) -> Result<(), MigrateError> {
    let found: Pins = diesel::sql_query(PINS).bind::<Text, _>(&of.signature).get_result(connection)?;
    match found.pins {
        Some(pins) => Err(MigrateError::Pinned { function: of.signature.clone(), by: pins.join(", ") }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "-- version: 3\n-- Why.\nCREATE OR REPLACE FUNCTION podium.f(_a uuid, _b text[]) …;\nCOMMENT ON FUNCTION podium.f(uuid, text[]) IS\n  'What';\n";

    #[test]
    fn a_text_says_its_number_and_its_function() {
        let of = Function::parse("podium/f", TEXT).expect("a text");
        assert_eq!((of.signature.as_str(), of.number, of.gone), ("podium.f(uuid,text[])", 3, false));
        let of = Function::parse("podium/f", "-- version: 4\nDROP FUNCTION IF EXISTS podium.f(uuid, text[]);\n")
            .expect("a text");
        assert_eq!((of.signature.as_str(), of.number, of.gone), ("podium.f(uuid,text[])", 4, true));
        for wrong in ["", "-- version: 0\n", "-- version: x\n", &TEXT[1..], "-- version: 1\nSELECT 1;\n"] {
            assert!(matches!(Function::parse("podium/f", wrong), Err(MigrateError::Text { .. })), "{wrong}");
        }
    }

    #[test]
    fn only_what_is_newer_or_lost_is_due() {
        let of = Function::parse("podium/f", TEXT).expect("a text");
        let gone = Function { gone: true, ..of.clone() };
        let state = |number, there| {
            let is = Applied { signature: of.signature.clone(), number, hash: None, there };
            HashMap::from([(of.signature.clone(), is)])
        };
        let count = |of: &Function, applied: &HashMap<String, Applied>| due(std::slice::from_ref(of), applied).len();
        assert_eq!(count(&of, &HashMap::new()), 1, "new");
        assert_eq!(count(&of, &state(2, true)), 1, "newer");
        assert_eq!(count(&of, &state(3, true)), 0, "the same");
        assert_eq!(count(&of, &state(4, true)), 0, "older");
        assert_eq!(count(&of, &state(3, false)), 1, "lost");
        assert_eq!(count(&of, &state(4, false)), 0, "taken away by a newer node");
        assert_eq!(count(&gone, &state(3, false)), 0, "taken away");
        assert_eq!(count(&gone, &state(2, true)), 1, "to be taken away");
    }
}
