//! What a record of each kind holds: the whole of what one platform tells another.
//!
//! INVARIANT (closed list): kept here for both ends. What is sent is held to it before
//! it is written, what comes is held to it before it is kept.

use serde_json::{Map, Value};
use shuyu_model::regime::words::Upward;
use shuyu_model::{Day, Digest, Reason};

use crate::reasons;

/// The form of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One line or more, of so many characters at most.
    Text(usize),
    /// A whole number.
    Number,
    /// `2026-06-01`.
    Day,
    /// `sha256:…`, `sm3:…`.
    Digest,
    /// Texts.
    Texts,
    /// Columns, each with [`COLUMN`] and nothing else.
    Columns,
}

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Its form.
    pub form: Form,
    /// Whether a record can do without.
    pub is_optional: bool,
}

const fn field(name: &'static str, form: Form) -> Field {
    Field { name, form, is_optional: false }
}

const fn optional(name: &'static str, form: Form) -> Field {
    Field { name, form, is_optional: true }
}

const ID: Form = Form::Text(64);
const NAME: Form = Form::Text(200);
const WORD: Form = Form::Text(64);
/// The most items of a list in a record.
pub const ITEMS_MAX: usize = 5000;

/// What is told of a column: what it is, never what is in it.
pub const COLUMN: &[Field] =
    &[field("name", WORD), field("title", NAME), field("kind", WORD), field("class", WORD), optional("grade", WORD)];

const CATALOG: &[Field] = &[
    field("resource", ID),
    field("name", WORD),
    field("title", NAME),
    field("description", Form::Text(4000)),
    field("source", NAME),
    field("update_every_days", Form::Number),
    field("columns", Form::Columns),
    optional("registered_until", Form::Day),
];
const REGISTRATION: &[Field] = &[
    field("resource", ID),
    field("title", NAME),
    field("source", NAME),
    field("digest", Form::Digest),
    field("registered_on", Form::Day),
    optional("registered_until", Form::Day),
];
const SCHEME: &[Field] = &[
    field("matter", ID),
    field("title", NAME),
    field("organisation", NAME),
    optional("document_digest", Form::Digest),
    field("approved_on", Form::Day),
];
const SELECTION: &[Field] = &[
    field("matter", ID),
    field("title", NAME),
    field("organisation", NAME),
    optional("document_digest", Form::Digest),
    field("decided_on", Form::Day),
];
const AGREEMENT: &[Field] = &[
    field("agreement", ID),
    field("kind", WORD),
    field("grantor", NAME),
    field("grantee", NAME),
    field("resources", Form::Texts),
    field("from", Form::Day),
    field("until", Form::Day),
    field("document_digest", Form::Digest),
    field("digest", Form::Digest),
    field("signed_on", Form::Day),
];
const SCENARIO: &[Field] = &[
    field("scenario", ID),
    field("title", NAME),
    field("use_kind", WORD),
    field("operator", NAME),
    field("agreement", ID),
    field("resources", Form::Texts),
    field("digest", Form::Digest),
    field("approved_on", Form::Day),
];

const PRODUCT: &[Field] = &[
    field("product", ID),
    field("title", NAME),
    field("operator", NAME),
    optional("scenario", ID),
    optional("resources", Form::Texts),
    field("registered_on", Form::Day),
];

/// The fields of a kind.
pub fn of(kind: Upward) -> &'static [Field] {
    match kind {
        Upward::Catalog => CATALOG,
        Upward::Registration => REGISTRATION,
        Upward::Scheme => SCHEME,
        Upward::Selection => SELECTION,
        Upward::Agreement => AGREEMENT,
        Upward::Scenario => SCENARIO,
        Upward::Product => PRODUCT,
    }
}

/// The kind with this word.
pub fn kind(word: &str) -> Option<Upward> {
    Upward::ALL.iter().copied().find(|kind| kind.word() == word)
}

/// Everything that is wrong with a payload, by name and never by value.
pub fn faults(kind: Upward, payload: &Value, clause: &str) -> Vec<Reason> {
    let Some(map) = payload.as_object() else {
        let what = "the record is no object".to_owned();
        return vec![Reason::new(reasons::WRONG_FIELD, what, clause, "send an object of the kind's fields")];
    };
    let mut found = Vec::new();
    held_to(of(kind), map, "", clause, &mut found);
    found
}

fn held_to(fields: &[Field], map: &Map<String, Value>, at: &str, clause: &str, found: &mut Vec<Reason>) {
    let known = || fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", ");
    for name in map.keys().filter(|name| !fields.iter().any(|field| field.name == name.as_str())) {
        let shown: String = name.chars().take(64).collect();
        let what = format!("`{at}{shown}` is no field of such a record");
        found.push(Reason::new(reasons::UNKNOWN_FIELD, what, clause, format!("send only: {}", known())));
    }
    for field in fields {
        let here = format!("{at}{}", field.name);
        match map.get(field.name) {
            None | Some(Value::Null) if field.is_optional => {}
            None | Some(Value::Null) => {
                let what = format!("`{here}` is missing");
                found.push(Reason::new(reasons::MISSING_FIELD, what, clause, "send it as well"));
            }
            Some(value) => in_form(field.form, value, &here, clause, found),
        }
    }
}

