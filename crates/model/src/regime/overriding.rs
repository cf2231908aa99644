//! Values that a rule of a higher level can set anew (上级新规定从其规定): a closed list,
//! each read through the registry at the moment of a decision.
//!
//! INVARIANT (closed): nothing else of a regime changes without a new version of it.
//! INVARIANT (sourced): what is set anew names the higher rule as its source.
//!
//! Not here: who enters such a rule, and from when it counts (`registry::overrides`).

use super::{Regime, Sourced};

/// The values that can be set anew.
pub const OVERRIDABLE: [&str; 5] = [
    "agreement.years_max",
    "resource.registration_years",
    "scenario.field_reason_chars_min",
    "selection.applicants_min",
    "selection.holds_months",
];

impl Regime {
    /// Sets one of [`OVERRIDABLE`]; what is wrong with it comes back as a sentence.
    pub fn set_anew(&mut self, key: &str, value: i64, source: &str) -> Result<(), String> {
        fn set<T: TryFrom<i64>>(rule: &mut Sourced<T>, value: i64, source: &str) -> Result<(), String> {
            let value = Some(value).filter(|value| *value > 0).and_then(|value| T::try_from(value).ok());
            let value = value.ok_or_else(|| "`value` is out of its bounds".to_owned())?;
            *rule = Sourced { value, source: Some(source.to_owned()), setting: false };
            Ok(())
        }
        match key {
            "agreement.years_max" => set(&mut self.agreement.years_max, value, source),
            "resource.registration_years" => set(&mut self.resource.registration_years, value, source),
            "scenario.field_reason_chars_min" => set(&mut self.scenario.field_reason_chars_min, value, source),
            "selection.holds_months" => set(&mut self.selection.holds_months, value, source),
            "selection.applicants_min" => match &mut self.selection.applicants_min {
                Some(rule) => set(rule, value, source),
                None => Err("`selection.applicants_min` is no value of this document".to_owned()),
            },
            _ => Err(format!("`key` is none of: {}", OVERRIDABLE.join(", "))),
        }
    }
}
