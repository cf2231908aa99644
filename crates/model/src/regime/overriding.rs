//! Values that a rule of a higher level sets anew (上级新规定从其规定): any key of the
//! document by its path, as faults name it (`procedure.release.steps.1.working_days_max`).
//!
//! INVARIANT (sourced): what is set anew names the higher rule as its source; where many
//! values of a row share one source, the row names both.
//! INVARIANT (whole): what is set anew is read as a file is, and held to its faults on entry.
//! INVARIANT (itself): what says which document it is, and that it yields, is never set anew.
//!
//! Not here: who enters such a rule, and from when it counts (`registry::overrides`).

use serde::Deserialize;
use serde_json::Value as Json;
use toml::Value;

use super::faults::{self, Faults};
use super::{Regime, lines};

/// The most keys that a higher rule adds where the document is silent, each a number of its own.
const ADDED_MAX: usize = 6;

/// What says which document this is, and that it yields.
const ITSELF: [&str; 10] = [
    "code",
    "version",
    "title",
    "issued_by",
    "number",
    "issued_on",
    "published_on",
    "status",
    "level",
    "hierarchy.higher_rules_prevail",
];

/// What stands beside a value and follows it.
const BESIDE: [&str; 4] = ["value", "source", "setting", "settings"];

/// One value set anew.
#[derive(Debug, Clone, Copy)]
pub struct Anew<'a> {
    /// Which: `agreement.years_max`. An item of a list by its place, counted from 0; one
    /// place behind the last adds one.
    pub key: &'a str,
    /// To what. A table changes only the keys that it names; `null` takes a value away.
    pub value: &'a Json,
    /// The higher rule, as clauses are cited.
    pub source: &'a str,
}

impl Regime {
    /// The same rules with these set anew, one after the other. The first that this document
    /// cannot take comes back as a sentence; what speaks against the whole, [`Self::faults`] says.
    pub fn set_anew(&self, rules: &[Anew<'_>]) -> Result<Self, String> {
        let mut regime = self.clone();
        let mut plain = self.plain()?;
        for rule in rules {
            (regime, plain) = set_one(plain, rule)?;
        }
        regime.higher_rules = self.higher_rules.saturating_add(u32::try_from(rules.len()).unwrap_or(u32::MAX));
        Ok(regime)
    }

    /// Everything that these rules say and cannot mean, as of a file.
    pub fn faults(&self) -> Vec<String> {
        let plain = match self.plain() {
            Ok(plain) => plain,
            Err(what) => return vec![what],
        };
        let mut faults = Faults::default();
        faults::of_regime(self, &plain, &mut faults);
        faults.into_vec().into_iter().map(|(_, what)| what).collect()
    }

    fn plain(&self) -> Result<Value, String> {
        Value::try_from(self).map(without_empty).map_err(|error| error.to_string())
    }
}

/// Lists and tables that are empty are those that the file leaves out.
fn without_empty(value: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Array(items) => items.is_empty(),
        Value::Table(table) => table.is_empty(),
        _ => false,
    };
    match value {
        Value::Table(table) => Value::Table(
            table
                .into_iter()
                .map(|(key, value)| (key, without_empty(value)))
                .filter(|(_, value)| !is_empty(value))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_empty).collect()),
        plain => plain,
    }
}

