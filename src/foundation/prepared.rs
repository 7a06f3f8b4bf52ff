//! Statements written in SQL that are prepared once a connection.
//!
//! `diesel::sql_query` takes any text, so diesel has Postgres parse and plan it at each use; for a join that costs more
//! than the execution. The text of a [`Statement`] is a constant, so its type is its key in a connection's cache.
//!
//! A prepared statement must survive migrations run by other nodes. So it names its columns: one whose result type
//! changes (`SELECT *`) fails on that connection from then on.

use std::marker::PhantomData;

use diesel::QueryResult;
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{SqlType, Untyped};

/// A statement, identified by its type.
pub trait Statement: 'static {
    /// The text, with `$1`, `$2`, … for the bound values.
    const SQL: &'static str;
}

/// A statement with the values bound so far, ready for `load`.
pub struct Prepared<S> {
    values: Vec<Box<dyn QueryFragment<Pg> + Send>>,
    statement: PhantomData<fn() -> S>,
}

/// Returns the statement `S`, with no values bound.
pub fn prepared<S: Statement>() -> Prepared<S> {
    Prepared { values: Vec::new(), statement: PhantomData }
}

impl<S: Statement> Prepared<S> {
    /// Binds the next value, as the SQL type `T`.
    pub fn bind<T, V>(mut self, value: V) -> Self
    where
        T: SqlType + TypedExpressionType,
        V: AsExpression<T>,
        V::Expression: QueryFragment<Pg> + Send + 'static,
    {
        self.values.push(Box::new(value.as_expression()));
        self
    }
}

impl<S: Statement> QueryFragment<Pg> for Prepared<S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in pieces(S::SQL) {
            match piece {
                Piece::Text(text) => out.push_sql(text),
                Piece::Value(number) => match number.checked_sub(1).and_then(|index| self.values.get(index)) {
                    Some(value) => value.walk_ast(out.reborrow())?,
                    None => {
                        let cause = format!("no value is bound to ${number} of: {}", S::SQL);
                        return Err(diesel::result::Error::QueryBuilderError(cause.into()));
                    }
                },
            }
        }
        Ok(())
    }
}

impl<S: Statement> QueryId for Prepared<S> {
    type QueryId = S;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<S: Statement> Query for Prepared<S> {
    type SqlType = Untyped;
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(&'static str),
    Value(usize),
}

/// Splits the text into its parts and the numbers of its values.
fn pieces(sql: &'static str) -> impl Iterator<Item = Piece> {
    sql.split('$')
        .enumerate()
        .flat_map(|(index, part)| {
            // The first part has no number before it.
            let digits = if index == 0 { 0 } else { part.bytes().take_while(u8::is_ascii_digit).count() };
            let (number, text) = part.split_at(digits);
            [number.parse().ok().map(Piece::Value), Some(text).filter(|text| !text.is_empty()).map(Piece::Text)]
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::sql_types::{Array, BigInt, Nullable};

    use super::*;

    struct Twice;

    impl Statement for Twice {
        const SQL: &'static str = "SELECT * FROM f($1, $2) WHERE a = ANY ($1)";
    }

    #[test]
    fn values_go_to_their_places() {
        let query =
            prepared::<Twice>().bind::<Array<BigInt>, _>(vec![7_i64, 8]).bind::<Nullable<BigInt>, _>(None::<i64>);
        let shown = debug_query::<Pg, _>(&query).to_string();
        assert_eq!(shown, "SELECT * FROM f($1, $2) WHERE a = ANY ($3) -- binds: [[7, 8], None, [7, 8]]");
        assert!(query.is_safe_to_cache_prepared(&Pg).unwrap());
        let missing = prepared::<Twice>().bind::<Array<BigInt>, _>(vec![7_i64]);
        assert!(missing.to_sql(&mut diesel::pg::PgQueryBuilder::default(), &Pg).is_err());
    }

    #[test]
    fn a_text_is_cut_at_its_places() {
        let cut: Vec<_> = pieces("a $1, $12").collect();
        assert_eq!(cut, [Piece::Text("a "), Piece::Value(1), Piece::Text(", "), Piece::Value(12)]);
        assert_eq!(pieces("$1x").collect::<Vec<_>>(), [Piece::Value(1), Piece::Text("x")]);
    }
}
