//! Where in a rule file something stands, and what to say to whoever wrote it.
//!
//! INVARIANT (helping): each fault names the file, the line and what to do instead.

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::RegimeError;

/// A rule file as text, with the places of its keys.
pub(super) struct Lines<'a> {
    text: &'a str,
    table: Option<Spanned<DeTable<'a>>>,
}

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { text, table: DeTable::parse(text).ok() }
    }

    /// The line of a path such as `procedure.release.steps.1.signatures`, or of the
    /// nearest thing above it that is there.
    pub(super) fn line(&self, path: &str) -> usize {
        let Some(root) = &self.table else { return 1 };
        let (mut line, mut at) = (1, None::<&DeValue<'a>>);
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let table = match at {
                None => Some(root.get_ref()),
                Some(value) => value.as_table(),
            };
            let next = match (table, at.and_then(|value| value.as_array())) {
                (Some(table), _) => {
                    table.iter().find(|(key, _)| key.get_ref().as_ref() == part).map(|(key, value)| {
                        // A header `[agreement]` opens where its key stands.
                        (key.span().start, value.get_ref())
                    })
                }
                (None, Some(items)) => part
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| items.get(index))
                    .map(|item| (item.span().start, item.get_ref())),
                (None, None) => None,
            };
            let Some((offset, value)) = next else { break };
            (line, at) = (line_at(self.text, offset), Some(value));
        }
        line
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1)
}

/// The line on which a key stands in a rule file, 1 where it does not.
pub fn line_of(text: &str, path: &str) -> usize {
    Lines::of(text).line(path)
}

/// Reads a rule file into its struct. The second is the same as plain values.
pub(super) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<(T, toml::Value), RegimeError> {
    let shape = |error: toml::de::Error| {
        let what = error.message().to_owned();
        RegimeError::Shape {
            file: file.to_owned(),
            line: error.span().map_or_else(|| line_of_word(text, &what), |span| line_at(text, span.start)),
            hint: hint(&what),
            what,
        }
    };
    let read = toml::from_str(text).map_err(shape)?;
    let plain = toml::from_str::<toml::Table>(text).map_err(shape)?;
    Ok((read, toml::Value::Table(plain)))
}

/// Where the parser names a word but no place: the first line that has it.
fn line_of_word(text: &str, message: &str) -> usize {
    let word = message.split('`').nth(1).unwrap_or_default();
    let found = text.lines().position(|line| !line.trim_start().starts_with('#') && line.contains(word));
    found.map_or(1, |index| index.saturating_add(1))
}

/// INVARIANT (no silence): the nearest known key, read from the parser's own list;
/// else what to write instead.
pub(super) fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let given = quoted.next().unwrap_or_default();
    if message.starts_with("unknown") {
        return quoted
            .map(|known| (strsim::damerau_levenshtein(given, known), known))
            .min()
            .filter(|(distance, known)| *distance <= known.len().div_ceil(2))
            .map(|(_, known)| format!(" (did you mean `{known}`?)"))
            .unwrap_or_else(|| " (take one of these, or leave it out)".to_owned());
    }
    let help = if message.starts_with("missing field `value`") {
        "a value is written `{ value = …, source = \"…\" }` or `{ value = …, setting = true }`"
    } else if message.starts_with("missing field `source`") {
        "name the clause of the document, as in `source = \"三(三)\"`"
    } else if message.starts_with("missing field") {
        "every regime says this; where the document is silent, add it with `setting = true`"
    } else if message.starts_with("duplicate key") {
        "keep one of the two"
    } else if message.contains("expected struct Sourced") {
        "a value is written `{ value = …, source = \"…\" }` or `{ value = …, setting = true }`"
    } else if message.contains("expected a boolean") {
        "write true or false, without quotes"
    } else if message.starts_with("invalid value: integer") {
        "the number is too small or too large for this key"
    } else if message.contains("expected a sequence") {
        "write a list, as in `[\"…\"]`"
    } else if message.starts_with("invalid type: string") && message.contains("expected u") {
        "write the number without quotes"
    } else if message.contains("expected u") {
        "write a whole number that is not negative"
    } else if message.contains("expected a string") {
        "write it between quotes"
    } else if ["date", "year", "month", "day"].iter().any(|word| message.contains(word)) {
        "write a day of the calendar, as in \"2026-03-05\""
    } else {
        "compare it with the same key of another regime"
    };
    format!(" ({help})")
}
