//! Examples, made from schemas: so every message of the document has one, and none is stale.

use serde_json::{Map, Value, json};

/// The depth of an example. Deeper values are null.
const DEPTH: usize = 24;

/// Returns a value that fits a schema, which may refer to `schemas` by name.
pub fn of(schema: &Value, schemas: &Map<String, Value>) -> Value {
    at(schema, schemas, DEPTH)
}

fn at(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    if let Some(given) = schema.get("example").or_else(|| schema.get("const")) {
        return given.clone();
    }
    if let Some(given) = schema["examples"].get(0).or_else(|| schema["enum"].get(0)) {
        return given.clone();
    }
    let Some(depth) = depth.checked_sub(1) else { return Value::Null };
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |schema| at(schema, schemas, depth));
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(|part| at(part, schemas, depth));
        let fields = parts.filter_map(|part| part.as_object().cloned()).flatten();
        return Value::Object(fields.collect());
    }
    if let Some(ways) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let something = ways.iter().find(|way| way["type"] != "null").or_else(|| ways.first());
        return something.map_or(Value::Null, |way| at(way, schemas, depth));
    }
    match kind(&schema["type"]) {
        "object" => object(schema, schemas, depth),
        "array" => match schema.get("items") {
            Some(item) if schema["maxItems"] != 0 => json!([at(item, schemas, depth)]),
            _ => json!([]),
        },
        "integer" => json!(schema["minimum"].as_i64().unwrap_or(1).max(1)),
        "number" => json!(1.0),
        "boolean" => json!(true),
        "string" => text(schema),
        _ => Value::Null,
    }
}

/// Returns the first type that is not `null`.
fn kind(types: &Value) -> &str {
    let all = types.as_array().map_or(std::slice::from_ref(types), Vec::as_slice);
    all.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or("null")
}

fn object(schema: &Value, schemas: &Map<String, Value>, depth: usize) -> Value {
    let mut fields = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        fields.insert(name.clone(), at(field, schemas, depth));
    }
    if let Some(rest) = schema["additionalProperties"].as_object().filter(|_| fields.is_empty()) {
        let key = at(&schema["propertyNames"], schemas, depth).as_str().unwrap_or("key").to_owned();
        fields.insert(key, at(&Value::Object(rest.clone()), schemas, depth));
    }
    Value::Object(fields)
}

fn text(schema: &Value) -> Value {
    match schema["format"].as_str() {
        Some("uuid") => json!("0190d5a0-0000-7000-8000-000000000001"),
        Some("date-time") => json!("2027-05-08T19:30:00.123456Z"),
        Some("date") => json!("2027-05-08"),
        Some("uri") => json!("https://example.org/"),
        Some("email") => json!("ann@example.org"),
        _ => json!("text"),
    }
}
