//! Which agreements in force a change of rules touches (依据新规定变更协议), and what was
//! found of each: every agreement that was decided on before the change owes, by its day,
//! an amendment or the finding that it needs none.
//!
//! INVARIANT (judged now): what the rules say against an agreement is computed when the
//! list is read; while they say anything against its text, nobody finds that it needs no
//! change.
//!
//! Not here: the changes themselves (`overrides`, the version of the regime file).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::AgreementId;
use shuyu_model::regime::document_of;
use shuyu_model::{Actor, Reason, Reasons, Time, Verdict};

use crate::amendment::{
    AMENDMENT_REASON_CHARS_MAX, AffectedAgreement, AgreementFinding, NewAgreementFinding, RuleChange,
};
use crate::decide::Asked;
use crate::overrides::Override;
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::reasons::cut;
use crate::store::Book;
use crate::{
    Agreement, AgreementKind, AgreementState, Listing, Page, Registry, RegistryError, agreements, reasons, store,
};

type Result<T> = std::result::Result<T, RegistryError>;

impl Registry {
    /// The agreements that changes of rules touch, each with each change, in the order of
    /// their days; settled ones too, as long as they hold.
    pub async fn affected_agreements(&self, page: &Page) -> Result<Listing<AffectedAgreement>> {
        let all = self.all_affected().await?;
        Ok(Listing::cut(all.iter(), page, |one| one.key.as_str(), Clone::clone))
    }

    /// All of them, for what is owed.
    pub async fn all_affected(&self) -> Result<Vec<AffectedAgreement>> {
        let Some(within) = &self.regime().agreement.amends_within_days else { return Ok(Vec::new()) };
        let mut book = Book::Ledger(self.ledger());
        let overrides = store::overrides(&mut book).await?;
        let findings = store::findings_of_rules(&mut book).await?;
        let world = self.world().await?;
        let asked = self.asked(&world);
        let mut found = Vec::new();
        for change in changes(&asked, &overrides) {
            for agreement in world.agreements.values().filter(|one| touches(&asked, &change, one)) {
                let finding = findings.iter().find(|(of, key, _)| *of == agreement.id && *key == change.key);
                let finding = finding.map(|(_, _, finding)| finding.clone());
                let amended = agreement.amended_at.filter(|at| is_settled(&asked, &change, agreement, *at));
                let settled_at = amended.or(finding.as_ref().map(|one| one.found_at));
                let mut against = Vec::new();
                agreements::text_against(&asked, agreement, &mut against);
                let of_it = world.amendments.values().filter(|one| one.agreement == agreement.id);
                let follows = of_it.filter(|one| one.rule_change.as_ref() == Some(&change.key));
                let days = jiff::Span::new().days(i64::from(within.value));
                let due_day = change.since.day().saturating_add(days);
                found.push(AffectedAgreement {
                    key: format!("{due_day} {} {}", change.key, agreement.id),
                    agreement: agreement.id.clone(),
                    grantor: agreement.grantor.clone(),
                    grantee: agreement.grantee.clone(),
                    change: change.clone(),
                    due_day,
                    against,
                    amendment: follows.max_by_key(|one| one.drafted_at).map(|one| one.id.clone()),
                    finding,
                    settled_at,
                });
            }
        }
        found.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(found)
    }

