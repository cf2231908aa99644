//! From a decision to a release, and from a release to its withdrawal.
//!
//! INVARIANT (four eyes) and INVARIANT (seen is sent) are checked here once
//! more, whatever casework and workroom have checked: the bytes are hashed
//! again, and the signers are compared with the maker.

use serde_json::json;
use shuyu_casework::Decision;
use shuyu_ledger::Event;
use shuyu_model::id::{CandidateId, CaseId, ReleaseId};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, Digest, Reason, Reasons, Role, Verdict};
use shuyu_workroom::Candidate;

use crate::AirlockError;
use crate::airlock::Airlock;
use crate::checks::ALL;
use crate::reasons::{
    ENDED, MAY_NOT_WITHDRAW, NO_DECISION, NO_GROUND, NOT_CHECKED, OTHER_CANDIDATE, OTHER_DIGEST, OTHER_KIND,
    SIGNED_BY_MAKER,
};
use crate::release::{Document, Life, Release, Signer};
use crate::sealed::{self, Sealed};
use crate::store::{self, StoredCheck, StoredRelease, Withdrawn};
use crate::summary::ColumnSummary;

/// The shortest ground for a withdrawal, in characters.
pub const GROUND_CHARS_MIN: usize = 5;
/// The longest.
pub const GROUND_CHARS_MAX: usize = 2000;
/// The most releases of a page.
pub const PAGE_RELEASES_MAX: u32 = 200;

/// One page of releases, newest first.
#[derive(Debug)]
pub struct Releases {
    /// The releases.
    pub items: Vec<Release>,
    /// What to give as `before` for the next page; `None` on the last.
    pub next: Option<ReleaseId>,
    /// How many there are on all pages together.
    pub total: u64,
}

impl Airlock {
    /// Releases the candidate of a case that has ended with yes. Done again, it
    /// gives the same release again.
    pub async fn complete(&self, case: &CaseId) -> Result<Verdict<Release>, AirlockError> {
        let Some(decision) = self.0.casework.decision(case).await? else {
            let rule = &self.0.rules.regime().release.reviewer_is_not_author;
            let what = "the review has not ended with yes";
            let reason = self.reason(NO_DECISION, rule, what, "wait until every step has its signatures");
            return self.refuse(None, "release.refused", case.as_str(), Reasons::one(reason)).await;
        };
        let unknown = || AirlockError::Unknown { kind: "candidate", id: decision.subject().to_owned() };
        let id = CandidateId::parse(decision.subject()).map_err(|_| unknown())?;
        let candidate = self.0.workrooms.candidate(&id).await?.ok_or_else(unknown)?;
        self.release(&candidate, &decision).await
    }

    /// Releases a candidate under a decision, or says every reason why not.
    pub async fn release(&self, candidate: &Candidate, decision: &Decision) -> Result<Verdict<Release>, AirlockError> {
        if let Some(stored) = store::release_of(&self.0.ledger, candidate.id()).await?
            && stored.document.case == *decision.case()
        {
            return Ok(Verdict::Allow(self.revive(stored)));
        }
        let sealed = Sealed::open(&self.0.workrooms, candidate).await?;
        let digest = tokio::task::spawn_blocking(move || sealed.digest()).await??;
        let checks = store::checks(&self.0.ledger, candidate.id()).await?;
        let reasons = self.against(candidate, decision, digest, &checks);
        if let Some(reasons) = Reasons::new(reasons) {
            return self.refuse(None, "release.refused", candidate.id().as_str(), reasons).await;
        }
        let Some((_, _, shown)) = store::submission(&self.0.ledger, candidate.id()).await? else {
            return Err(AirlockError::Stored { table: "submissions" });
        };
        let document = self.document(candidate, decision, digest, shown.columns);
        self.write_release(document).await.map(Verdict::Allow)
    }

