//! What a move of a selection or an admission asks of its candidacies, and what an
//! operator agreement asks of a selection.
//!
//! INVARIANT (chosen before signed): an operator agreement's case opens only for whom a
//! selection under the same rules has chosen, and who still may be; a processor's alike.

use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::words::SelectionMethod;
use shuyu_model::regime::{ProcedureKind, Sourced, document_of};
use shuyu_model::{Actor, Reason, Regime, Role};
use shuyu_registry::{Subject, Turn, enact};

use super::{Bid, Candidacy, CandidacyState, Ranked, eligible, ranking, sheet, store};
use crate::gates::agreement;
use crate::matter::{Facts, Matter, MatterMove, NewMatter};
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The facts in which an agreement's shares are told at `sign`.
const SHARES: [&str; 3] = ["owner_share", "operator_share", "processor_share"];
/// Why not the first of the ranking.
const WINNER_REASON: &str = "winner_reason";
/// How it is chosen, and why so where the rules do not name it.
pub(super) const METHOD: &str = "method";
pub(super) const METHOD_REASON: &str = "method_reason";

pub(super) fn told<'a>(facts: &'a Facts, key: &str) -> Option<&'a str> {
    facts.get(key).map(|told| told.trim()).filter(|told| !told.is_empty())
}

/// What a selection chooses is an operator, or a processor where there is one apart.
pub(crate) fn fault_of_role(regime: &Regime, new: &NewMatter) -> Option<String> {
    let word = new.facts.get(sheet::CHOSEN_AS).filter(|_| new.kind == MatterKind::OperatorSelection)?;
    match ChosenAs::parse(word) {
        Some(ChosenAs::Operator) => None,
        Some(ChosenAs::Processor) if regime.processor.is_some() => None,
        _ => {
            Some("the fact `chosen_as` names nothing that is chosen here: `operator`, or `processor` apart".to_owned())
        }
    }
}

/// CAS-053 against opening a selection by such a method.
pub(crate) fn against_method(regime: &Regime, matter: &Matter, found: &mut Vec<Reason>) {
    let (Some(method), MatterKind::OperatorSelection) = (told(&matter.facts, METHOD), matter.kind) else { return };
    let (methods, open) = match sheet::chosen_as(matter) {
        Some(ChosenAs::Processor) => (regime.processor.as_ref().map(|rules| &rules.methods), None),
        _ => (Some(&regime.selection.methods), regime.selection.methods_open.as_ref()),
    };
    let Some(methods) = methods else { return };
    let is_known = methods.value.iter().any(|known| known.word() == method);
    let is_open = open.is_some_and(|open| open.value);
    if is_known || (is_open && method == "other" && told(&matter.facts, METHOD_REASON).is_some()) {
        return;
    }
    let known: Vec<&str> = methods.value.iter().copied().map(SelectionMethod::word).collect();
    let what = "the fact `method` is no method by which the document lets an operator be chosen";
    let mut instead = format!("name one of: {}", known.join(", "));
    if is_open {
        instead.push_str("; or `other`, with its grounds as `method_reason`");
    }
    found.push(regime.reason(reasons::METHOD_UNKNOWN, methods, what, instead));
}

