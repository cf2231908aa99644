//! A resource: a table that a department holds, and what is registered about it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shuyu_model::column::{COLUMNS_MAX, NAME_BYTES_MAX, is_plain_name};
use shuyu_model::id::{OrganisationId, PersonId, ResourceId};
use shuyu_model::{Column, ColumnType, Digest, Mask, Time};

use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::units::Origin;

/// How far a resource has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceState {
    /// Being written; nothing can be authorised on it.
    Draft,
    /// Registered, until its registration expires.
    Registered,
}

impl ResourceState {
    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Registered => "registered",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Draft, Self::Registered].into_iter().find(|state| state.word() == word)
    }
}

/// Why a resource stands on the negative list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Barred {
    /// In words.
    pub ground: String,
    /// Under which clause.
    pub clause: String,
}

/// A table that a department holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds and how it comes about.
    pub description: String,
    /// The department that holds it.
    pub source: OrganisationId,
    /// Who shared it with that department, where it is not its own.
    pub shared_from: Option<OrganisationId>,
    /// The digest of that body's consent to its authorised operation.
    pub consent_digest: Option<Digest>,
    /// How often it is landed anew.
    pub update_every_days: u16,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Of everything that is registered about it.
    pub digest: Digest,
    /// How far it has come.
    pub state: ResourceState,
    /// Who wrote it.
    pub authors: Vec<PersonId>,
    /// When it was registered.
    pub registered_at: Option<Time>,
    /// The first moment after its registration.
    pub registered_until: Option<Time>,
    /// Its place on the negative list.
    pub barred: Option<Barred>,
    /// From where its data came; nothing before it was stated.
    pub origin: Option<Origin>,
}

impl Resource {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that names the person or firm a row is about.
    pub fn entity_column(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.is_entity)
    }
}

/// What is registered about a resource; its digest is the digest of this.
#[derive(Debug, Serialize)]
pub(crate) struct Registered<'a> {
    pub(crate) name: &'a str,
    pub(crate) title: &'a str,
    pub(crate) description: &'a str,
    pub(crate) source: &'a OrganisationId,
    pub(crate) shared_from: Option<&'a OrganisationId>,
    pub(crate) update_every_days: u16,
    pub(crate) columns: &'a [Column],
}

/// A resource to be drafted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewResource {
    /// Its name in SQL.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds and how it comes about.
    pub description: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Who shared it, where it is not the department's own.
    #[serde(default)]
    pub shared_from: Option<OrganisationId>,
    /// How often it is landed anew, in days.
    pub update_every_days: u16,
}

/// The longest description, in characters.
pub const DESCRIPTION_CHARS_MAX: usize = 4000;

impl NewResource {
    /// Every way in which it cannot be.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !is_plain_name(&self.name) {
            faults.push(format!(
                "`name` is a lower-case letter, then letters, digits or `_`, {NAME_BYTES_MAX} bytes at most"
            ));
        }
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        text_fault("description", &self.description, DESCRIPTION_CHARS_MAX, &mut faults);
        if self.update_every_days == 0 {
            faults.push("`update_every_days` counts from 1".to_owned());
        }
        if self.columns.is_empty() || self.columns.len() > COLUMNS_MAX {
            faults.push(format!("`columns` has {} columns; 1 to {COLUMNS_MAX} are possible", self.columns.len()));
        }
        let mut seen = BTreeSet::new();
        for (index, column) in self.columns.iter().enumerate().take(COLUMNS_MAX) {
            column_faults(index, column, &mut seen, &mut faults);
        }
        if self.columns.iter().filter(|column| column.is_entity).count() > 1 {
            faults.push("`columns` has more than one with `is_entity`; a row is about one person or firm".to_owned());
        }
        faults
    }
}

fn column_faults<'a>(index: usize, column: &'a Column, seen: &mut BTreeSet<&'a str>, faults: &mut Vec<String>) {
    let at = format!("`columns[{index}]`");
    if !is_plain_name(&column.name) {
        faults.push(format!("{at} has no plain name: a lower-case letter, then letters, digits or `_`"));
    } else if !seen.insert(&column.name) {
        faults.push(format!("{at} repeats the name `{}`", column.name));
    }
    text_fault(&format!("columns[{index}].title"), &column.title, NAME_CHARS_MAX, faults);
    let is_number = matches!(column.kind, ColumnType::Integer | ColumnType::Float);
    let is_moment = matches!(column.kind, ColumnType::Date | ColumnType::Timestamp);
    let wrong = match &column.mask {
        Mask::KeepPrefix { .. } if column.kind != ColumnType::Text => Some("`keep_prefix` needs text"),
        Mask::GeneraliseDate { .. } if !is_moment => Some("`generalise_date` needs a date or timestamp"),
        Mask::Bucket { .. } if !is_number => Some("`bucket` needs a number"),
        Mask::Bucket { width: 0 } => Some("`bucket` needs a `width` of at least 1"),
        Mask::Pseudonym if column.kind == ColumnType::Float || column.kind == ColumnType::Boolean => {
            Some("`pseudonym` needs text, a whole number or a date")
        }
        _ => None,
    };
    if let Some(wrong) = wrong {
        faults.push(format!("{at}: {wrong}"));
    }
}

#[cfg(test)]
mod tests {
    use shuyu_model::ColumnClass;

    use super::*;

    fn column(name: &str, kind: ColumnType, mask: Mask) -> Column {
        Column {
            name: name.into(),
            title: name.into(),
            kind,
            class: ColumnClass::Plain,
            grade: None,
            mask,
            is_entity: true,
        }
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let new = NewResource {
            name: "Fund Accounts".into(),
            title: " ".into(),
            description: "x".into(),
            columns: vec![
                column("id", ColumnType::Integer, Mask::KeepPrefix { chars: 3 }),
                column("id", ColumnType::Text, Mask::Bucket { width: 5 }),
                column("a;b", ColumnType::Integer, Mask::Bucket { width: 0 }),
            ],
            shared_from: None,
            update_every_days: 0,
        };
        let faults = new.faults().join("\n");
        for expected in [
            "`name` is a lower-case",
            "`title` is empty",
            "`update_every_days`",
            "`keep_prefix` needs text",
            "repeats the name `id`",
            "`bucket` needs a number",
            "`columns[2]` has no plain name",
            "at least 1",
            "more than one with `is_entity`",
        ] {
            assert!(faults.contains(expected), "{expected:?} is missing from\n{faults}");
        }
    }
}
