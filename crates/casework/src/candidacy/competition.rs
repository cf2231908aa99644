//! What makes a choice a competition: enough applicants, for a scheme in force that was
//! published, each on that scheme, and fines measured by their amount.
//!
//! INVARIANT (as it was called): scheme, method and what is chosen are told at the opening,
//! where they are checked, and by no later move.
//!
//! Not here: what is asked of each applicant (`sheet`), the moves (`gates`).

use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Day, Reason};
use shuyu_registry::Turn;

use super::gates::{METHOD, METHOD_REASON, told};
use super::{Item, sheet};
use crate::gates::scheme;
use crate::matter::{Matter, MatterMove, Moved, store};
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// The fact of a selection that names its scheme.
pub(super) const SCHEME: &str = "scheme";
/// What a selection is, from its opening to its end.
const FIXED: [&str; 3] = [SCHEME, METHOD, sheet::CHOSEN_AS];
/// Why fewer applicants than a competitive method needs are enough.
const FEW_REASON: &str = "few_reason";
/// Why a scheme was not published on the trading platform, which is asked in principle.
const UNPUBLISHED_REASON: &str = "unpublished_reason";
/// What the scheme's move `publish` tells.
pub(super) const PUBLICATION: [&str; 3] = ["trading_platform", "publication_number", "published_on"];

impl Casework {
    /// CAS-121, CAS-122 against opening a selection of operators.
    pub(crate) async fn against_scheme_of_selection(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        found: &mut Vec<Reason>,
    ) -> Result<(), CaseworkError> {
        let regime = self.registry().regime();
        let rule = regime.selection.rests_on_scheme.as_ref().filter(|rule| rule.value);
        let (Some(rule), Some(ChosenAs::Operator), MatterKind::OperatorSelection) =
            (rule, sheet::chosen_as(matter), matter.kind)
        else {
            return Ok(());
        };
        let id = told(&matter.facts, SCHEME).and_then(|id| MatterId::parse(id).ok());
        let scheme = match &id {
            Some(id) => scheme::as_approved(turn, id).await?,
            None => None,
        };
        let Some(scheme) = scheme else {
            let what = "the fact `scheme` names no implementing scheme in force, which the selection would serve";
            let instead = "have the scheme approved first, and name it by its id as the fact `scheme`";
            found.push(regime.reason(reasons::SELECTION_NO_SCHEME, rule, what, instead));
            return Ok(());
        };
        let published = regime.selection.scheme_is_published.as_ref().filter(|rule| rule.value);
        let Some(rule) = published.filter(|_| told(&matter.facts, UNPUBLISHED_REASON).is_none()) else {
            return Ok(());
        };
        let history = store::moves(&mut Book::Change(turn.change()), &scheme.id).await?;
        if !is_published(&scheme, &history, turn.change().now().day()) {
            let what = format!("the scheme {} is not published on the public trading platform", scheme.id);
            let instead = "publish it there and record platform, number and day by its move `publish`; \
                           or say why not as the fact `unpublished_reason`";
            found.push(regime.reason(reasons::SCHEME_UNPUBLISHED, rule, what, instead));
        }
        Ok(())
    }

    /// CAS-177: what a selection is for, and how it is chosen, stays as it was opened.
    pub(crate) fn against_another_selection(&self, matter: &Matter, named: &MatterMove) -> Option<Reason> {
        let is_other = |key: &&&str| named.facts.get(**key).is_some_and(|now| matter.facts.get(**key) != Some(now));
        let other: Vec<&str> = FIXED.iter().filter(is_other).copied().collect();
        (matter.kind == MatterKind::OperatorSelection && !other.is_empty()).then(|| {
            let what = format!("these are as the selection was opened, and told otherwise: {}", other.join(", "));
            let clause = self.registry().regime().cite_clause(&matter.rules.source);
            let instead = "leave them out; for another scheme, method or party let it fail and open another";
            Reason::new(reasons::CHOSEN_OTHERWISE, what, clause, instead)
        })
    }

    /// CAS-123: an application rests on the scheme of its selection.
    pub(super) fn against_other_scheme(&self, matter: &Matter, given: Option<&MatterId>) -> Option<Reason> {
        let regime = self.registry().regime();
        let rule = regime.selection.rests_on_scheme.as_ref().filter(|rule| rule.value)?;
        let asked = told(&matter.facts, SCHEME)?;
        (given.map(MatterId::as_str) != Some(asked)).then(|| {
            let what = format!("the selection is for the scheme {asked}, and the application names another, or none");
            let instead = "read that scheme, and name it as `scheme`";
            regime.reason(reasons::OTHER_SCHEME, rule, what, instead)
        })
    }

    /// CAS-120: too few stand for there to be a competition.
    pub(super) fn too_few(&self, matter: &Matter, named: &MatterMove, standing: usize) -> Option<Reason> {
        let regime = self.registry().regime();
        let rule = regime.selection.applicants_min.as_ref()?;
        let is_told = |key: &str| told(&named.facts, key).or_else(|| told(&matter.facts, key)).is_some();
        let is_other = told(&matter.facts, METHOD) == Some("other") && is_told(METHOD_REASON);
        let is_enough = usize::from(rule.value) <= standing;
        // That nobody stands is told by itself, and has no grounds.
        (!is_enough && standing > 0 && !is_other && !is_told(FEW_REASON)).then(|| {
            let what = format!("{standing} stand in the selection, and {} at least make a competition", rule.value);
            let instead = "call again, let it fail, or tell the grounds as the fact `few_reason`";
            regime.reason(reasons::TOO_FEW_APPLICANTS, rule, what, instead)
        })
    }

    /// CAS-124: whether a fine counts is said by its amount.
    pub(super) fn against_fine(
        &self,
        chosen_as: ChosenAs,
        item: &Item,
        is_clear: bool,
        fine_fen: Option<i64>,
    ) -> Option<Reason> {
        let regime = self.registry().regime();
        let ground = sheet::asks(regime, chosen_as).grounds.iter().find(|ground| ground.code == item.code)?;
        let rule = ground.fine_fen_min.as_ref().filter(|_| is_clear)?;
        let yuan = rule.value / 100;
        let what = match fine_fen {
            None => format!(
                "that there is no such fine is found without saying the largest that there is (`{}`)",
                item.code
            ),
            Some(fine) if rule.value <= fine => {
                format!("a fine of {} yuan reaches the {yuan} yuan from which it counts (`{}`)", fine / 100, item.code)
            }
            Some(_) => return None,
        };
        let instead = "say the largest fine as `fine_fen`, and that the record is there where it reaches the amount";
        Some(regime.reason(reasons::FINE_REACHES, rule, what, instead))
    }
}

/// Whether what was last approved has been published since, with number and day.
fn is_published(scheme: &Matter, history: &[Moved], today: Day) -> bool {
    let approved = |moved: &Moved| moved.to == "effective" && moved.from != "effective" && moved.by != "drop_change";
    let since = history.iter().rev().find(|moved| approved(moved)).map_or(0, |moved| moved.version);
    let is_later = history.iter().any(|moved| moved.by == "publish" && since < moved.version);
    let is_told = PUBLICATION.iter().all(|key| told(&scheme.facts, key).is_some());
    let on = told(&scheme.facts, "published_on").and_then(|day| day.parse::<Day>().ok());
    is_later && is_told && on.is_some_and(|on| on <= today)
}
