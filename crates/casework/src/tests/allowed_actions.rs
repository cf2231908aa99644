//! What somebody is told they could do is what the act answers.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{CryptoProfile, Verdict};
use shuyu_registry::testing::{allowed, fund_columns, new_resource};

use super::{Office, office, opinion};
use crate::{AllowedAction, CaseAction, CaseState, Outcome};

fn codes(allowed: &AllowedAction) -> Vec<String> {
    allowed.reasons.iter().map(|reason| reason.code.to_string()).collect()
}

fn of(actions: &[AllowedAction], action: CaseAction) -> &AllowedAction {
    actions
        .iter()
        .find(|allowed| allowed.action == action)
        .unwrap_or_else(|| panic!("{action:?} is no action here: {actions:?}"))
}

/// Everybody of the town, in whatever role.
fn everybody(office: &Office) -> Vec<shuyu_model::Actor> {
    let town = &office.town;
    [&town.regulators, &town.agency, &town.source, &town.operator].into_iter().flatten().cloned().collect()
}

#[tokio::test]
async fn everybody_is_told_of_each_signature_what_the_signature_itself_answers() {
    for (backend, ledger, _folder) in ledgers().await {
        let office = office(&ledger).await;
        let mut allowed_count = 0;
        for actor in everybody(&office) {
            // A case of its own for each, so that a signature that goes through changes nothing here.
            for (action, outcome) in [
                (CaseAction::Approve, Outcome::Approve),
                (CaseAction::Return, Outcome::Return),
                (CaseAction::Refuse, Outcome::Refuse),
            ] {
                let (case, seen) = office.open_release().await;
                let Some(actions) = office.casework.allowed_actions(&actor, &case).await.unwrap() else {
                    assert!(office.casework.case(&case, &actor).await.unwrap().is_none(), "{backend}");
                    continue;
                };
                let allowed = of(&actions, action);
                let signed =
                    office.casework.sign(&actor, &case, "operator_check", opinion(outcome, seen)).await.unwrap();
                let answered: Vec<String> = match &signed {
                    Verdict::Allow(_) => Vec::new(),
                    Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
                };
                assert_eq!(codes(allowed), answered, "{backend}: {action:?} by {:?}", actor.roles);
                assert_eq!(allowed.is_allowed, answered.is_empty(), "{backend}");
                allowed_count += usize::from(allowed.is_allowed);
            }
        }
        assert!(allowed_count > 0, "{backend}: somebody may sign");
    }
}

#[tokio::test]
async fn to_ask_what_one_could_do_writes_nothing() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let (case, _) = office.open_release().await;
    let before = (ledger.journal_head().await.unwrap(), office.view(&case, &office.town.regulators[0]).await.version);
    for actor in everybody(&office) {
        office.casework.allowed_actions(&actor, &case).await.unwrap();
    }
    let after = (ledger.journal_head().await.unwrap(), office.view(&case, &office.town.regulators[0]).await.version);
    assert_eq!(before, after);
}

#[tokio::test]
async fn a_returned_case_is_submitted_again_as_its_draft_is_now_and_an_ended_one_has_no_choices() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office(&ledger).await;
    let (town, kind) = (&office.town, ProcedureKind::ResourceRegistration);
    let mut new = new_resource("fund_accounts", fund_columns());
    let id = allowed(town.registry.draft_resource(&town.source[0], new.clone()).await.unwrap());
    let case = office.open(&town.source[0], kind, id.as_str()).await;
    let first = office.digest_of(&case).await;
    let open = office.casework.allowed_actions(&town.source[0], &case).await.unwrap().unwrap();
    assert!(of(&open, CaseAction::Withdraw).is_allowed);
    let step = office.view(&case, &town.regulators[0]).await.steps[0].clone();
    let signer = everybody(&office).into_iter().find(|actor| actor.is(step.by)).unwrap();
    let mut returned = opinion(Outcome::Return, first);
    returned.defects = vec![crate::Defect { material: "description".into(), what: "说明与字段不符".into() }];
    let signed = office.casework.sign(&signer, &case, &step.step, returned).await.unwrap();
    assert!(matches!(signed, Verdict::Allow(CaseState::Returned)), "{signed:?}");
    new.title = "改正后的标题".into();
    allowed(town.registry.revise_resource(&town.source[0], &id, new).await.unwrap());
    let now = town.registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
    let actions = office.casework.allowed_actions(&town.source[0], &case).await.unwrap().unwrap();
    let again = of(&actions, CaseAction::Resubmit);
    assert_ne!(again.subject_digest, first);
    assert_eq!((again.subject_digest, again.is_allowed), (now, true), "{:?}", codes(again));
    assert_eq!(
        codes(of(&office.casework.allowed_actions(&signer, &case).await.unwrap().unwrap(), CaseAction::Resubmit)),
        ["CAS-011"]
    );
    let state = office.casework.resubmit(&town.source[0], &case, again.subject_digest).await.unwrap();
    assert!(matches!(state, Verdict::Allow(CaseState::Open)), "{state:?}");
    allowed(office.casework.withdraw(&town.source[0], &case, "不再登记").await.unwrap());
    assert_eq!(office.casework.allowed_actions(&town.source[0], &case).await.unwrap().unwrap().len(), 0);
}