    /// Records that an agreement needs no change although the rules have changed: whoever
    /// gave it.
    pub async fn find_no_change(
        &self,
        actor: &Actor,
        id: &AgreementId,
        new: NewAgreementFinding,
    ) -> Result<Verdict<()>> {
        let mut faults = Vec::new();
        text_fault("rule_change", &new.rule_change, NAME_CHARS_MAX, &mut faults);
        text_fault("reason", &new.reason, AMENDMENT_REASON_CHARS_MAX, &mut faults);
        RegistryError::of_faults(faults)?;
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let agreement = world.agreement(id)?;
        let asked = self.asked(&world);
        let overrides = store::overrides(&mut Book::Change(turn.change())).await?;
        let known = store::findings_of_rules(&mut Book::Change(turn.change())).await?;
        if known.iter().any(|(of, key, _)| of == id && *key == new.rule_change) {
            return Err(RegistryError::conflict(format!("that `{id}` needs no change for it is on record")));
        }
        let mut found = self.against_drafter(&world, actor, agreement);
        found.extend(untouched(&asked, &overrides, agreement, &new.rule_change));
        let mut against = Vec::new();
        agreements::text_against(&asked, agreement, &mut against);
        if !against.is_empty() {
            let codes: Vec<&str> = against.iter().map(|reason| reason.code.as_ref()).collect();
            let what = format!("the rules speak against what the agreement says: {}", codes.join(", "));
            let rule = &self.regime().agreement.scope_is_binding;
            let rule = self.regime().agreement.amends_with_law.as_ref().unwrap_or(rule);
            found.push(self.regime().reason(reasons::RULES_SPEAK_AGAINST, rule, what, "draft an amendment of it"));
            found.extend(against);
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "agreement.finding_refused", id.as_str(), reasons).await;
        }
        let finding = AgreementFinding {
            version: agreement.version,
            reason: new.reason,
            evidence: new.evidence,
            found_by: actor.person.clone(),
            found_at: turn.change().now(),
        };
        store::insert_finding_of_rules(turn.change(), id, &new.rule_change, &finding).await?;
        let facts = json!({ "rule_change": new.rule_change, "version": finding.version });
        let event = Event::done(Some(actor), "agreement.found_unchanged", id.as_str()).facts(facts);
        turn.commit(event.digests(Some(agreement.digest), finding.evidence).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }
}

/// REG-151: a change of rules that there is not, that does not touch the agreement, or for
/// which it has been amended.
pub(crate) fn untouched(asked: &Asked<'_>, overrides: &[Override], agreement: &Agreement, key: &str) -> Option<Reason> {
    let change = changes(asked, overrides).into_iter().find(|change| change.key == key);
    let is_open = change.is_some_and(|change| {
        let amended = agreement.amended_at.is_some_and(|at| is_settled(asked, &change, agreement, at));
        touches(asked, &change, agreement) && !amended
    });
    (!is_open).then(|| {
        let rules = &asked.regime.agreement;
        let rule = rules.amends_with_law.as_ref().unwrap_or(&rules.scope_is_binding);
        let what = format!("no change of rules `{}` asks anything of this agreement", cut(key));
        let instead = "name one of those that are listed with it, or none where the parties amend by themselves";
        asked.regime.reason(reasons::NO_SUCH_RULE_CHANGE, rule, what, instead)
    })
}

/// The changes that count by now: higher rules whose day has come, and this version of the
/// document for what was decided on under another.
fn changes(asked: &Asked<'_>, overrides: &[Override]) -> Vec<RuleChange> {
    if asked.regime.agreement.amends_with_law.as_ref().is_none_or(|rule| !rule.value) {
        return Vec::new();
    }
    let due = overrides.iter().filter(|one| one.first_day <= asked.now.day());
    let mut found: Vec<RuleChange> = due
        .map(|one| RuleChange {
            key: format!("override-{}", one.number),
            what: format!("{} {}: {}", one.issuer, one.rule, one.key),
            since: Time::at_start_of(one.first_day).max(one.entered_at),
        })
        .collect();
    found.extend(asked.regime.in_force.from.map(|from| RuleChange {
        key: asked.regime.document(),
        what: format!("{} {}", asked.regime.title, asked.regime.document()),
        since: Time::at_start_of(from),
    }));
    found
}

/// Whether an agreement holds that was decided on before a change.
fn touches(asked: &Asked<'_>, change: &RuleChange, agreement: &Agreement) -> bool {
    let holds = agreement.state == AgreementState::InForce && asked.now.day() <= agreement.until;
    let is_document = change.key == asked.regime.document();
    let is_before = match agreement.decided_at {
        None => false,
        // By the rules named in its decision: a new version is taken up after its first day.
        Some(_) if is_document && !agreement.regime.is_empty() && document_of(&agreement.regime) != change.key => true,
        Some(at) if is_document => at < change.since && agreement.amended_at.is_some(),
        Some(at) => at < change.since,
    };
    holds && is_before && agreement.kind != AgreementKind::Development
}

/// Whether an amendment at this time was judged by the changed rules.
fn is_settled(asked: &Asked<'_>, change: &RuleChange, agreement: &Agreement, amended_at: Time) -> bool {
    if change.key == asked.regime.document() {
        return document_of(&agreement.regime) == change.key;
    }
    change.since <= amended_at
}
