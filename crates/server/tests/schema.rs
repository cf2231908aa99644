//! Just enough of JSON Schema to hold what is sent to what is published, and to
//! make an instance of what is published.

use serde_json::{Map, Value, json};

/// Everything in which `value` is not what `schema` says.
pub(crate) fn faults(document: &Value, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    let schema = resolve(document, schema);
    if let Some(choices) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        let fits = |choice: &Value| {
            let mut inner = Vec::new();
            faults(document, choice, value, path, &mut inner);
            inner.is_empty()
        };
        if !choices.iter().any(fits) {
            found.push(format!("{path}: fits none of the choices: {value}"));
        }
        return;
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        parts.iter().for_each(|part| faults(document, part, value, path, found));
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        found.push(format!("{path}: {value} is none of {words:?}"));
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if !kinds.iter().any(|kind| is_a(value, kind)) {
        found.push(format!("{path}: {value} is no {}", kinds.join(" or ")));
        return;
    }
    if let (Some(fields), Some(properties)) = (value.as_object(), schema.get("properties").and_then(Value::as_object)) {
        object_faults(document, &schema, properties, fields, path, found);
    }
    if let (Some(items), Some(item)) = (value.as_array(), schema.get("items")) {
        for (index, one) in items.iter().enumerate() {
            faults(document, item, one, &format!("{path}[{index}]"), found);
        }
    }
}

fn object_faults(
    document: &Value,
    schema: &Value,
    properties: &Map<String, Value>,
    fields: &Map<String, Value>,
    path: &str,
    found: &mut Vec<String>,
) {
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(name) {
            found.push(format!("{path}: `{name}` is missing"));
        }
    }
    for (name, value) in fields {
        match properties.get(name) {
            Some(property) => faults(document, property, value, &format!("{path}.{name}"), found),
            None => found.push(format!("{path}: `{name}` is not published")),
        }
    }
}

fn is_a(value: &Value, kind: &str) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn resolve(document: &Value, schema: &Value) -> Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            let name = reference.rsplit('/').next().unwrap_or_default();
            let known = &document["components"]["schemas"][name];
            assert!(!known.is_null(), "`{name}` is referred to and not published");
            resolve(document, known)
        }
        None => schema.clone(),
    }
}

/// A value that the schema allows, with every field in it.
pub(crate) fn instance(document: &Value, schema: &Value) -> Value {
    let schema = resolve(document, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if let Some(choice) = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array) {
        // A field that may be null is given here.
        let given = choice.iter().find(|choice| choice["type"] != "null");
        return given.map_or(Value::Null, |choice| instance(document, choice));
    }
    if let Some(word) = schema.get("enum").and_then(Value::as_array).and_then(|words| words.first()) {
        return word.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("null"),
        kind => kind.as_str().unwrap_or("object"),
    };
    match kind {
        "string" => json!(text(&schema)),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or(json!(1)),
        "boolean" => json!(true),
        "array" => json!([instance(document, &schema["items"])]),
        _ => {
            let mut object = Map::new();
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                let required: Vec<_> =
                    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                for (name, property) in properties {
                    // Fields of which one or the other may be there.
                    if required.contains(&name.as_str()) || !property.to_string().contains("Of `") {
                        object.insert(name.clone(), instance(document, property));
                    }
                }
            }
            if let Some(value) = schema.get("additionalProperties").filter(|more| more.is_object()) {
                object.insert("a".to_owned(), instance(document, value));
            }
            Value::Object(object)
        }
    }
}

/// A text for the few patterns that are published.
fn text(schema: &Value) -> String {
    if schema["format"] == "date" {
        return "2026-07-01".to_owned();
    }
    let Some(pattern) = schema["pattern"].as_str() else { return "一段文字 some text".to_owned() };
    if let Some(prefix) = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix("-[0-9a-f]{32}$")) {
        return format!("{prefix}-{}", "0".repeat(32));
    }
    if pattern.starts_with("^(sha256|sm3)") {
        return format!("sha256:{}", "0".repeat(64));
    }
    if pattern == "^[0-9]{6}$" {
        return "430100".to_owned();
    }
    if pattern.starts_with("^[0-9]{4}(") {
        return "2026".to_owned();
    }
    if pattern.starts_with("^[0-9]{4}-") {
        return "2026-07".to_owned();
    }
    if let Some(words) = pattern.strip_prefix("^(").and_then(|rest| rest.strip_suffix(")$")) {
        return words.split('|').next().unwrap_or_default().to_owned();
    }
    if pattern.starts_with("^http://") {
        return "https://city.example:8443".to_owned();
    }
    if pattern.starts_with("^[a-z") {
        return "abc".to_owned();
    }
    panic!("no text is known for the pattern {pattern}")
}