    /// Everything that speaks against releasing these bytes.
    fn against(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        digest: Digest,
        checks: &[StoredCheck],
    ) -> Vec<Reason> {
        let rules = &self.0.rules.regime().release;
        let mut reasons = Vec::new();
        if decision.kind() != ProcedureKind::Release {
            let what = "the decision is not about a release";
            reasons.push(self.reason(
                OTHER_KIND,
                &rules.reviewer_is_not_author,
                what,
                "submit the candidate to review",
            ));
        }
        if decision.subject() != candidate.id().as_str() {
            let what = "the decision is about another candidate";
            reasons.push(self.reason(
                OTHER_CANDIDATE,
                &rules.reviewer_is_not_author,
                what,
                "submit this candidate to review",
            ));
        }
        if digest != decision.subject_digest() || digest != candidate.digest() {
            let what = "the candidate's bytes are not those that the reviewers signed for";
            reasons.push(self.reason(
                OTHER_DIGEST,
                &rules.raw_never_leaves,
                what,
                "run the statement again and submit the result",
            ));
        }
        let stamp = self.0.rules.regime().stamp();
        let is_passed = |code: &str| {
            let holds =
                |check: &&StoredCheck| check.result.code == code && check.digest == digest && check.regime == stamp;
            checks.iter().find(holds).is_some_and(|check| check.result.is_passed())
        };
        let missing: Vec<&str> = ALL.iter().map(|check| check.code).filter(|code| !is_passed(code)).collect();
        if !missing.is_empty() {
            let what = format!("these bytes have not passed {} under the rules in force", missing.join(", "));
            reasons.push(self.reason(NOT_CHECKED, &rules.raw_never_leaves, &what, "submit the candidate again"));
        }
        // Where another than the operator computed it, nobody of that organisation reviews it.
        let is_apart = candidate.organisation() != candidate.operator();
        let made_it = |signer: &shuyu_casework::Signature| {
            let is_of_maker = is_apart && signer.organisation == *candidate.organisation();
            is_of_maker || candidate.authors().contains(&signer.person)
        };
        if decision.signers().iter().any(made_it) {
            let what = "who made the result signed for it";
            reasons.push(self.reason(
                SIGNED_BY_MAKER,
                &rules.reviewer_is_not_author,
                what,
                "let somebody else review it",
            ));
        }
        reasons
    }

    fn document(
        &self,
        candidate: &Candidate,
        decision: &Decision,
        digest: Digest,
        columns: Vec<ColumnSummary>,
    ) -> Document {
        let regime = self.0.rules.regime();
        let signer = |signature: &shuyu_casework::Signature| Signer {
            person: signature.person.clone(),
            organisation: signature.organisation.clone(),
            step: signature.step.clone(),
            at: signature.at,
        };
        Document {
            candidate: candidate.id().clone(),
            case: decision.case().clone(),
            scenario: candidate.scenario().clone(),
            operator: candidate.operator().clone(),
            author: candidate.author().clone(),
            declared: sealed::declared(candidate),
            columns,
            digest,
            rows: candidate.rows(),
            bytes: candidate.bytes(),
            inputs: candidate.inputs().to_vec(),
            checks: ALL.iter().map(|check| check.code.to_owned()).collect(),
            signers: decision.signers().iter().map(signer).collect(),
            decided_at: decision.decided_at(),
            regime: regime.stamp(),
            clauses: vec![
                format!("{} {}", regime.code, decision.clause()),
                regime.cite(&regime.release.raw_never_leaves),
                regime.cite(&regime.release.cell_count_min),
                regime.cite(&regime.release.reviewer_is_not_author),
            ],
        }
    }

    async fn write_release(&self, document: Document) -> Result<Release, AirlockError> {
        let id: ReleaseId = self.0.ledger.new_id();
        let mut change = self.0.ledger.change().await?;
        // Changes come one at a time, so what is asked here holds until commit.
        if store::is_released(&mut change, &document.candidate).await? {
            drop(change);
            let stored = store::release_of(&self.0.ledger, &document.candidate).await?;
            return stored.map(|stored| self.revive(stored)).ok_or(AirlockError::Stored { table: "releases" });
        }
        let at = change.now();
        store::put_release(&mut change, &id, &document, at).await?;
        let mut event = Event::done(None, "release.made", id.as_str())
            .under(self.0.rules.regime())
            .digests(Some(document.digest), Some(document.digest))
            .facts(json!({
                "candidate": document.candidate, "case": document.case, "scenario": document.scenario,
                "kind": document.declared.kind, "rows": document.rows, "bytes": document.bytes,
                "inputs": document.inputs, "checks": document.checks, "signers": document.signers,
            }));
        for clause in &document.clauses {
            event = event.citing(clause.clone());
        }
        change.commit(event).await?;
        let life = self.life(&id);
        Ok(Release::new(id, document, at, life, self.0.workrooms.clone()))
    }

    fn life(&self, id: &ReleaseId) -> Life {
        self.0.lives.lock().entry(id.clone()).or_insert_with(Life::new).clone()
    }

