//! Making a draft anew, drafting amendments of agreements in force, and reading versions.
//!
//! INVARIANT (kept): what an agreement said is kept whole when it says something else.
//! INVARIANT (of one version): an amendment changes the version that it was written
//! against; when another came in between, it is decided on no more.
//! INVARIANT (the same rules): what speaks against an agreement as it shall be is asked when
//! an amendment is drafted, when its case opens and when the last party signs.
//!
//! Not here: which changes of rules ask for an amendment (`affected`).

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;
use shuyu_ledger::{Event, LedgerError};
use shuyu_model::id::{AgreementId, AmendmentId, PersonId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, Digest, Reason, Reasons, Regime, Verdict};

use crate::agreement::Agreed;
use crate::amendment::{AGREEMENT_VERSIONS_MAX, AgreementVersion, Amendment, NewAmendment};
use crate::decide::{self, Asked};
use crate::live::Basis;
use crate::store::Book;
use crate::subject::{Subject, of_agreement, parsed};
use crate::world::World;
use crate::{
    Agreement, AgreementKind, AgreementState, Listing, NewAgreement, Page, Registry, RegistryError, Turn, affected,
    agreements, canonical, enact, mode, reasons, store,
};

type Result<T> = std::result::Result<T, RegistryError>;

/// What the digest of an amendment covers.
#[derive(Serialize)]
struct Amending<'a> {
    agreement: &'a AgreementId,
    version: i64,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_change: Option<&'a str>,
    agreed: Agreed<'a>,
}

