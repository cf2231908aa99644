//! One digest for one meaning: JSON with its keys sorted and no spaces, hashed.
//!
//! This is RFC 8785 for what we put in: text, whole numbers, booleans, lists.
//! Floats do not occur, so its rules for them are not here.

use crate::{CryptoProfile, Digest};
use serde::Serialize;

/// The canonical text of a value.
pub fn text(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut pairs: Vec<_> = map.iter().collect();
            // RFC 8785 sorts by UTF-16 units; our keys are ASCII, where it is the same.
            pairs.sort_by_key(|(key, _)| key.as_str());
            let inner: Vec<String> = pairs
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::from(key.as_str()), text(value)))
                .collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(text).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

/// The digest of a value's canonical text.
pub fn digest<T: Serialize>(profile: CryptoProfile, value: &T) -> Result<Digest, serde_json::Error> {
    Ok(profile.digest(text(&serde_json::to_value(value)?).as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_matter_and_that_of_lists_does() {
        assert_eq!(super::text(&json!({"b": [2, 1], "a": "x\"\n"})), r#"{"a":"x\"\n","b":[2,1]}"#);
        assert_ne!(super::text(&json!([1, 2])), super::text(&json!([2, 1])));
    }
}
