//! The coordination group: its members, its panel, its meetings, and what waits for one.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::{CryptoProfile, Digest, Reason};
use shuyu_registry::testing::{allowed, digest, refused};

use super::Office;
use super::candidacies::call;
use super::desk::{By, Desk, who};
use super::shipped_matters::desk_under;
use crate::candidacy::NewExpert;
use crate::group::{NewGroupExpert, NewGroupMeeting, NewGroupMember};
use crate::{CaseworkError, MatterMove};

fn member(department: &str) -> NewGroupMember {
    NewGroupMember { department: department.into(), organisation: None, person: "某处长".into() }
}

/// Seats who is not seated yet, and lets all of them meet about a matter, where the
/// document has a group.
pub(super) async fn met(office: &Office, about: &MatterId, minutes: Digest) {
    let (casework, bureau) = (&office.casework, &office.town.regulators[0]);
    let Some(group) = casework.group().await.unwrap() else { return };
    for department in group.seats_empty {
        allowed(casework.seat_member(bureau, member(&department)).await.unwrap());
    }
    let present = casework.group().await.unwrap().unwrap().members.iter().map(|member| member.number).collect();
    let held_on = office.town.ledger().now().day();
    let new = NewGroupMeeting { held_on, agenda: vec![about.clone()], present, minutes };
    allowed(casework.record_meeting(bureau, new).await.unwrap());
}

async fn reasons(desk: &Desk, id: &MatterId, name: &str) -> Vec<Reason> {
    let named = desk.complete(id, name).await;
    desk.attempt(who(desk, By::Regulator(0)), id, named)
        .await
        .into_result()
        .map_or_else(|r| r.into_vec(), |_| Vec::new())
}

/// CAS-128 to CAS-131, each given here.
pub(super) async fn codes_of_the_group() -> Vec<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    let id = desk.open(&town.operator[0], MatterKind::Coordination, desk.scenario.as_str()).await;
    let mut seen: Vec<String> = reasons(&desk, &id, "decline").await.into_iter().map(|r| r.code.to_string()).collect();
    seen.extend(refused(casework.seat_member(&town.agency[0], member("市科技局")).await.unwrap()));
    let minutes = digest(&ledger, "minutes");
    let nobody = NewGroupMeeting { held_on: ledger.now().day(), agenda: vec![id], present: Vec::new(), minutes };
    seen.extend(refused(casework.record_meeting(&town.regulators[0], nobody).await.unwrap()));
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changchun-2025").await;
    let (casework, agency) = (&call.office.casework, &call.office.town.agency[0]);
    seen.extend(refused(casework.name_expert(agency, &call.id, expert(&call.office)).await.unwrap()));
    seen
}

fn expert(office: &Office) -> NewExpert {
    NewExpert {
        name: "周专家".into(),
        employer: "外地大学".into(),
        declaration: digest(office.town.ledger(), "declaration"),
        ties: Vec::new(),
    }
}

#[tokio::test]
async fn what_goes_to_the_group_is_decided_and_declined_at_its_meetings_only() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changchun-2025").await;
        let (casework, town) = (&desk.office.casework, &desk.office.town);
        let bureau = &town.regulators[0];
        let id = desk.open(&town.operator[0], MatterKind::Coordination, desk.scenario.as_str()).await;
        let refused_by = reasons(&desk, &id, "decline").await;
        assert_eq!((refused_by.len(), refused_by[0].code.as_ref()), (1, "CAS-128"), "{backend}");
        assert_eq!(refused_by[0].clause, "changchun-2025 5");
        desk.moves(bureau, &id, "table").await;
        assert_eq!(reasons(&desk, &id, "decide").await[0].code, "CAS-128", "{backend}: tabled is not decided");

        let group = casework.group().await.unwrap().unwrap();
        assert_eq!((group.seats_empty.len(), group.members.len()), (8, 0), "{backend}: the document's eight seats");
        for department in ["市政数局", "市委网信办", "市发改委", "市公安局"] {
            allowed(casework.seat_member(bureau, member(department)).await.unwrap());
        }
        let again = casework.seat_member(bureau, member("市公安局")).await;
        assert!(matches!(again, Err(CaseworkError::Conflict { .. })), "{again:?}");
        let minutes = digest(&ledger, "decide");
        let meets = async |present: Vec<i64>| {
            let new = NewGroupMeeting { held_on: ledger.now().day(), agenda: vec![id.clone()], present, minutes };
            casework.record_meeting(bureau, new).await.unwrap()
        };
        // Two of four are half, and half is not more than half.
        assert_eq!(refused(meets(vec![1, 2, 2]).await), ["CAS-129"], "{backend}");
        assert_eq!(allowed(meets(vec![1, 2, 4]).await), 1);
        let other = MatterMove { evidence: Some(digest(&ledger, "other")), ..desk.complete(&id, "decide").await };
        assert_eq!(refused(desk.attempt(bureau, &id, other).await), ["CAS-128"], "{backend}: other minutes");
        let named = desk.complete(&id, "decide").await;
        assert_eq!(allowed(desk.attempt(&town.regulators[1], &id, named).await), "decided", "{backend}");
        let group = casework.group().await.unwrap().unwrap();
        assert_eq!((group.meetings.len(), group.meetings[0].agenda.clone()), (1, vec![id.clone()]));
        assert_eq!(group.seats_empty.len(), 4);
    }
}

#[tokio::test]
async fn a_document_without_a_group_lets_its_bureau_decide() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "xianning-2025").await;
    let (casework, town) = (&desk.office.casework, &desk.office.town);
    assert!(casework.group().await.unwrap().is_none());
    let seated = casework.seat_member(&town.regulators[0], member("市发改委")).await;
    assert!(matches!(seated, Err(CaseworkError::Malformed { .. })), "{seated:?}");
    let id = desk.open(&town.agency[0], MatterKind::Coordination, desk.agreement.as_str()).await;
    desk.moves(&town.regulators[0], &id, "table").await;
    assert_eq!(reasons(&desk, &id, "decide").await, []);
}

#[tokio::test]
async fn experts_come_from_the_groups_panel_and_still_have_no_ties() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "changchun-2025").await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        testing_apply(&call).await;
        let name = async |new| casework.name_expert(&town.agency[0], &call.id, new).await.unwrap();
        assert_eq!(refused(name(expert(&call.office)).await), ["CAS-131"], "{backend}");
        let appointed = |employer: &str| NewGroupExpert {
            name: "周专家".into(),
            employer: employer.into(),
            field: "数据安全".into(),
            appointment: digest(&ledger, "letter"),
        };
        let by_agency = casework.appoint_expert(&town.agency[0], appointed("外地大学")).await.unwrap();
        assert_eq!(refused(by_agency), ["CAS-130"], "{backend}");
        for employer in ["外地大学", "江城数据运营公司"] {
            allowed(casework.appoint_expert(&town.regulators[0], appointed(employer)).await.unwrap());
        }
        let tied = NewExpert { employer: "江城数据运营公司".into(), ..expert(&call.office) };
        assert_eq!(refused(name(tied).await), ["CAS-050"], "{backend}: the panel frees nobody of a tie");
        assert_eq!(allowed(name(expert(&call.office)).await), 1, "{backend}");
    }
}

async fn testing_apply(call: &super::candidacies::Call) {
    crate::testing::apply(&call.office.casework, &call.id, call.applicant()).await;
}