impl Registry {
    /// Makes the draft of an agreement anew, as a version of the first. Says which.
    pub async fn revise_agreement(&self, actor: &Actor, id: &AgreementId, new: NewAgreement) -> Result<Verdict<i64>> {
        let mut faults = new.faults();
        let until = mode::until(self.regime(), &new);
        faults.extend(until.is_none().then(|| "`until` is missing; the document sets no term for it".to_owned()));
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let before = Arc::clone(world.agreement(id)?);
        if (before.kind, &before.grantee) != (new.kind, &new.grantee) {
            faults.push("`kind` and `grantee` are those of the first draft; draft another agreement".to_owned());
        }
        RegistryError::of_faults(faults)?;
        new.resources.iter().try_for_each(|id| world.resource(id).map(|_| ()))?;
        if let Some(scenario) = &new.scenario {
            world.scenario(scenario)?;
        }
        if before.state != AgreementState::Draft {
            return Err(RegistryError::conflict(format!("`{id}` is no draft any more; draft an amendment")));
        }
        if before.version >= AGREEMENT_VERSIONS_MAX {
            return Err(RegistryError::conflict(format!("`{id}` has {AGREEMENT_VERSIONS_MAX} versions")));
        }
        let until = until.unwrap_or(new.from);
        let mut after = Agreement { id: before.id.clone(), ..self.agreed(actor, new, until)? };
        after.grantor = before.grantor.clone();
        after.authors = joined(&before.authors, actor);
        after.digest = canonical::digest(self.ledger().profile(), &after.agreed()).map_err(LedgerError::from)?;
        if after.digest == before.digest {
            return Err(RegistryError::conflict(format!("`{id}` says that already")));
        }
        let asked = self.asked(&world);
        let mut found = self.against_drafter(&world, actor, &before);
        agreements::against(&asked, &after, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "agreement.revision_refused", id.as_str(), reasons).await;
        }
        if !store::replaced(turn.change(), &before, &after).await? {
            return Err(RegistryError::conflict(format!("`{id}` has changed; read it again")));
        }
        turn.touch(Basis::Agreement(id.clone()));
        let version = before.version.saturating_add(1);
        let facts = json!({ "version": version, "changes": before.text().differs(&after.text()) });
        let event = Event::done(Some(actor), "agreement.revised", id.as_str()).facts(facts);
        turn.commit(event.digests(Some(before.digest), Some(after.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(version))
    }

    /// Drafts an amendment of an agreement in force: whoever gave the agreement.
    pub async fn draft_amendment(
        &self,
        actor: &Actor,
        id: &AgreementId,
        new: NewAmendment,
    ) -> Result<Verdict<AmendmentId>> {
        let mut turn = self.turn().await?;
        let world = self.world_in(&mut turn).await?;
        let agreement = Arc::clone(world.agreement(id)?);
        let text = new.applied(&agreement).map_err(|faults| RegistryError::Malformed { faults })?;
        text.resources.iter().try_for_each(|id| world.resource(id).map(|_| ()))?;
        let drafted = world.amendments.values().filter(|one| one.agreement == *id).count();
        if i64::try_from(drafted).unwrap_or(i64::MAX) >= AGREEMENT_VERSIONS_MAX {
            return Err(RegistryError::conflict(format!("`{id}` has {AGREEMENT_VERSIONS_MAX} amendments")));
        }
        let changes = agreement.text().differs(&text);
        let after = agreement.saying(text.clone());
        let asked = self.asked(&world);
        let mut found = self.against_drafter(&world, actor, &agreement);
        found.extend(nothing_to_amend(&asked, &agreement));
        if let Some(key) = &new.rule_change {
            let overrides = store::overrides(&mut Book::Change(turn.change())).await?;
            found.extend(affected::untouched(&asked, &overrides, &agreement, key));
        }
        agreements::against(&asked, &after, &mut found);
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "amendment.draft_refused", id.as_str(), reasons).await;
        }
        let profile = self.ledger().profile();
        let (reason, rule_change) = (new.reason, new.rule_change);
        let amending = Amending {
            agreement: id,
            version: agreement.version,
            reason: &reason,
            rule_change: rule_change.as_deref(),
            agreed: after.agreed(),
        };
        let amendment = Amendment {
            id: self.ledger().new_id(),
            agreement: id.clone(),
            version: agreement.version,
            digest: canonical::digest(profile, &amending).map_err(LedgerError::from)?,
            agreed_digest: canonical::digest(profile, &after.agreed()).map_err(LedgerError::from)?,
            text,
            changes: changes.into_iter().map(str::to_owned).collect(),
            reason,
            rule_change,
            authors: vec![actor.person.clone()],
            drafted_at: turn.change().now(),
            decided_at: None,
        };
        store::insert_amendment(turn.change(), &amendment).await?;
        turn.touch(Basis::Agreement(id.clone()));
        let facts = json!({
            "agreement": id, "version": amendment.version, "changes": amendment.changes,
            "rule_change": amendment.rule_change,
        });
        let event = Event::done(Some(actor), "amendment.drafted", amendment.id.as_str()).facts(facts);
        turn.commit(event.digests(Some(agreement.digest), Some(amendment.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(amendment.id))
    }

    /// REG-001, REG-014: an agreement is written by the people of whoever gives it.
    pub(crate) fn against_drafter(&self, world: &World, actor: &Actor, agreement: &Agreement) -> Vec<Reason> {
        let (gives, mut found) = (agreement.kind.parties().0, Vec::new());
        decide::role(&self.asked(world), actor, &[gives], &mut found);
        let clause = self.regime().cite_role(gives);
        found.extend(self.unless_own(world, actor, &agreement.grantor, clause));
        found
    }

    /// What an agreement said, says and may come to say, oldest first; `None` where there is
    /// no such agreement.
    pub async fn agreement_versions(&self, id: &AgreementId, page: &Page) -> Result<Option<Listing<AgreementVersion>>> {
        let world = self.world().await?;
        let Some(agreement) = world.agreements.get(id) else { return Ok(None) };
        let mut all = store::versions(&mut Book::Ledger(self.ledger()), id).await?;
        // Read apart from the world: a version that came in between is told once.
        all.retain(|version| version.version < agreement.version);
        all.push(current(agreement));
        let amendments: Vec<&Amendment> =
            world.amendments.values().map(AsRef::as_ref).filter(|one| one.agreement == *id).collect();
        for version in &mut all {
            let made = |one: &&&Amendment| one.decided_at.is_some() && one.version.saturating_add(1) == version.version;
            let made = amendments.iter().find(made);
            version.amendment = made.map(|one| one.id.clone());
            version.changes = made.map(|one| one.changes.clone()).unwrap_or_default();
            version.reason = made.map(|one| one.reason.clone());
            version.rule_change = made.and_then(|one| one.rule_change.clone());
        }
        let waiting = amendments.iter().filter(|one| one.decided_at.is_none());
        all.extend(waiting.map(|one| proposed(agreement, one)));
        let mut keyed: Vec<(String, AgreementVersion)> = all
            .into_iter()
            .map(|one| {
                let amendment = one.amendment.as_ref().filter(|_| one.decided_at.is_none());
                (format!("{:06} {}", one.version, amendment.map_or("", |id| id.as_str())), one)
            })
            .collect();
        keyed.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Some(Listing::cut(keyed.iter(), page, |(key, _)| key.as_str(), |(_, one)| one.clone())))
    }

    /// The agreement as the case on this subject makes it: itself, or as amended.
    pub async fn decided_agreement_in(&self, turn: &mut Turn, subject: &str) -> Result<Arc<Agreement>> {
        let world = self.world_in(turn).await?;
        match AmendmentId::parse(subject) {
            Err(_) => Ok(Arc::clone(world.agreement(&parsed(AgreementId::parse(subject))?)?)),
            Ok(id) => {
                let amendment = amendment_of(&world, &id)?;
                Ok(Arc::new(world.agreement(&amendment.agreement)?.saying(amendment.text.clone())))
            }
        }
    }

    /// An amendment, inside a change; `None` where the subject of a case is none.
    pub async fn amendment_in(&self, turn: &mut Turn, subject: &str) -> Result<Option<Arc<Amendment>>> {
        let Ok(id) = AmendmentId::parse(subject) else { return Ok(None) };
        let world = self.world_in(turn).await?;
        amendment_of(&world, &id).map(|found| Some(Arc::clone(found)))
    }
}

