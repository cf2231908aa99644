//! Experts and scores, where a document asks for them.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::{Actor, Digest, Reason, Reasons, Verdict};
use shuyu_registry::Turn;

use super::acts::{Desk, Stage};
use super::{Candidacy, eligible, sheet, store};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The most experts of a selection.
pub const EXPERTS_MAX: usize = 30;
/// The most points for one item.
pub const POINTS_MAX: u8 = 100;
/// The longest name of an expert or employer, in characters.
const NAME_CHARS_MAX: usize = 200;

/// An expert to be named.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewExpert {
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Of their signed declaration of ties.
    pub declaration: Digest,
    /// With which organisations they declare a tie.
    #[serde(default)]
    pub ties: Vec<OrganisationId>,
}

/// An expert of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expert {
    /// Names them in scores.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Of their signed declaration of ties.
    pub declaration: Digest,
}

/// How one expert scores one applicant.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// Whom.
    pub organisation: OrganisationId,
    /// Which expert.
    pub expert: i64,
    /// Points for each item, in the order of the rules.
    pub points: Vec<u8>,
}

impl Casework {
    /// Names an expert. Says their number.
    pub async fn name_expert(&self, actor: &Actor, id: &MatterId, new: NewExpert) -> Result<Verdict<i64>> {
        let mut faults = Vec::new();
        for (field, text) in [("name", &new.name), ("employer", &new.employer)] {
            let chars = text.trim().chars().count();
            if !(1..=NAME_CHARS_MAX).contains(&chars) || text.chars().any(char::is_control) {
                faults.push(format!("`{field}` has {chars} characters; it is 1 to {NAME_CHARS_MAX}, on one line"));
            }
        }
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let mut desk = self.desk(actor, id).await?;
        let experts = store::experts(&mut Book::Change(desk.turn.change()), id).await?;
        if experts.len() >= EXPERTS_MAX {
            return Err(CaseworkError::Conflict { what: format!("there are {EXPERTS_MAX} experts") });
        }
        let mut found = Vec::new();
        found.extend(desk.out_of_time(self, Stage::Checking, "experts are named before the evaluation"));
        found.extend(desk.unless_runner(self, "experts are named by who runs the selection"));
        found.extend(self.tie(&mut desk, &new.name, &new.employer, &new.ties).await?);
        found.extend(self.off_the_panel(&mut desk.turn, &new.name, &new.employer).await?);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        let number = experts.iter().map(|expert| expert.number).max().unwrap_or(0).saturating_add(1);
        store::insert_expert(desk.turn.change(), id, number, &new, &actor.person).await?;
        let event = Event::done(Some(actor), "expert.named", id.as_str()).facts(json!({ "number": number }));
        let event = event.digests(None, Some(new.declaration)).under(self.registry().regime());
        desk.turn.commit(event).await?;
        Ok(Verdict::Allow(number))
    }

    /// CAS-050: whom an expert must have no tie to, and has. Upholds INVARIANT (apart).
    async fn tie(
        &self,
        desk: &mut Desk,
        name: &str,
        employer: &str,
        ties: &[OrganisationId],
    ) -> Result<Option<Reason>> {
        let mut apart: Vec<OrganisationId> = desk.candidacies.iter().map(|one| one.organisation.clone()).collect();
        apart.push(desk.matter.opener.clone());
        self.tied_to(&mut desk.turn, &apart, name, employer, ties).await
    }

    /// The same, for a matter at its evaluation.
    pub(super) async fn tied_to(
        &self,
        turn: &mut Turn,
        apart: &[OrganisationId],
        name: &str,
        employer: &str,
        ties: &[OrganisationId],
    ) -> Result<Option<Reason>> {
        let regime = self.registry().regime();
        let mut named = Vec::new();
        for organisation in apart {
            let known = self.registry().applicant_in(turn, organisation).await?;
            if ties.contains(organisation) || known.name == employer.trim() {
                named.push(known.name);
            }
        }
        Ok((!named.is_empty()).then(|| {
            let what = format!("the expert `{}` has a tie to: {}", name.trim(), named.join(", "));
            let clause = regime.selection.third_party_experts.as_ref();
            let clause = clause.map_or_else(|| regime.cite_clause("setting"), |rule| regime.cite(rule));
            Reason::new(reasons::EXPERT_TIED, what, clause, "name an expert who has none")
        }))
    }

    /// Keeps how an expert scored an applicant, as who runs the selection read it off
    /// the signed sheet.
    pub async fn score(&self, actor: &Actor, id: &MatterId, given: Score) -> Result<Verdict<()>> {
        let Score { organisation, expert, points } = given;
        let regime = self.registry().regime();
        let mut desk = self.desk(actor, id).await?;
        let Some(items) = sheet::panel(regime, desk.chosen_as).scored_items else {
            return Err(malformed(format!("{} scores nobody", regime.stamp())));
        };
        if points.len() != items.value.len() || points.iter().any(|points| *points > POINTS_MAX) {
            let what = items.value.join("、");
            return Err(malformed(format!("`points` are 0 to {POINTS_MAX} for each of: {what}")));
        }
        let at = self.visible(&desk, &organisation)?;
        let candidacy = desk.candidacies.swap_remove(at);
        let experts = store::experts(&mut Book::Change(desk.turn.change()), id).await?;
        if !experts.iter().any(|known| known.number == expert) {
            return Err(malformed(format!("`expert` {expert} is not of this selection")));
        }
        if !candidacy.is_standing() {
            return Err(malformed("the candidacy stands no more"));
        }
        let mut found = Vec::new();
        found.extend(desk.out_of_time(self, Stage::Checking, "scores are kept before the evaluation"));
        found.extend(desk.unless_runner(self, "scores are kept by who runs the selection"));
        // Who has not passed the check does not come before the experts.
        found.extend(self.against_applicant(&mut desk.turn, &candidacy).await?);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(desk.turn, actor, "candidacy.refused", id.as_str(), reasons).await;
        }
        store::put_score(desk.turn.change(), &candidacy, expert, &points, &actor.person).await?;
        let digest = self.registry().ledger().profile().digest(format!("{points:?}").as_bytes());
        let facts = json!({ "organisation": organisation, "expert": expert });
        let event = Event::done(Some(actor), "candidacy.scored", id.as_str()).facts(facts);
        desk.turn.commit(event.digests(None, Some(digest)).under(regime).citing(regime.cite(items))).await?;
        Ok(Verdict::Allow(()))
    }

    /// Everything against an applicant today.
    pub(super) async fn against_applicant(&self, turn: &mut Turn, candidacy: &Candidacy) -> Result<Vec<Reason>> {
        let applicant = self.registry().applicant_in(turn, &candidacy.organisation).await?;
        let remembered = store::remembered(&mut Book::Change(turn.change()), &candidacy.organisation).await?;
        let later = store::later(&mut Book::Change(turn.change()), &candidacy.matter).await?;
        let today = turn.change().now().day();
        Ok(eligible::of(candidacy, &applicant, remembered, &later, today))
    }
}
