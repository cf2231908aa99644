//! What holds for a regime file as text: each value names its source, and an
//! unknown key is told the nearest known one.

/// INVARIANT (sourced): walks every `{ value = … }` in the file.
pub(super) fn sources_of(value: &toml::Value, path: &str, faults: &mut Vec<String>) {
    match value {
        toml::Value::Table(table) => {
            if table.contains_key("value") {
                let has_source =
                    table.get("source").and_then(toml::Value::as_str).is_some_and(|s| !s.trim().is_empty());
                let is_setting = table.get("setting").and_then(toml::Value::as_bool) == Some(true);
                if has_source == is_setting {
                    faults.push(format!("`{path}` needs its clause (`source`) or `setting = true`, and not both"));
                }
            }
            for (key, inner) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                sources_of(inner, &path, faults);
            }
        }
        toml::Value::Array(items) => {
            for item in items {
                sources_of(item, path, faults);
            }
        }
        _ => {}
    }
}

/// INVARIANT (no silence): the nearest known key, read from the parser's own list.
pub(super) fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let Some(given) = quoted.next() else { return String::new() };
    if !message.starts_with("unknown") {
        return String::new();
    }
    quoted
        .map(|known| (strsim::damerau_levenshtein(given, known), known))
        .min()
        .filter(|(distance, known)| *distance <= known.len().div_ceil(2))
        .map(|(_, known)| format!(" (did you mean `{known}`?)"))
        .unwrap_or_default()
}
