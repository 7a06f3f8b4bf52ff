//! Describes a database's schema as a page, docs/SCHEMA.md, from its catalog and its comments.

use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde::Deserialize;

use crate::foundation::migrate::MigrateError;

/// Returns the whole catalog as one JSON document, sorted the same way whatever the database's locale is.
const CATALOG: &str = include_str!("schema_page/catalog.sql");

/// The longest line, in characters.
const WIDTH: usize = 120;

const HEAD: &str = "\
# The schema

What the database holds: each table and view with its columns, keys, indexes, policies and rights, and each function
with its arguments, its result and the roles that may execute it. The texts are the database's own comments.

[ACCESS.md](ACCESS.md) says which rows a caller may read and write. Each table has row level security, which does not
bind its owner, the login role that migrates. Requests run as the role `podium_user`, background work as
`podium_service`.

`podium schema > docs/SCHEMA.md` writes this page, and a test compares it with a migrated database. To change a text,
change a comment: of a function in `sql/functions`, of a table or column in a new migration.
";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    catalog: String,
}

#[derive(Deserialize)]
struct Schema {
    name: String,
    comment: Option<String>,
    types: Vec<Type>,
    relations: Vec<Relation>,
    functions: Vec<Function>,
}

/// An enumeration, or a composite type.
#[derive(Deserialize)]
struct Type {
    name: String,
    comment: Option<String>,
    definition: String,
}

#[derive(Deserialize)]
struct Relation {
    name: String,
    kind: String,
    comment: Option<String>,
    columns: Vec<Column>,
    keys: Vec<Named>,
    indexes: Vec<Named>,
    policies: Vec<Named>,
    triggers: Vec<Named>,
    rights: Vec<Named>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    of: String,
    nullable: bool,
    default: Option<String>,
    comment: Option<String>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    definition: String,
}

#[derive(Deserialize)]
struct Function {
    signature: String,
    arguments: String,
    returns: String,
    comment: Option<String>,
    roles: Vec<String>,
}

/// Returns the page for the database at `url`.
///
/// # Errors
/// [`MigrateError`] when the database cannot be reached or its catalog cannot be read.
pub async fn markdown(url: &str) -> Result<String, MigrateError> {
    let mut connection = AsyncPgConnection::establish(url).await?;
    // Postgres prints names without their schema if it is on the search path.
    connection.batch_execute("SET search_path = public").await?;
    let row: Row = diesel::sql_query(CATALOG).get_result(&mut connection).await?;
    let schemas: Vec<Schema> = serde_json::from_str(&row.catalog)
        .map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    Ok(page(&schemas))
}

fn page(schemas: &[Schema]) -> String {
    let mut page = Page(HEAD.to_owned());
    for schema in schemas {
        page.heading(2, &format!("Schema `{}`", schema.name));
        page.text(schema.comment.as_deref());
        for relation in &schema.relations {
            relation_page(&mut page, relation);
        }
        for of in &schema.types {
            page.heading(3, &format!("Type `{}`", of.name));
            page.text(of.comment.as_deref());
            page.list(None, [format!("`{}`", of.definition)]);
        }
        if !schema.functions.is_empty() {
            page.heading(3, &format!("Functions of `{}`", schema.name));
        }
        for function in &schema.functions {
            page.heading(4, &format!("`{}`", function.signature));
            page.text(function.comment.as_deref());
            let roles: Vec<_> = function.roles.iter().map(|role| format!("`{role}`")).collect();
            let roles = if roles.is_empty() { "the owner only".to_owned() } else { roles.join(", ") };
            let arguments = Some(&function.arguments).filter(|of| !of.is_empty());
            let arguments = arguments.map(|of| format!("Arguments: `{of}`"));
            let rest = [format!("Returns `{}`", function.returns), format!("Executable by {roles}")];
            page.list(None, arguments.into_iter().chain(rest));
        }
    }
    page.0
}

fn relation_page(page: &mut Page, relation: &Relation) {
    page.heading(3, &format!("{} `{}`", relation.kind, relation.name));
    page.text(relation.comment.as_deref());
    let columns = relation.columns.iter().map(|column| {
        let null = if column.nullable { ", may be NULL" } else { "" };
        let default = column.default.as_ref().map(|value| format!(", default `{value}`")).unwrap_or_default();
        let comment = sentence(column.comment.as_deref().unwrap_or_default());
        format!("`{}` {}{null}{default}: {comment}", column.name, column.of)
    });
    page.list(Some("Columns:"), columns);
    let named = |rows: &[Named]| -> Vec<String> {
        rows.iter().map(|row| format!("`{}`: `{}`", row.name, one_line(&row.definition))).collect()
    };
    page.list(Some("Keys and checks:"), named(&relation.keys));
    page.list(Some("Indexes:"), named(&relation.indexes));
    page.list(Some("Policies:"), named(&relation.policies));
    page.list(Some("Triggers:"), named(&relation.triggers));
    let rights = relation.rights.iter().map(|row| format!("`{}`: {}", row.name, row.definition));
    page.list(Some("Rights:"), rights);
}

/// A page of Markdown that grows, wrapped at [`WIDTH`].
struct Page(String);

impl Page {
    fn heading(&mut self, level: usize, text: &str) {
        self.0.push_str(&format!("\n{} {text}\n", "#".repeat(level)));
    }

    fn text(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.0.push('\n');
            wrap(&mut self.0, "", &sentence(text));
        }
    }

    fn list(&mut self, title: Option<&str>, items: impl IntoIterator<Item = String>) {
        for (n, item) in items.into_iter().enumerate() {
            if n == 0 {
                self.0.push('\n');
                if let Some(title) = title {
                    self.0.push_str(&format!("{title}\n\n"));
                }
            }
            wrap(&mut self.0, "- ", &item);
        }
    }
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Appends the words of `text` behind `mark`, further lines indented as far. A longer word stays whole.
fn wrap(out: &mut String, mark: &str, text: &str) {
    out.push_str(mark);
    let mut length = mark.chars().count();
    for (n, word) in text.split_whitespace().enumerate() {
        let width = word.chars().count();
        if n > 0 && length + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(&" ".repeat(mark.len()));
            length = mark.len();
        } else if n > 0 {
            out.push(' ');
            length += 1;
        }
        out.push_str(word);
        length += width;
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_items_are_wrapped_and_indented() {
        let mut out = String::new();
        wrap(&mut out, "- ", &"four ".repeat(30));
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].starts_with("- four") && lines[1].starts_with("  four"), "{out}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{out}");
    }

    #[test]
    fn what_a_relation_lacks_is_left_out() {
        let relation: Relation = serde_json::from_str(
            r#"{"name": "t", "kind": "Table", "comment": "Rows", "keys": [], "indexes": [], "policies": [], "triggers": [],
                "rights": [], "columns": [{"name": "id", "of": "uuid", "nullable": true, "default": "f()",
                "comment": "The id"}]}"#,
        )
        .unwrap();
        let mut page = Page(String::new());
        relation_page(&mut page, &relation);
        assert_eq!(
            page.0,
            "\n### Table `t`\n\nRows.\n\nColumns:\n\n- `id` uuid, may be NULL, default `f()`: The id.\n"
        );
    }
}