/// The procedure that decides on an amendment: the rules' own, where they have one for the
/// agreements of the agency, else that of the agreement.
pub(crate) fn procedure(regime: &Regime, kind: AgreementKind) -> ProcedureKind {
    let has_own = regime.procedure.contains_key(&ProcedureKind::AgreementAmendment);
    if has_own && kind == AgreementKind::Operator { ProcedureKind::AgreementAmendment } else { kind.procedure() }
}

/// An amendment as the subject of a case.
pub(crate) fn subject(asked: &Asked<'_>, kind: ProcedureKind, id: &AmendmentId) -> Result<Subject> {
    let amendment = amendment_of(asked.world, id)?;
    let agreement = asked.world.agreement(&amendment.agreement)?;
    let own = procedure(asked.regime, agreement.kind);
    if own != kind {
        let what = format!("an amendment of this agreement is decided on by `{}`", own.word());
        return Err(RegistryError::Malformed { faults: vec![what] });
    }
    let mut subject = of_agreement(asked, &agreement.saying(amendment.text.clone()));
    subject.title = format!("{}（协议变更）", subject.title);
    subject.digest = amendment.digest;
    subject.authors.clone_from(&amendment.authors);
    subject.is_draft = amendment.decided_at.is_none() && agreement.version == amendment.version;
    subject.against.extend(nothing_to_amend(asked, agreement));
    Ok(subject)
}

/// The version in force is the amended one from now on.
pub(crate) async fn in_force(turn: &mut Turn, id: &AmendmentId, digest: Digest) -> Result<()> {
    let registry = turn.registry();
    let world = registry.world_in(turn).await?;
    let amendment = amendment_of(&world, id)?;
    let before = world.agreement(&amendment.agreement)?;
    let mut after = before.saying(amendment.text.clone());
    after.digest = amendment.agreed_digest;
    after.regime = registry.regime().stamp();
    after.authors.extend(amendment.authors.iter().filter(|who| !before.authors.contains(who)).cloned());
    let is_this = amendment.digest == digest
        && amendment.version == before.version
        && before.state == AgreementState::InForce
        && store::set_amended(turn.change(), id).await?
        && store::replaced(turn.change(), before, &after).await?;
    turn.touch(Basis::Agreement(before.id.clone()));
    enact::unless_changed(is_this, id.as_str())
}

fn amendment_of<'a>(world: &'a World, id: &AmendmentId) -> Result<&'a Arc<Amendment>> {
    world.amendments.get(id).ok_or_else(|| RegistryError::unknown("amendment", id.as_str()))
}

/// REG-150.
fn nothing_to_amend(asked: &Asked<'_>, agreement: &Agreement) -> Option<Reason> {
    let ran_out = agreement.until < asked.now.day();
    let what = match agreement.state {
        AgreementState::InForce if !ran_out => return None,
        AgreementState::InForce => format!("the agreement ran out on {}", agreement.until),
        AgreementState::Draft => "the agreement is a draft".to_owned(),
        AgreementState::Ended => "the agreement has ended".to_owned(),
    };
    let regime = asked.regime;
    let rule = &regime.agreement.scope_is_binding;
    let instead = "make a draft anew as its next version; conclude another where one has ended";
    Some(regime.reason(reasons::NOTHING_TO_AMEND, rule, what, instead))
}

fn current(agreement: &Agreement) -> AgreementVersion {
    AgreementVersion {
        version: agreement.version,
        standing: match agreement.state {
            AgreementState::Draft => "draft",
            AgreementState::InForce => "holds",
            AgreementState::Ended => "ended",
        },
        state: agreement.state,
        amendment: None,
        changes: Vec::new(),
        reason: None,
        rule_change: None,
        text: agreement.text(),
        digest: agreement.digest,
        regime: agreement.regime.clone(),
        authors: agreement.authors.clone(),
        decided_at: agreement.amended_at.or(agreement.decided_at),
        replaced_at: None,
    }
}

fn proposed(agreement: &Agreement, amendment: &Amendment) -> AgreementVersion {
    let waits = agreement.state == AgreementState::InForce && agreement.version == amendment.version;
    AgreementVersion {
        version: amendment.version.saturating_add(1),
        standing: if waits { "proposed" } else { "overtaken" },
        state: agreement.state,
        amendment: Some(amendment.id.clone()),
        changes: amendment.changes.clone(),
        reason: Some(amendment.reason.clone()),
        rule_change: amendment.rule_change.clone(),
        text: amendment.text.clone(),
        digest: amendment.digest,
        regime: String::new(),
        authors: amendment.authors.clone(),
        decided_at: None,
        replaced_at: None,
    }
}

fn joined(authors: &[PersonId], actor: &Actor) -> Vec<PersonId> {
    let mut joined = authors.to_vec();
    joined.push(actor.person.clone());
    joined.sort();
    joined.dedup();
    joined
}
