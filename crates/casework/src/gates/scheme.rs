//! An operator agreement rests on an implementing scheme (实施方案) in force: of its
//! mode, within what the scheme says of scope and term.
//!
//! INVARIANT (rests on a scheme): in the modes for which the document asks it, an
//! agreement names its scheme; one of another mode that names one is held to it, too.
//! INVARIANT (approved rules): while a change is on its way, what was approved holds.
//!
//! A scheme says its mode under `mode`, its resources under `scope_resources`, its term
//! under `term_years`, the grounds of exit under `exit_grounds`, and so on: [`SchemeFacts`].

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use shuyu_model::id::{AgreementId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::Mode;
use shuyu_model::regime::{list, shares, years};
use shuyu_model::{Reason, Regime};
use shuyu_registry::{Agreement, SchemeMoney, Turn, enact};

use crate::matter::{Facts, Matter, MatterMove, Moved, known_at, store};
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// The state in which a scheme is as it was approved.
const EFFECTIVE: &str = "effective";

/// What a scheme in force says, as other acts read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SchemeFacts {
    /// Which scheme.
    pub id: MatterId,
    /// How much it authorises at once.
    pub mode: Option<Mode>,
    /// Its resources; all where it lists none.
    pub resources: Vec<String>,
    /// For how many years an agreement under it runs at most.
    pub term_years: Option<u16>,
    /// The conditions that it asks of an operator.
    pub operator_conditions: Vec<String>,
    /// The grounds on which an operator leaves; all of the rules' where it lists none.
    pub exit_grounds: Vec<String>,
    /// The indicators by which an operator is assessed.
    pub indicators: Vec<String>,
    /// The items in which an operator's cost and income are kept.
    pub cost_items: Vec<String>,
    /// Who gets how much of the income, in hundredths of a per cent.
    pub revenue_shares: BTreeMap<String, u16>,
}

impl SchemeFacts {
    fn of(regime: &Regime, id: &MatterId, facts: &Facts) -> Self {
        let words = |key: &str| facts.get(key).map(|told| list(told)).unwrap_or_default();
        let words = |key: &str| words(key).into_iter().map(str::to_owned).collect::<Vec<_>>();
        Self {
            id: id.clone(),
            mode: mode_of(regime, facts),
            resources: words("scope_resources"),
            term_years: facts.get("term_years").and_then(|told| years(told)),
            operator_conditions: words("operator_conditions"),
            exit_grounds: words("exit_grounds"),
            indicators: words("indicators"),
            cost_items: words("cost_items"),
            revenue_shares: facts.get("revenue_shares").and_then(|told| shares(told)).unwrap_or_default(),
        }
    }
}

/// What was approved of a scheme and rules now; `None` where none was, or it has ended.
/// Upholds INVARIANT (approved rules).
pub(crate) fn approved(matter: &Matter, history: &[Moved]) -> Option<Facts> {
    let was_approved = history.iter().any(|moved| moved.to == EFFECTIVE);
    if matter.kind != MatterKind::Scheme || matter.is_ended() || !was_approved {
        return None;
    }
    let is_as_approved = matter.state == EFFECTIVE;
    Some(if is_as_approved { matter.facts.clone() } else { known_at(matter.machine(), history, EFFECTIVE) })
}

/// What was approved, while a change of it is on its way.
pub(crate) fn while_pending(matter: &Matter, history: &[Moved]) -> Option<Facts> {
    approved(matter, history).filter(|_| matter.state != EFFECTIVE)
}

/// CAS-081 to CAS-084 against an operator agreement.
pub(crate) async fn against(
    turn: &mut Turn,
    regime: &Regime,
    agreement: &Agreement,
) -> Result<Vec<Reason>, CaseworkError> {
    let Some(id) = &agreement.scheme else {
        let rule = regime.scheme.required_for.as_ref();
        let rule = rule.filter(|rule| agreement.mode.is_some_and(|mode| rule.value.contains(&mode)));
        let missing = rule.map(|rule| {
            let what = "the agreement rests on an approved scheme, and none is named";
            let instead = "have the scheme approved and name it as `scheme`";
            regime.reason(reasons::NO_SCHEME, rule, what, instead)
        });
        return Ok(missing.into_iter().collect());
    };
    match in_force(turn, regime, id).await? {
        Some(scheme) => Ok(beyond(regime, agreement, &scheme)),
        None => {
            let what = format!("{id} is no implementing scheme in force");
            let instead = "name a scheme that has been approved and has not ended";
            Ok(vec![reason(regime, reasons::SCHEME_NOT_IN_FORCE, what, instead)])
        }
    }
}