    /// A stored release as a value. A withdrawal ends the one life that all
    /// copies share, made before or after, so none that read its row a moment
    /// too early lives on.
    fn revive(&self, stored: StoredRelease) -> Release {
        let life = self.life(&stored.id);
        if stored.withdrawn.is_some() {
            life.end();
        }
        Release::new(stored.id, stored.document, stored.released_at, life, self.0.workrooms.clone())
    }

    /// A release.
    pub async fn find(&self, id: &ReleaseId) -> Result<Option<Release>, AirlockError> {
        Ok(store::release(&self.0.ledger, id).await?.map(|stored| self.revive(stored)))
    }

    /// The release that a candidate became.
    pub async fn release_of(&self, candidate: &CandidateId) -> Result<Option<Release>, AirlockError> {
        Ok(store::release_of(&self.0.ledger, candidate).await?.map(|stored| self.revive(stored)))
    }

    /// Releases before `before` (from the newest where it is `None`).
    pub async fn releases(&self, before: Option<&ReleaseId>, items_max: u32) -> Result<Releases, AirlockError> {
        let items_max = items_max.clamp(1, PAGE_RELEASES_MAX);
        let total = u64::try_from(store::count(&self.0.ledger).await?).unwrap_or(0);
        // One more than asked for tells whether there is a next page. No id has
        // a `g` there, so it comes after every one.
        let before = before.map_or("REL-g", ReleaseId::as_str);
        let mut stored = store::page(&self.0.ledger, before, i64::from(items_max) + 1).await?;
        let has_more = stored.len() > usize::try_from(items_max).unwrap_or(usize::MAX);
        stored.truncate(usize::try_from(items_max).unwrap_or(usize::MAX));
        let next = stored.last().filter(|_| has_more).map(|last| last.id.clone());
        Ok(Releases { items: stored.into_iter().map(|stored| self.revive(stored)).collect(), next, total })
    }

    /// When, by whom and why a release was withdrawn.
    pub async fn withdrawn(&self, id: &ReleaseId) -> Result<Option<Withdrawn>, AirlockError> {
        Ok(store::release(&self.0.ledger, id).await?.and_then(|stored| stored.withdrawn))
    }

    /// Ends a release. No copy of it is live when this returns.
    pub async fn withdraw(&self, actor: &Actor, release: &Release, ground: &str) -> Result<Verdict<()>, AirlockError> {
        let rules = self.0.rules.regime();
        let mut reasons = Vec::new();
        let is_own = actor.is(Role::Operator) && actor.organisation == *release.operator();
        if !(actor.is(Role::Agency) || actor.is(Role::Regulator) || is_own) {
            let what = "a release is withdrawn by the agency, the regulator or the operator that made it";
            reasons.push(self.reason(
                MAY_NOT_WITHDRAW,
                &rules.agreement.access_ends_with_it,
                what,
                "report what is wrong to the agency",
            ));
        }
        let chars = ground.trim().chars().count();
        if !(GROUND_CHARS_MIN..=GROUND_CHARS_MAX).contains(&chars) {
            let what = format!("the ground has {chars} characters");
            let instead = format!("say why in {GROUND_CHARS_MIN} to {GROUND_CHARS_MAX} characters");
            reasons.push(self.reason(NO_GROUND, &rules.agreement.access_ends_with_it, &what, &instead));
        }
        if store::release(&self.0.ledger, release.id()).await?.is_some_and(|stored| stored.withdrawn.is_some()) {
            reasons.push(self.ended());
        }
        if let Some(reasons) = Reasons::new(reasons) {
            return self.refuse(Some(actor), "release.withdrawal_refused", release.id().as_str(), reasons).await;
        }
        let mut change = self.0.ledger.change().await?;
        let withdrawn = Withdrawn { at: change.now(), by: actor.person.clone(), ground: ground.trim().to_owned() };
        if !store::withdraw(&mut change, release.id(), &withdrawn).await? {
            drop(change);
            let reasons = Reasons::one(self.ended());
            return self.refuse(Some(actor), "release.withdrawal_refused", release.id().as_str(), reasons).await;
        }
        let event = Event::done(Some(actor), "release.withdrawn", release.id().as_str())
            .under(rules)
            .digests(Some(release.digest()), None)
            .citing(rules.cite(&rules.agreement.access_ends_with_it))
            .facts(json!({ "ground": withdrawn.ground }));
        change.commit(event).await?;
        self.life(release.id()).end();
        Ok(Verdict::Allow(()))
    }

    fn ended(&self) -> Reason {
        let rule = &self.0.rules.regime().agreement.access_ends_with_it;
        self.reason(ENDED, rule, "the release has been withdrawn", "nothing is left to do")
    }
}
