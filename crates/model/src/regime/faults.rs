//! What cannot hold in a rule file though it reads well. All faults are told at
//! once, each with its place.

use std::collections::BTreeSet;

use super::matter::is_key;
use super::procedure::{self, did_you_mean};
use super::words::{self, ProcessorPlace, Status, body_of};
use super::{Ban, Condition, Disqualification, ProcedureKind, Regime};
use crate::actor::Role;
use crate::candidacy::CODE_BYTES_MAX;

/// Faults as they are found: where, and what.
#[derive(Default)]
pub(super) struct Faults(Vec<(String, String)>);

impl Faults {
    /// Notes one fault at a path such as `agreement.years_max`.
    pub(super) fn at(&mut self, path: impl Into<String>, what: impl Into<String>) {
        self.0.push((path.into(), what.into()));
    }

    /// Notes one fault whose sentence begins with its path in backquotes.
    pub(super) fn named(&mut self, what: String) {
        let path = what.split('`').nth(1).unwrap_or_default().to_owned();
        self.0.push((path, what));
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_vec(self) -> Vec<(String, String)> {
        self.0
    }
}

/// Where 0 is a value like any other, or where other faults say better what is wrong.
fn zero_is_fine(path: &str) -> bool {
    ["release.raw_row_matches_max", "procedure.", "matter.", "version", "in_force.years"]
        .iter()
        .any(|fine| path.starts_with(fine))
}

/// INVARIANT (sourced) and what holds for every value alike: no empty text, no empty
/// list, nothing twice in a list, no 0 where something is counted from 1.
pub(super) fn of_values(value: &toml::Value, path: &str, faults: &mut Faults) {
    match value {
        toml::Value::Table(table) => {
            if table.contains_key("value") {
                sourced(table, path, faults);
            }
            for (key, inner) in table {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                of_values(inner, &path, faults);
            }
        }
        toml::Value::Array(items) => {
            if items.is_empty() {
                faults.at(path, format!("`{path}` is an empty list; leave the key out where there is nothing to say"));
            }
            let mut seen = BTreeSet::new();
            for (index, item) in items.iter().enumerate() {
                let is_number = item.is_integer();
                if !is_number && !item.is_table() && !seen.insert(item.to_string()) {
                    faults.at(path, format!("`{path}` names {item} twice; name it once"));
                }
                of_values(item, &format!("{path}.{index}"), faults);
            }
        }
        toml::Value::String(text) => {
            // A clause that is only blanks is told by `sourced`, beside its value.
            if text.trim().is_empty() {
                faults.at(path, format!("`{path}` is empty; write it, or leave the key out"));
            }
            if path.ends_with("source") && ["setting", "settings", "none", "无"].contains(&text.trim()) {
                faults.at(path, format!("`{path}` names no clause; write `setting = true` where the city chose"));
            }
        }
        toml::Value::Integer(0) if !zero_is_fine(path) => {
            faults.at(path, format!("`{path}` is 0; name 1 at least, or leave the key out"));
        }
        _ => {}
    }
}

fn sourced(table: &toml::Table, path: &str, faults: &mut Faults) {
    let has_source = table.get("source").and_then(toml::Value::as_str).is_some_and(|s| !s.trim().is_empty());
    let is_setting = table.get("setting").and_then(toml::Value::as_bool) == Some(true);
    if has_source == is_setting {
        faults.at(path, format!("`{path}` needs its clause (`source`) or `setting = true`, and not both"));
    }
}

/// Everything that a regime says and cannot mean.
pub(super) fn of_regime(regime: &Regime, plain: &toml::Value, faults: &mut Faults) {
    of_values(plain, "", faults);
    of_head(regime, faults);
    super::roles::faults_of(regime, faults);
    of_words(regime, faults);
    of_procedures(regime, faults);
    of_bans(regime, plain, faults);
    of_money(regime, faults);
    super::money::faults_of(&regime.money, regime.price.treasury.as_ref().map(|rule| rule.value), faults);
    of_roles_and_modes(regime, faults);
    of_conduct(regime, faults);
    super::choosing::faults_of(regime, faults);
    super::group::faults_of(regime.group.as_ref(), faults);
    super::matter::faults_of(regime, faults);
    super::milestone::faults_of(regime, faults);
    super::dossier::faults_of(regime, faults);
    super::facts::faults_of(regime, faults);
    super::public::faults_of(regime, faults);
    super::security::faults_of(regime, faults);
}

fn of_head(regime: &Regime, faults: &mut Faults) {
    let is_code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if regime.code.is_empty() || !regime.code.chars().all(is_code) {
        faults.at("code", "`code` is made of a-z, 0-9 and `-`, as in `changsha-2026`");
    }
    if regime.version == 0 {
        faults.at("version", "`version` counts from 1");
    }
    if regime.in_force.years == Some(0) {
        faults.at("in_force.years", "`in_force.years` is 0; leave it out where the document has no end");
    }
    match (regime.status, regime.in_force.from) {
        (Status::InForce, None) => {
            faults.at("in_force", "`in_force.from` is missing; a document in force has a first day");
        }
        (Status::Draft, Some(_)) => {
            faults.at("in_force.from", "`in_force.from` is set, but the document is a draft; leave it out");
        }
        _ => {}
    }
    if let Some(from) = regime.in_force.from.filter(|from| !(2000..=2100).contains(&from.year())) {
        faults.at("in_force.from", format!("`in_force.from` is {from}; name a day from 2000 to 2100"));
    }
    if regime.hierarchy.districts.is_some() && regime.level == words::Level::District {
        faults.at("hierarchy.districts", "`hierarchy.districts` is for a city; a district has no districts");
    }
    let hierarchy = &regime.hierarchy;
    if let Some(contents) = &hierarchy.district_scheme_contents {
        if hierarchy.districts.is_none() {
            let what = "`hierarchy.district_scheme_contents` is for districts, and `hierarchy.districts` is missing";
            faults.at("hierarchy.district_scheme_contents", what);
        }
        for key in contents.value.iter().filter(|key| !is_key(key)) {
            faults.at("hierarchy.district_scheme_contents", format!("`{key}` is no key: a-z, 0-9 and `_`"));
        }
    }
    if hierarchy.districts.is_some() && !regime.procedure.contains_key(&ProcedureKind::DistrictScheme) {
        faults
            .at("hierarchy.districts", "`procedure.district_scheme` is missing; a district's scheme is decided by it");
    }
    if regime.hierarchy.sends_up.as_ref().is_some_and(|kinds| kinds.value.is_empty()) {
        faults.at("hierarchy.sends_up", "`hierarchy.sends_up` is empty; leave it out where nothing goes up");
    }
}

/// Lists whose words the stations read as text.
fn of_words(regime: &Regime, faults: &mut Faults) {
    let one_of = |path: &str, given: &[String], known: &[(&str, &str)], faults: &mut Faults| {
        let known: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        for unknown in given.iter().filter(|given| !known.contains(&given.as_str())) {
            faults.at(path, format!("`{path}` has the unknown word `{unknown}`{}", did_you_mean(unknown, &known)));
        }
    };
    one_of("roles.entity_kinds", &regime.roles.entity_kinds.value, words::ENTITY_KINDS, faults);
    if let Some(kinds) = &regime.roles.operator_kinds {
        one_of("roles.operator_kinds", &kinds.value, words::ENTITY_KINDS, faults);
    }
    one_of("agreement.at_expiry", &regime.agreement.at_expiry.value, words::AT_EXPIRY, faults);
    one_of("agreement.exit_grounds", &regime.agreement.exit_grounds.value, words::EXIT_GROUNDS, faults);
    let share = std::slice::from_ref(&regime.price.treasury_share.value);
    one_of("price.treasury_share", share, words::TREASURY_SHARES, faults);
}

fn of_procedures(regime: &Regime, faults: &mut Faults) {
    for kind in ProcedureKind::REQUIRED {
        if !regime.procedure.contains_key(&kind) {
            let what = format!("`procedure.{}` is missing; no station works without its steps", kind.word());
            faults.at("procedure", what);
        }
    }
    for (kind, found) in &regime.procedure {
        procedure::faults_of(*kind, found, faults);
        for (index, step) in found.steps.iter().enumerate().filter(|(_, step)| step.by.is_platform_admin()) {
            let what = format!(
                "`procedure.{}` step `{}` is signed by an administrator, who decides nothing; name a party",
                kind.word(),
                step.step
            );
            faults.at(format!("procedure.{}.steps.{index}.by", kind.word()), what);
        }
    }
    let signs = |role: Role| {
        let scenario = regime.procedure.get(&ProcedureKind::Scenario);
        scenario.is_none_or(|found| found.steps.iter().any(|step| step.by == role))
    };
    for role in Role::ALL.iter().copied().filter(|role| {
        let body = body_of(*role);
        regime.scenario.approved_by.value.iter().any(|named| Some(*named) == body)
    }) {
        if !signs(role) {
            let word = role.word();
            let what = format!(
                "`scenario.approved_by` names `{word}`, but it signs no step of `procedure.scenario`; add the step"
            );
            faults.at("scenario.approved_by", what);
        }
    }
    let provider = regime.scenario.provider_reviews.as_ref();
    if provider.is_some_and(|rule| rule.value) && !signs(Role::Source) {
        let what = "`scenario.provider_reviews` asks for a step of `source` in `procedure.scenario`; add it";
        faults.at("scenario.provider_reviews", what);
    }
}

fn of_bans(regime: &Regime, plain: &toml::Value, faults: &mut Faults) {
    for ban in regime.bans.keys() {
        let Some(path) = ban.rests_on() else { continue };
        let rule = path.split('.').try_fold(plain, |at, key| at.get(key)).and_then(|rule| rule.get("value"));
        if rule.and_then(toml::Value::as_bool) == Some(false) {
            let word = ban.word();
            faults.at(
                format!("bans.{word}"),
                format!("`bans.{word}` is in force, but `{path}` is false; say one of both"),
            );
        }
    }
    if regime.agreement.operator_may_not_redevelop.value && !regime.bans.contains_key(&Ban::Redevelopment) {
        let what =
            "`agreement.operator_may_not_redevelop` is true, but `bans.redevelopment` is absent; name its clause";
        faults.at("agreement.operator_may_not_redevelop", what);
    }
}

fn of_money(regime: &Regime, faults: &mut Faults) {
    let price = &regime.price;
    if let Some(both) = price.free_uses.value.iter().find(|u| price.charged_uses.value.contains(u)) {
        faults.at("price.charged_uses", format!("`price` makes {both:?} both free and charged; say one of both"));
    }
    if regime.release.cell_count_min.value == 1 {
        faults.at("release.cell_count_min", "`release.cell_count_min` is 1, which hides nobody; name 2 at least");
    }
    let (amends, within) = (&regime.agreement.amends_with_law, &regime.agreement.amends_within_days);
    if amends.as_ref().is_some_and(|rule| rule.value) != within.is_some() {
        let what = "`agreement.amends_within_days` goes with `agreement.amends_with_law`; name both or neither";
        faults.at("agreement.amends_within_days", what);
    }
    let months = regime.agreement.renewal_months_before.as_ref().map(|rule| u16::from(rule.value));
    if months.is_some_and(|months| months >= u16::from(regime.agreement.years_max.value).saturating_mul(12)) {
        let what = "`agreement.renewal_months_before` is as long as the term itself; name months before its end";
        faults.at("agreement.renewal_months_before", what);
    }
}

fn of_roles_and_modes(regime: &Regime, faults: &mut Faults) {
    match (regime.roles.processor.value, &regime.processor) {
        (ProcessorPlace::Apart, None) => {
            faults
                .at("roles.processor", "`roles.processor` is `apart`, but there is no `[processor]`; add the section");
        }
        (ProcessorPlace::Absent, Some(_)) => {
            faults.at("processor", "`[processor]` is there, but `roles.processor` is `absent`; say one of both");
        }
        _ => {}
    }
    let mode = &regime.mode;
    if let Some(default) = mode.default.as_ref().filter(|default| !mode.allowed.value.contains(&default.value)) {
        let what = format!("`mode.default` is `{}`, which `mode.allowed` does not name; add it", default.value.word());
        faults.at("mode.default", what);
    }
    let rests = regime.scheme.required_for.as_ref().map(|rule| ("scheme.required_for", rule));
    let fixed = regime.agreement.term_is_fixed_for.as_ref().map(|rule| ("agreement.term_is_fixed_for", rule));
    for (path, rule) in rests.into_iter().chain(fixed) {
        for word in rule.value.iter().filter(|of| !mode.allowed.value.contains(of)).map(|of| of.word()) {
            faults.at(path, format!("`{path}` names `{word}`, which is no mode here; name one of `mode.allowed`"));
        }
    }
    let selection = &regime.selection;
    sheet("selection", &selection.conditions, &selection.disqualifications, faults);
    if let Some(entity) = &regime.entity {
        sheet("entity", &entity.conditions, &entity.disqualifications, faults);
    }
    if selection.experts_min.is_some() && selection.third_party_experts.as_ref().is_none_or(|rule| !rule.value) {
        let what = "`selection.experts_min` counts experts whom `selection.third_party_experts` does not ask for";
        faults.at("selection.experts_min", what);
    }
    let items = selection.scored_items.as_ref().map(|items| items.value.len());
    weights("selection.scored_weights", items, selection.scored_weights.as_ref().map(|w| w.value.as_slice()), faults);
}

/// What is asked of applicants: each condition and ground by a code of its own.
fn sheet(section: &str, conditions: &[Condition], grounds: &[Disqualification], faults: &mut Faults) {
    let conditions = conditions.iter().enumerate().map(|(at, found)| (format!("conditions.{at}"), &found.code));
    let named = grounds.iter().enumerate().map(|(at, found)| (format!("disqualifications.{at}"), &found.code));
    let mut seen = BTreeSet::new();
    for (path, code) in conditions.chain(named) {
        let path = format!("{section}.{path}.code");
        if !is_key(code) || code.len() > CODE_BYTES_MAX {
            let what = format!("`{code}` is no code: 1 to {CODE_BYTES_MAX} lower-case letters, digits or `_`");
            faults.at(&path, what);
        }
        if !seen.insert(code) {
            faults.at(&path, format!("`{section}` names the code `{code}` twice; give each its own"));
        }
    }
    for (index, found) in grounds.iter().enumerate() {
        if found.look_back_years.is_some_and(|years| years > 50) {
            let path = format!("{section}.disqualifications.{index}.look_back_years");
            faults.at(path, "a look-back is counted in years, 50 at most".to_owned());
        }
    }
}

/// Weights are as many as what they weigh, and 100 in all.
pub(super) fn weights(path: &str, items: Option<usize>, weights: Option<&[u8]>, faults: &mut Faults) {
    let Some(weights) = weights else { return };
    if items != Some(weights.len()) {
        let items = items.unwrap_or_default();
        faults.at(path, format!("`{path}` has {} weights for {items} items; give one for each", weights.len()));
    }
    let sum: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
    if sum != 100 {
        faults.at(path, format!("`{path}` sum to {sum}; weights are per cent and sum to 100"));
    }
}

fn of_conduct(regime: &Regime, faults: &mut Faults) {
    super::assessment::faults_of(regime, faults);
    for (index, found) in regime.report.iter().enumerate() {
        if found.by == found.to {
            let what = format!("the report `{}` goes to whoever writes it; name another body", found.name);
            faults.at(format!("report.{index}.to"), what);
        }
        interval(&format!("report.{index}.every_months"), found.every_months.value, faults);
        if regime.report.iter().take(index).any(|earlier| earlier.name == found.name) {
            faults.at(format!("report.{index}.name"), format!("the report `{}` is there twice; keep one", found.name));
        }
    }
    for (index, found) in regime.disclosure.iter().enumerate() {
        interval(&format!("disclosure.{index}.every_months"), found.every_months.value, faults);
        if let Some(due) = found.due.as_ref().filter(|due| !is_day_of_year(&due.value)) {
            let what = format!("`{}` is no day of the year; write month and day, as in \"03-31\"", due.value);
            faults.at(format!("disclosure.{index}.due"), what);
        }
    }
}

/// What is accounted for is a year, a half, a quarter or a month.
fn interval(path: &str, months: u8, faults: &mut Faults) {
    // That it is 0 is told of every number.
    if ![0, 1, 3, 6, 12].contains(&months) {
        faults.at(path.to_owned(), format!("{months} months divide no year; write 1, 3, 6 or 12"));
    }
}

/// `03-31`, in a year that has a 29 February.
pub(super) fn is_day_of_year(given: &str) -> bool {
    given.len() == 5 && format!("2024-{given}").parse::<crate::time::Day>().is_ok()
}