/// CAS-082 against a district's scheme: the city's that it follows is in force.
pub(crate) async fn against_parent(
    turn: &mut Turn,
    regime: &Regime,
    parent: Option<&MatterId>,
) -> Result<Option<Reason>, CaseworkError> {
    let Some(id) = parent else { return Ok(None) };
    if in_force(turn, regime, id).await?.is_some() {
        return Ok(None);
    }
    let what = format!("{id} is no scheme of the city in force");
    Ok(Some(reason(regime, reasons::SCHEME_NOT_IN_FORCE, what, "name the city's scheme that has been approved")))
}

/// A scheme that rules, rules anew or has ended says so to who reads what it says of money;
/// one of which a change is on its way rules as it did (INVARIANT (approved rules)).
pub(crate) async fn moved(turn: &mut Turn, regime: &Regime, matter: &Matter) -> Result<(), CaseworkError> {
    if matter.kind != MatterKind::Scheme {
        return Ok(());
    }
    if matter.is_ended() {
        enact::scheme_says(turn, &matter.id, None).await?;
    } else if matter.state == EFFECTIVE {
        let SchemeFacts { cost_items, revenue_shares: shares, .. } = SchemeFacts::of(regime, &matter.id, &matter.facts);
        enact::scheme_says(turn, &matter.id, Some(&SchemeMoney { cost_items, shares })).await?;
    }
    Ok(())
}

/// What a scheme in force says; `None` where it is none, or not in force.
async fn in_force(turn: &mut Turn, regime: &Regime, id: &MatterId) -> Result<Option<SchemeFacts>, CaseworkError> {
    says(&mut Book::Change(turn.change()), regime, id).await
}

/// The same, read from either side.
pub(crate) async fn says(
    book: &mut Book<'_>,
    regime: &Regime,
    id: &MatterId,
) -> Result<Option<SchemeFacts>, CaseworkError> {
    let scheme = as_approved_in(book, id).await?;
    Ok(scheme.map(|scheme| SchemeFacts::of(regime, id, &scheme.facts)))
}

/// The scheme of this id as it was approved, if it is one in force.
pub(crate) async fn as_approved(turn: &mut Turn, id: &MatterId) -> Result<Option<Matter>, CaseworkError> {
    as_approved_in(&mut Book::Change(turn.change()), id).await
}

async fn as_approved_in(book: &mut Book<'_>, id: &MatterId) -> Result<Option<Matter>, CaseworkError> {
    let Some(matter) = store::named(book, id).await? else { return Ok(None) };
    let history = store::moves(book, id).await?;
    Ok(approved(&matter, &history).map(|facts| Matter { facts, ..matter }))
}

impl Casework {
    /// What the scheme says on which an agreement rests; `None` where it rests on none
    /// that is in force.
    pub async fn scheme_of(&self, turn: &mut Turn, id: &AgreementId) -> Result<Option<SchemeFacts>, CaseworkError> {
        let agreement = self.registry().agreement_in(turn, id.as_str()).await?;
        match &agreement.scheme {
            Some(scheme) => in_force(turn, self.registry().regime(), scheme).await,
            None => Ok(None),
        }
    }

    /// CAS-107 against opening an exit: where the agreement's scheme lists its grounds,
    /// it is one of them.
    pub(crate) async fn against_ground_of_scheme(
        &self,
        turn: &mut Turn,
        matter: &Matter,
    ) -> Result<Option<Reason>, CaseworkError> {
        let Ok(agreement) = AgreementId::parse(&matter.subject) else { return Ok(None) };
        let ground = matter.facts.get("ground").filter(|_| matter.kind == MatterKind::Exit);
        let Some(ground) = ground else { return Ok(None) };
        let scheme = self.scheme_of(turn, &agreement).await?;
        let listed = scheme.map(|scheme| scheme.exit_grounds).filter(|listed| !listed.is_empty());
        let Some(listed) = listed.filter(|listed| !listed.contains(ground)) else { return Ok(None) };
        let regime = self.registry().regime();
        let what = "the scheme of the agreement does not list this ground of exit".to_owned();
        let instead = format!("name one of: {}", listed.join(", "));
        Ok(Some(reason(regime, reasons::NO_GROUND_OF_SCHEME, what, &instead)))
    }
}

fn reason(regime: &Regime, code: &'static str, what: String, instead: &str) -> Reason {
    regime.reason(code, &regime.scheme.approved_by, what, instead)
}