fn in_form(form: Form, value: &Value, at: &str, clause: &str, found: &mut Vec<Reason>) {
    let is_text = |value: &Value, chars_max: usize| {
        let plain = |text: &str| !text.trim().is_empty() && !text.contains('\0') && text.chars().count() <= chars_max;
        value.as_str().is_some_and(plain)
    };
    let instead = match form {
        Form::Text(chars_max) if !is_text(value, chars_max) => format!("a text of 1 to {chars_max} characters"),
        Form::Number if value.as_i64().is_none_or(|number| number < 0) => "a whole number from 0".to_owned(),
        Form::Day if value.as_str().is_none_or(|day| day.parse::<Day>().is_err()) => "a day, 2026-06-01".to_owned(),
        Form::Digest if value.as_str().is_none_or(|text| Digest::parse(text).is_err()) => "a digest".to_owned(),
        Form::Texts if !items(value).is_some_and(|all| all.iter().all(|one| is_text(one, 200))) => {
            format!("a list of at most {ITEMS_MAX} texts of 1 to 200 characters")
        }
        Form::Columns => {
            let Some(all) = items(value).filter(|all| !all.is_empty()) else {
                found.push(wrong(at, &format!("a list of 1 to {ITEMS_MAX} columns"), clause));
                return;
            };
            for (index, column) in all.iter().enumerate() {
                match column.as_object() {
                    Some(map) => held_to(COLUMN, map, &format!("{at}[{index}]."), clause, found),
                    None => found.push(wrong(&format!("{at}[{index}]"), "a column", clause)),
                }
            }
            return;
        }
        _ => return,
    };
    found.push(wrong(at, &instead, clause));
}

fn items(value: &Value) -> Option<&Vec<Value>> {
    value.as_array().filter(|all| all.len() <= ITEMS_MAX)
}

fn wrong(at: &str, form: &str, clause: &str) -> Reason {
    Reason::new(reasons::WRONG_FIELD, format!("`{at}` is not of its form"), clause, format!("send {form}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A payload that every field of a kind is in.
    pub(crate) fn full(fields: &[Field]) -> Value {
        let value = |form| match form {
            Form::Text(_) => json!("x"),
            Form::Number => json!(1),
            Form::Day => json!("2026-06-01"),
            Form::Digest => json!(format!("sha256:{}", "a".repeat(64))),
            Form::Texts => json!(["x"]),
            Form::Columns => json!([full(COLUMN)]),
        };
        Value::Object(fields.iter().map(|field| (field.name.to_owned(), value(field.form))).collect())
    }

    #[test]
    fn nothing_that_goes_up_is_about_a_person_or_a_value() {
        // A new field is added here by somebody who has thought about it.
        let listed: Vec<(&str, Vec<&str>)> =
            Upward::ALL.iter().map(|kind| (kind.word(), of(*kind).iter().map(|field| field.name).collect())).collect();
        let expected: &[(&str, &str)] = &[
            ("catalog_entry", "resource name title description source update_every_days columns registered_until"),
            ("registration", "resource title source digest registered_on registered_until"),
            ("scheme", "matter title organisation document_digest approved_on"),
            ("selection", "matter title organisation document_digest decided_on"),
            ("agreement", "agreement kind grantor grantee resources from until document_digest digest signed_on"),
            ("scenario", "scenario title use_kind operator agreement resources digest approved_on"),
            ("product", "product title operator scenario resources registered_on"),
        ];
        let expected: Vec<(&str, Vec<&str>)> =
            expected.iter().map(|(kind, names)| (*kind, names.split(' ').collect())).collect();
        assert_eq!(listed, expected);
        assert_eq!(COLUMN.iter().map(|f| f.name).collect::<Vec<_>>(), ["name", "title", "kind", "class", "grade"]);
        let all = listed.iter().flat_map(|(_, names)| names).copied().chain(COLUMN.iter().map(|f| f.name));
        for name in all {
            for banned in ["person", "author", "login", "phone", "id_card", "value", "row", "sample", "fact", "reason"]
            {
                assert!(!name.contains(banned), "{name}");
            }
        }
    }

    #[test]
    fn takes_a_whole_record_and_tells_everything_that_is_wrong_with_another() {
        for kind in Upward::ALL {
            assert_eq!(faults(*kind, &full(of(*kind)), "c"), [], "{kind:?}");
            for field in of(*kind) {
                let mut without = full(of(*kind));
                without.as_object_mut().unwrap().remove(field.name);
                let found = faults(*kind, &without, "c");
                let is_missed = found.iter().any(|reason| reason.code == reasons::MISSING_FIELD);
                assert_eq!(is_missed, !field.is_optional, "{kind:?} {}", field.name);
                let mut wrong = full(of(*kind));
                wrong[field.name] = json!({ "secret": "13800138000" });
                let found = faults(*kind, &wrong, "c");
                assert!(found.iter().any(|r| r.code == reasons::WRONG_FIELD), "{kind:?} {}", field.name);
                assert!(!format!("{found:?}").contains("13800138000"), "a value is told");
            }
            let mut more = full(of(*kind));
            more["author"] = json!("x");
            assert!(faults(*kind, &more, "c").iter().any(|r| r.code == reasons::UNKNOWN_FIELD), "{kind:?}");
        }
        let mut column = full(CATALOG);
        column["columns"] = json!([{ "name": "x", "sample": "13800138000" }]);
        let codes: Vec<_> = faults(Upward::Catalog, &column, "c").into_iter().map(|r| r.code).collect();
        assert_eq!(codes, ["EXC-004", "EXC-005", "EXC-005", "EXC-005"], "all at once");
        assert!(!faults(Upward::Scheme, &json!([]), "c").is_empty());
    }
}