fn set_one(plain: Value, rule: &Anew<'_>) -> Result<(Regime, Value), String> {
    let key = rule.key;
    let parts: Vec<&str> = key.split('.').collect();
    if parts.iter().any(|part| part.is_empty()) {
        return Err(format!("`{key}` is no key; write it as in `agreement.years_max`"));
    }
    if let Some(last) = parts.last().filter(|last| BESIDE.contains(last) && parts.len() > 1) {
        let above = key.strip_suffix(&format!(".{last}")).unwrap_or(key);
        return Err(format!("`{key}` follows the value that it stands beside; name `{above}`"));
    }
    is_itself(&parts, rule.value)?;
    // A key that the document lacks may take its value with a source or bare: the engine
    // knows, so both are read.
    let mut first = None;
    for choice in 0..1_usize << ADDED_MAX {
        let mut tried = plain.clone();
        let mut setting = Setting { source: rule.source, bare: choice, added: 0 };
        setting.walk(&mut tried, "", &parts, rule.value, None)?;
        if setting.added > ADDED_MAX {
            return Err(format!("`{key}` adds more than {ADDED_MAX} keys; enter it in parts"));
        }
        match Regime::deserialize(tried.clone()) {
            Ok(mut regime) => {
                // `set_anew` counts them.
                regime.higher_rules = 0;
                return Ok((regime, tried));
            }
            // Of the sentences the one about a bare value is the plainer.
            Err(error) => first = Some(error.message().to_owned()),
        }
        if choice.saturating_add(1) >= 1 << setting.added {
            break;
        }
    }
    Err(sentence(key, &first.unwrap_or_default()))
}

/// INVARIANT (itself).
fn is_itself(parts: &[&str], value: &Json) -> Result<(), String> {
    let told = |path: &str| Err(format!("`{path}` says what document this is; a new version of it says it anew"));
    for own in ITSELF {
        let own_parts: Vec<&str> = own.split('.').collect();
        let is_below = parts.starts_with(&own_parts);
        let rest = own_parts.strip_prefix(parts);
        let is_within =
            rest.is_some_and(|rest| value.is_null() || rest.iter().try_fold(value, |at, key| at.get(key)).is_some());
        if is_below || is_within {
            return told(own);
        }
    }
    Ok(())
}

/// What the reader of rule files says, with the key in front and what to do behind.
fn sentence(key: &str, message: &str) -> String {
    let hint = lines::hint(message);
    let short = match message.split_once(", expected") {
        Some((unknown, _)) if hint.contains("did you mean") => unknown,
        _ => message,
    };
    format!("`{key}`: {}{hint}", short.trim())
}

/// One walk along a path.
struct Setting<'a> {
    source: &'a str,
    /// Which of the added keys, counted as they are met, take their value bare.
    bare: usize,
    added: usize,
}