fn beyond(regime: &Regime, agreement: &Agreement, scheme: &SchemeFacts) -> Vec<Reason> {
    let mut found = Vec::new();
    if scheme.mode != agreement.mode {
        let word = |mode: Option<Mode>| mode.map_or("no stated mode", Mode::word);
        let what = format!("the scheme is of {}, the agreement of {}", word(scheme.mode), word(agreement.mode));
        found.push(reason(regime, reasons::OTHER_MODE, what, "name a scheme of the same mode"));
    }
    if !scheme.resources.is_empty() {
        let within: BTreeSet<&str> = scheme.resources.iter().map(String::as_str).collect();
        let outside = agreement.resources.iter().filter(|id| !within.contains(id.as_str())).count();
        if outside > 0 {
            let what = format!("the scheme's scope does not have {outside} of the agreement's resources");
            found.push(reason(regime, reasons::BEYOND_SCHEME, what, "do without them, or have the scheme changed"));
        }
    }
    if let Some(years) = scheme.term_years {
        let span = jiff::Span::new().years(i64::from(years));
        let last = agreement.from.saturating_add(span).saturating_sub(jiff::Span::new().days(1));
        if last < agreement.until {
            let what =
                format!("the scheme's term is {years} years, to {last}; the agreement ends on {}", agreement.until);
            found.push(reason(regime, reasons::BEYOND_SCHEME, what, "let it end with the scheme's term or before"));
        }
    }
    found
}

/// What a scheme says of its mode; what the rules take where it says nothing.
fn mode_of(regime: &Regime, facts: &Facts) -> Option<Mode> {
    match facts.get("mode").map(|told| told.trim()).filter(|told| !told.is_empty()) {
        Some(told) => Mode::parse(told),
        None => regime.mode.taken(),
    }
}

/// CAS-085, CAS-105 to CAS-107 against a move of a scheme.
pub(crate) fn against_move(
    regime: &Regime,
    matter: &Matter,
    named: &MatterMove,
    history: &[Moved],
    found: &mut Vec<Reason>,
) {
    let mut facts = matter.facts.clone();
    facts.extend(named.facts.clone());
    let is_approved = approved(matter, history).is_some();
    match named.name.as_str() {
        "submit" => {
            found.extend(against_mode(regime, &facts));
            found.extend(against_grounds(regime, &facts));
        }
        "amend" => found.extend(against_large_change(regime, matter, named)),
        "withdraw" if is_approved => {
            let what = "the scheme was approved and is in force".to_owned();
            found.push(reason(regime, reasons::NOT_AS_APPROVED, what, "drop the change that is on its way"));
        }
        "drop_change" if !is_approved => {
            let what = "the scheme was never approved, so that there is no change to drop".to_owned();
            found.push(reason(regime, reasons::NOT_AS_APPROVED, what, "withdraw it, or submit it again"));
        }
        _ => {}
    }
}

/// CAS-085: a scheme that is submitted says which of several modes is its own.
fn against_mode(regime: &Regime, facts: &Facts) -> Option<Reason> {
    let allowed = &regime.mode.allowed;
    let told = facts.get("mode").map(|told| told.trim()).filter(|told| !told.is_empty());
    let is_known = match told {
        Some(told) => Mode::parse(told).is_some_and(|mode| allowed.value.contains(&mode)),
        None => allowed.value.len() == 1,
    };
    (!is_known).then(|| {
        let words: Vec<&str> = allowed.value.iter().map(|mode| mode.word()).collect();
        let what = "the scheme does not say as `mode` which of the modes of authorisation here is its own";
        regime.reason(reasons::SCHEME_MODE, allowed, what, format!("tell one of: {}", words.join(", ")))
    })
}

/// CAS-107: the grounds that a scheme lists are such as end an agreement.
fn against_grounds(regime: &Regime, facts: &Facts) -> Option<Reason> {
    let known = &regime.agreement.exit_grounds;
    let told = facts.get("exit_grounds")?;
    let is_known = |ground: &&str| known.value.iter().any(|known| known == ground);
    (!list(told).iter().all(is_known)).then(|| {
        let what = "the fact `exit_grounds` lists a ground on which no agreement ends";
        regime.reason(reasons::NO_GROUND_OF_SCHEME, known, what, format!("list some of: {}", known.value.join(", ")))
    })
}

/// CAS-105: which contents differ says whether a change is a larger one.
fn against_large_change(regime: &Regime, matter: &Matter, named: &MatterMove) -> Option<Reason> {
    let rule = regime.scheme.large_change.as_ref()?;
    let differs = |key: &&String| named.facts.get(*key).is_some_and(|told| matter.facts.get(*key) != Some(told));
    let large: Vec<&str> = rule.value.iter().filter(differs).map(String::as_str).collect();
    (!large.is_empty()).then(|| {
        let what = format!("this makes the change a larger one: {}", large.join(", "));
        regime.reason(reasons::LARGE_CHANGE, rule, what, "propose it, so that it is decided on as the scheme was")
    })
}