impl Casework {
    /// CAS-041 to CAS-052 and CAS-055 against a move that the matter has now.
    pub(crate) async fn against_candidacies(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
    ) -> Result<Vec<Reason>> {
        let mut found = Vec::new();
        match (matter.kind, named.name.as_str()) {
            (MatterKind::OperatorSelection, "check") => {
                let standing = self.standing(turn, matter, &mut found).await?;
                self.judged(turn, &standing, &mut found).await?;
            }
            (MatterKind::OperatorSelection, "evaluate") => {
                let standing = self.standing(turn, matter, &mut found).await?;
                self.judged(turn, &standing, &mut found).await?;
                found.extend(self.too_few(matter, named, standing.len()));
                self.winner(turn, matter, named, &standing, &mut found).await?;
                self.scored(turn, matter, named, &standing, &mut found).await?;
            }
            (
                MatterKind::OperatorSelection,
                "decide_collectively" | "approve" | "publish_notice" | "select" | "sign",
            ) => {
                let standing = self.standing(turn, matter, &mut found).await?;
                let winner = self.winner(turn, matter, named, &standing, &mut found).await?;
                if let (Some(winner), "sign") = (winner, named.name.as_str()) {
                    self.bid_is_kept(matter, named, winner, &mut found);
                }
            }
            (MatterKind::EntityOnboarding, "review" | "sign" | "admit") => {
                let all = store::candidacies(&mut Book::Change(turn.change()), &matter.id).await?;
                if named.name == "review" {
                    found.extend(self.nothing_asked(matter, &all));
                }
                for candidacy in &all {
                    found.extend(self.against_applicant(turn, candidacy).await?);
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// CAS-117: where the operator sets the conditions and has set none.
    fn nothing_asked(&self, matter: &Matter, all: &[Candidacy]) -> Option<Reason> {
        let regime = self.registry().regime();
        let rule = regime.entity.as_ref().and_then(|rules| rules.own_conditions.as_ref()).filter(|rule| rule.value)?;
        let is_asked = all.iter().any(|candidacy| !candidacy.items.is_empty());
        (!is_asked && !matter.is_ended()).then(|| {
            let what = "the document names no condition, and the operator has entered none of its own";
            let instead = "let the operator enter its conditions (POST /v1/admission_conditions) and apply again";
            regime.reason(reasons::NOTHING_ASKED, rule, what, instead)
        })
    }

    /// What a move does to candidacies: who is disqualified after the choice stands no more.
    pub(crate) async fn candidacies_moved(&self, turn: &mut Turn, matter: &Matter, name: &str) -> Result<()> {
        if matter.kind != MatterKind::OperatorSelection || !matches!(name, "select" | "disqualify") {
            return Ok(());
        }
        let all = store::candidacies(&mut Book::Change(turn.change()), &matter.id).await?;
        let winner = told(&matter.facts, sheet::WINNER);
        let Some(chosen) = all.iter().find(|one| Some(one.organisation.as_str()) == winner) else { return Ok(()) };
        let makes = self.makes_operator(matter);
        if name == "select" {
            if makes {
                enact::operator_chosen(turn, &chosen.organisation).await?;
            }
            return Ok(());
        }
        store::set_state(turn.change(), chosen, CandidacyState::Disqualified).await?;
        if makes {
            enact::operator_unchosen(turn, &chosen.organisation).await?;
        }
        Ok(())
    }

    /// Whether the choice of this selection makes somebody operator.
    fn makes_operator(&self, matter: &Matter) -> bool {
        self.registry().makes_operators_by_selection() && sheet::chosen_as(matter) == Some(ChosenAs::Operator)
    }

    /// CAS-048: who still asks to be chosen.
    async fn standing(&self, turn: &mut Turn, matter: &Matter, found: &mut Vec<Reason>) -> Result<Vec<Candidacy>> {
        let mut all = store::candidacies(&mut Book::Change(turn.change()), &matter.id).await?;
        all.retain(Candidacy::is_standing);
        if all.is_empty() {
            let what = "nobody who applied in this selection stands in it";
            let clause = self.registry().regime().cite_clause(&matter.rules.source);
            found.push(Reason::new(reasons::NOBODY_STANDS, what, clause, "let somebody apply, or let it fail"));
        }
        Ok(all)
    }

    /// CAS-043: every applicant was looked at in full, whatever came of it.
    async fn judged(&self, turn: &mut Turn, standing: &[Candidacy], found: &mut Vec<Reason>) -> Result<()> {
        for candidacy in standing {
            let open = eligible::unjudged(candidacy);
            if open.is_empty() {
                continue;
            }
            let name = self.registry().applicant_in(turn, &candidacy.organisation).await?.name;
            let first = candidacy.items.iter().find(|item| item.finding.is_none());
            let clause = first.map_or_else(String::new, |item| item.clause.clone());
            let what = format!("`{name}` has no verdict on {} of its items: {}", open.len(), open.join(", "));
            found.push(Reason::new(reasons::ITEM_UNJUDGED, what, clause, "let a reviewer judge each of them"));
        }
        Ok(())
    }

    /// CAS-048 and everything against the one who was chosen.
    async fn winner<'a>(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
        standing: &'a [Candidacy],
        found: &mut Vec<Reason>,
    ) -> Result<Option<&'a Candidacy>> {
        let winner = told(&named.facts, sheet::WINNER).or_else(|| told(&matter.facts, sheet::WINNER));
        let chosen = standing.iter().find(|one| Some(one.organisation.as_str()) == winner);
        match chosen {
            Some(chosen) => found.extend(self.against_applicant(turn, chosen).await?),
            None => {
                let what = "the fact `winner` is no applicant who stands in this selection";
                let clause = self.registry().regime().cite_clause(&matter.rules.source);
                found.push(Reason::new(reasons::NOBODY_STANDS, what, clause, "name one by the id of its organisation"));
            }
        }
        Ok(chosen)
    }

    /// CAS-049 to CAS-052, where the document asks for experts and scores.
    async fn scored(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
        standing: &[Candidacy],
        found: &mut Vec<Reason>,
    ) -> Result<()> {
        let regime = self.registry().regime();
        let experts = store::experts(&mut Book::Change(turn.change()), &matter.id).await?;
        let panel = sheet::panel(regime, sheet::chosen_as(matter).unwrap_or(ChosenAs::Operator));
        if let Some(rule) = panel.third_party_experts {
            let min = panel.experts_min.map_or(1, |min| usize::from(min.value));
            if experts.len() < min {
                let what = format!("{} experts are named, and {min} at least judge the bids", experts.len());
                found.push(regime.reason(reasons::TOO_FEW_EXPERTS, rule, what, "name experts from outside"));
            }
            let apart: Vec<OrganisationId> = standing.iter().map(|one| one.organisation.clone()).collect();
            for expert in &experts {
                found.extend(self.tied_to(turn, &apart, &expert.name, &expert.employer, &[]).await?);
            }
        }
        let Some(items) = panel.scored_items else { return Ok(()) };
        let ranked = self.ranked_in(turn, matter).await?;
        for candidacy in standing {
            let is_ranked = ranked.iter().any(|one| one.organisation == candidacy.organisation);
            if !is_ranked && self.against_applicant(turn, candidacy).await?.is_empty() {
                let name = self.registry().applicant_in(turn, &candidacy.organisation).await?.name;
                let what = format!("not every expert has scored `{name}` on: {}", items.value.join("、"));
                found.push(regime.reason(reasons::UNSCORED, items, what, "keep the missing scores"));
            }
        }
        let winner = told(&named.facts, sheet::WINNER).or_else(|| told(&matter.facts, sheet::WINNER));
        let rank = ranked.iter().find(|one| Some(one.organisation.as_str()) == winner).map(|one| one.rank);
        let is_explained = told(&named.facts, WINNER_REASON).is_some();
        if let Some(rank) = rank.filter(|rank| *rank > 1 && !is_explained) {
            let what = format!("the one who is to be chosen came {rank}. in the ranking");
            let instead = "choose the first, or say why not as the fact `winner_reason`";
            found.push(regime.reason(reasons::NOT_THE_FIRST, items, what, instead));
        }
        Ok(())
    }

    /// The ranking of those who still stand.
    pub(super) async fn ranked_in(&self, turn: &mut Turn, matter: &Matter) -> Result<Vec<Ranked>> {
        self.ranked(&mut Book::Change(turn.change()), matter).await
    }

    pub(super) async fn ranked(&self, book: &mut Book<'_>, matter: &Matter) -> Result<Vec<Ranked>> {
        let chosen_as = sheet::chosen_as(matter).unwrap_or(ChosenAs::Operator);
        let panel = sheet::panel(self.registry().regime(), chosen_as);
        let Some(items) = panel.scored_items else { return Ok(Vec::new()) };
        // Without weights every item counts the same.
        let weights = panel.scored_weights.map(|weights| weights.value.clone());
        let weights = weights.unwrap_or_else(|| vec![1; items.value.len()]);
        let experts: Vec<i64> =
            store::experts(book, &matter.id).await?.into_iter().map(|expert| expert.number).collect();
        let all = store::candidacies(book, &matter.id).await?;
        let mut scores = store::scores(book, &matter.id).await?;
        scores.retain(|id, _| all.iter().any(|one| one.organisation == *id && one.is_standing()));
        Ok(ranking::ranked(&weights, &experts, &scores))
    }

    /// CAS-055: the shares of the signed agreement are those that were bid.
    fn bid_is_kept(&self, matter: &Matter, named: &MatterMove, winner: &Candidacy, found: &mut Vec<Reason>) {
        let regime = self.registry().regime();
        let (Some(bid), Some(rule)) = (winner.bid, regime.selection.shares_are_bid.as_ref()) else { return };
        let Bid { owner_per_mille, operator_per_mille, processor_per_mille } = bid;
        let bid = [owner_per_mille, operator_per_mille, processor_per_mille];
        let share = |key: &str| told(&named.facts, key).or_else(|| told(&matter.facts, key));
        let differs = |(key, per_mille): (&&str, &u16)| share(key).and_then(per_mille_of) != Some(*per_mille);
        if SHARES.iter().zip(&bid).any(differs) {
            let what = format!("the facts {} are not the shares that were bid", SHARES.join(", "));
            let shown: Vec<String> = bid.iter().map(|share| format!("{}.{}%", share / 10, share % 10)).collect();
            let instead = format!("sign for {}, or choose anew", shown.join(" / "));
            found.push(regime.reason(reasons::SHARES_NOT_BID, rule, what, instead));
        }
    }

    /// CAS-054 against opening the case of an operator's or a processor's agreement. Upholds INVARIANT
    /// (chosen before signed).
    pub(crate) async fn against_unselected(
        &self,
        turn: &mut Turn,
        kind: ProcedureKind,
        id: &str,
        draft: &Subject,
    ) -> Result<Vec<Reason>> {
        let regime = self.registry().regime();
        let Some(asked) = Asked::of(regime, kind) else { return Ok(Vec::new()) };
        // Who was chosen is settled by the agreement that is amended.
        if self.registry().amendment_in(turn, id).await?.is_some() {
            return Ok(Vec::new());
        }
        let (Some(agency), Some(operator)) = (draft.parties.get(&Role::Agency), draft.parties.get(&asked.role)) else {
            return Ok(Vec::new());
        };
        let may_renew = regime.agreement.at_expiry.value.iter().any(|word| word == "renew");
        let is_operators = asked.chosen_as == ChosenAs::Operator;
        if is_operators && may_renew && self.registry().is_renewal_in(turn, id).await? {
            return Ok(Vec::new());
        }
        let agreement = self.registry().agreement_in(turn, id).await?;
        let must_name = regime.agreement.names_selection.as_ref().filter(|rule| rule.value);
        if let (Some(rule), None) = (must_name, &agreement.selection) {
            let what = "the agreement does not name the selection that it follows";
            let instead = "draft it with the selection's id as `selection`";
            return Ok(vec![regime.reason(reasons::NO_SELECTION_NAMED, rule, what, instead)]);
        }
        let chosen = store::chosen(turn.change()).await?;
        let is_theirs = |matter: &Matter| {
            agreement.selection.as_ref().is_none_or(|named| *named == matter.id)
                && matter.opener == *agency
                && document_of(&matter.regime) == regime.document()
                && sheet::chosen_as(matter) == Some(asked.chosen_as)
                && told(&matter.facts, sheet::WINNER) == Some(operator.as_str())
        };
        let applicant = self.registry().applicant_in(turn, operator).await?;
        let (rule, name) = (asked.rule, applicant.name);
        let Some((selection, at)) = chosen.into_iter().find(|(matter, _)| is_theirs(matter)) else {
            let what =
                format!("no selection under {} has chosen `{name}` as {}", regime.document(), regime.word(asked.role));
            return Ok(vec![regime.reason(reasons::NOT_SELECTED, rule, what, "conclude a selection first")]);
        };
        let last = at.day().saturating_add(jiff::Span::new().months(asked.holds_months));
        let mut found = Vec::new();
        let mut over = |what| {
            let clause = asked.holds.clone();
            found.push(Reason::new(reasons::NOT_SELECTED, what, clause, "conclude a new selection"));
        };
        if last < turn.change().now().day() {
            over(format!("{} chose `{name}` on {}, and agreements rest on it to {last}", selection.id, at.day()));
        }
        // Who lost its standing since is chosen anew or not at all.
        let lost = applicant.ended_for_cause.iter().filter(|(_, on)| !is_operators && at.day() <= *on);
        for (ended, on) in lost {
            over(format!("{} chose `{name}` on {}, and {ended} ended for cause on {on}", selection.id, at.day()));
        }
        let all = store::candidacies(&mut Book::Change(turn.change()), &selection.id).await?;
        for candidacy in all.iter().filter(|one| one.organisation == *operator) {
            found.extend(self.against_applicant(turn, candidacy).await?);
            found.extend(agreement::against_shares(regime, &agreement, candidacy.bid));
        }
        Ok(found)
    }
}

/// What an agreement asks of a selection.
struct Asked<'a> {
    role: Role,
    chosen_as: ChosenAs,
    rule: &'a Sourced<bool>,
    holds_months: i64,
    /// The clause of those months.
    holds: String,
}

impl<'a> Asked<'a> {
    /// `None` where agreements of the kind rest on no selection.
    fn of(regime: &'a Regime, kind: ProcedureKind) -> Option<Self> {
        match kind {
            ProcedureKind::OperatorAgreement => Some(Self {
                role: Role::Operator,
                chosen_as: ChosenAs::Operator,
                rule: &regime.selection.required_for_agreement,
                holds_months: i64::from(regime.selection.holds_months.value),
                holds: regime.cite(&regime.selection.holds_months),
            }),
            ProcedureKind::ProcessorAgreement => regime.processor.as_ref().and_then(|processor| {
                Some(Self {
                    role: Role::Processor,
                    chosen_as: ChosenAs::Processor,
                    rule: processor.selection_required.as_ref()?,
                    holds_months: i64::from(processor.cycle_years.value).saturating_mul(12),
                    holds: regime.cite(&processor.cycle_years),
                })
            }),
            _ => None,
        }
        .filter(|asked| asked.rule.value)
    }
}

/// `30`, `30%`, `30.5%` as thousandths; `None` where it is no share.
fn per_mille_of(told: &str) -> Option<u16> {
    let told = told.trim().trim_end_matches(['%', '％']).trim();
    let (whole, tenth) = told.split_once('.').unwrap_or((told, "0"));
    let tenth: u16 = tenth.parse().ok().filter(|tenth| *tenth < 10)?;
    whole.parse::<u16>().ok().filter(|whole| *whole <= 100)?.checked_mul(10)?.checked_add(tenth)
}

/// Whether the choice was shown to the public, so that names and ranks are no secret.
pub(super) fn is_shown(matter: &Matter) -> bool {
    matches!(matter.state, "notice" | "selected" | "agreement_signed")
}

/// Whether a viewer sees every applicant: who runs the matter and who supervises.
pub(super) fn sees_everybody(matter: &Matter, viewer: &Actor) -> bool {
    super::acts::is_runner(matter, viewer)
        || crate::matter::sees_all(viewer)
        || matter.kind != MatterKind::OperatorSelection
}

#[cfg(test)]
mod tests {
    use super::per_mille_of;

    #[test]
    fn shares_are_read_as_people_write_them() {
        let rows = [
            ("30", Some(300)),
            ("30%", Some(300)),
            (" 30.5 % ", Some(305)),
            ("0", Some(0)),
            ("100", Some(1000)),
            ("101", None),
            ("30.55", None),
            ("说明", None),
            ("", None),
        ];
        for (told, expected) in rows {
            assert_eq!(per_mille_of(told), expected, "{told}");
        }
    }
}