impl Setting<'_> {
    /// Sets what lies at `rest` below `at`. Says whether its source is told by now.
    fn walk(
        &mut self,
        at: &mut Value,
        path: &str,
        rest: &[&str],
        value: &Json,
        inherited: Option<&str>,
    ) -> Result<bool, String> {
        let Some((key, below)) = rest.split_first() else {
            return self.put(at, path, value, inherited);
        };
        let path_below = if path.is_empty() { (*key).to_owned() } else { format!("{path}.{key}") };
        match at {
            Value::Table(table) if table.contains_key("value") => {
                Err(format!("`{path}` is one value and has no `{key}`; name it alone"))
            }
            Value::Table(table) => {
                let own = table.get("source").and_then(Value::as_str).map(str::to_owned);
                let source = own.as_deref().or(inherited);
                let is_cited = match table.get_mut(*key) {
                    None if below.is_empty() => self.add(table, key, &path_below, value)?,
                    None => {
                        let mut new = Value::Table(toml::Table::new());
                        let is_cited = self.walk(&mut new, &path_below, below, value, source)?;
                        table.insert((*key).to_owned(), new);
                        is_cited
                    }
                    Some(_) if below.is_empty() && value.is_null() => {
                        table.remove(*key);
                        false
                    }
                    Some(found) => self.walk(found, &path_below, below, value, source)?,
                };
                Ok(is_cited || self.cite(table, key))
            }
            Value::Array(items) => {
                let place = key.parse::<usize>().ok().filter(|place| *place <= items.len());
                let places = items.len();
                let Some(place) = place else {
                    return Err(format!("`{path}` has {places} items; name one by its place, from 0 to {places}"));
                };
                let is_row = path.ends_with(".steps") || path.ends_with(".moves");
                match items.get_mut(place) {
                    None if below.is_empty() => {
                        items.push(self.plain(&path_below, value)?);
                        Ok(false)
                    }
                    None => Err(format!("`{path}` has {places} items; add one as a whole")),
                    Some(_) if below.is_empty() && value.is_null() => {
                        items.remove(place);
                        Ok(false)
                    }
                    Some(item) => {
                        let is_cited = self.walk(item, &path_below, below, value, inherited)?;
                        // A step or move without a clause of its own rests on the one above it.
                        if let (false, true, Value::Table(row)) = (is_cited, is_row, item) {
                            let both = inherited.map_or_else(|| self.source.to_owned(), |own| self.both(own));
                            row.insert("source".to_owned(), Value::String(both));
                            return Ok(true);
                        }
                        Ok(is_cited)
                    }
                }
            }
            _ => Err(format!("`{path}` has nothing below it; name it alone")),
        }
    }

    /// Puts a value where one is.
    fn put(&mut self, at: &mut Value, path: &str, value: &Json, inherited: Option<&str>) -> Result<bool, String> {
        match (at, value) {
            (Value::Table(table), _) if table.contains_key("value") => {
                table.insert("value".to_owned(), self.plain(path, value)?);
                table.insert("source".to_owned(), Value::String(self.source.to_owned()));
                table.remove("setting");
                Ok(true)
            }
            (at @ Value::Table(_), Json::Object(given)) => {
                let mut is_cited = true;
                for (key, value) in given {
                    if BESIDE.contains(&key.as_str()) {
                        return Err(format!("`{path}.{key}` follows the value that it stands beside; leave it out"));
                    }
                    is_cited &= self.walk(at, path, &[key], value, inherited)?;
                }
                Ok(is_cited)
            }
            (Value::Table(_), _) => Err(format!("`{path}` is a section; name a key of it, or give it as a table")),
            (at, _) => {
                *at = self.plain(path, value)?;
                Ok(false)
            }
        }
    }

    /// Adds a key where the document is silent.
    fn add(&mut self, table: &mut toml::Table, key: &str, path: &str, value: &Json) -> Result<bool, String> {
        if value.is_null() {
            return Err(format!("`{path}` is no value of this document, so that it cannot be taken away"));
        }
        let is_bare = self.bare >> self.added.min(ADDED_MAX) & 1 == 1;
        self.added = self.added.saturating_add(1);
        let plain = self.plain(path, value)?;
        let source = Value::String(self.source.to_owned());
        let sourced = [("value".to_owned(), plain.clone()), ("source".to_owned(), source)];
        let new = if is_bare { plain } else { Value::Table(sourced.into_iter().collect()) };
        table.insert(key.to_owned(), new);
        Ok(!is_bare)
    }

    /// Names the higher rule beside the clause of a row, and says that the city no longer
    /// chose the value. False where there is no clause here.
    fn cite(&self, table: &mut toml::Table, key: &str) -> bool {
        if let Some(Value::Array(chosen)) = table.get_mut("settings") {
            chosen.retain(|one| one.as_str() != Some(key));
            if chosen.is_empty() {
                table.remove("settings");
            }
        }
        let Some(Value::String(own)) = table.get_mut("source") else { return false };
        *own = self.both(own);
        true
    }

    fn both(&self, own: &str) -> String {
        if own.ends_with(self.source) { own.to_owned() } else { format!("{own}；{}", self.source) }
    }

    /// The value as a rule file has it.
    fn plain(&self, path: &str, value: &Json) -> Result<Value, String> {
        Ok(match value {
            Json::Null => return Err(format!("`{path}` is null inside a value; leave it out")),
            Json::Bool(flag) => Value::Boolean(*flag),
            Json::String(text) => Value::String(text.clone()),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Value::Integer(whole),
                None => return Err(format!("`{path}` is no whole number; rules count in whole numbers")),
            },
            Json::Array(items) if items.is_empty() => {
                return Err(format!("`{path}` is an empty list; set it to null to take it away"));
            }
            Json::Array(items) => {
                Value::Array(items.iter().map(|item| self.plain(path, item)).collect::<Result<_, _>>()?)
            }
            Json::Object(table) => {
                let items = table.iter().map(|(key, value)| Ok((key.clone(), self.plain(path, value)?)));
                Value::Table(items.collect::<Result<_, String>>()?)
            }
        })
    }
}

#[cfg(test)]
mod tests;
