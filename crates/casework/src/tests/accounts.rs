//! Objections to a month's account, and what a scheme says of money to who reads it later.

use std::collections::BTreeSet;

use shuyu_ledger::Event;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::CryptoProfile;
use shuyu_model::id::{DistributionId, MatterId};
use shuyu_model::matter::MatterKind;
use shuyu_registry::testing::allowed;
use shuyu_registry::{ClosedAccount, Page, SchemeMoney};

use super::desk::Desk;
use super::shipped_matters::desk_under;
use crate::{CaseworkError, NewMatter, ObligationState};

/// A month's surplus that the bank has a share in, shared out by the agency.
async fn shared_out(desk: &Desk) -> DistributionId {
    let town = &desk.office.town;
    let id: DistributionId = town.ledger().new_id();
    let (agency, operator) = (&town.agency[0], &town.operator[0].organisation);
    let account = ClosedAccount {
        id: id.to_string(),
        operator: Some(operator.clone()),
        agency: agency.organisation.clone(),
        parties: BTreeSet::from([operator.clone(), town.bank[0].organisation.clone()]),
        closed_by: agency.person.clone(),
        uses_count: 0,
    };
    let mut change = town.ledger().change().await.unwrap();
    town.registry.account_closed(&mut change, &account).await.unwrap();
    change.commit(Event::done(Some(agency), "month.distributed", id.as_str())).await.unwrap();
    id
}

#[tokio::test]
async fn who_has_a_share_objects_to_the_account_and_an_answer_is_owed_by_a_day() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changchun-2025").await;
        let (town, casework) = (&desk.office.town, &desk.office.casework);
        let id = shared_out(&desk).await;
        let agency = town.agency[0].organisation.clone();
        let objection =
            || NewMatter { counterparty: Some(agency.clone()), ..desk.prepared(MatterKind::Complaint, id.as_str()) };
        // To who has no part in it the account is not there, by this name as by any other.
        for stranger in [&town.affiliate[0], &town.other_operator[0], &town.other_source[0]] {
            let found = casework.open_matter(stranger, objection()).await;
            let told = found.unwrap_err();
            assert!(matches!(told, CaseworkError::Unknown { .. }), "{backend}: {told:?}");
        }
        let cites = NewMatter { cites: vec![id.to_string()], ..desk.prepared(MatterKind::Complaint, agency.as_str()) };
        assert!(casework.open_matter(&town.affiliate[0], cites).await.is_err(), "{backend}: nor cited");

        let matter = allowed(casework.open_matter(&town.bank[0], objection()).await.unwrap());
        let bureau = &town.regulators[0];
        let mut answered = Vec::new();
        for name in ["receive", "investigate", "decide", "notify", "close"] {
            let owed = casework.obligations(bureau, &Page::first()).await.unwrap().items;
            answered.push(owed.iter().any(|owed| owed.about == matter.as_str() && owed.state == ObligationState::Open));
            desk.moves(bureau, &matter, name).await;
        }
        assert_eq!(answered, [true, false, true, true, false], "{backend}: received, decided, told by a day");
        let seen = casework.matter(&matter, &town.bank[0]).await.unwrap().unwrap();
        assert_eq!((seen.item.state.as_str(), seen.item.subject.as_str()), ("closed", id.as_str()), "{backend}");
    }
}

#[tokio::test]
async fn a_scheme_says_of_money_what_was_approved_until_it_ends() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = desk_under(&ledger, "changchun-2025").await;
    let town = &desk.office.town;
    let says = async |scheme: &MatterId| {
        let book = town.registry.scheme_book().await.unwrap();
        let bound = book.of(&town.operator[0].organisation, town.ledger().now());
        bound.iter().find(|bound| bound.scheme == scheme).map(|bound| bound.says.clone())
    };
    let agency = &town.agency[0];
    let scheme = desk.open(agency, MatterKind::Scheme, agency.organisation.as_str()).await;
    town.agreement_on(&scheme, std::slice::from_ref(&desk.fund), 1).await;
    let bureau = &town.regulators;
    for (who, name) in [(&bureau[0], "advise"), (agency, "submit"), (&bureau[0], "refer")] {
        desk.moves(who, &scheme, name).await;
        assert_eq!(says(&scheme).await, None, "{name}: not approved yet");
    }
    desk.moves(&bureau[1], &scheme, "approve").await;
    let expected = SchemeMoney {
        cost_items: vec!["甲".to_owned(), "乙".to_owned()],
        shares: [("甲".to_owned(), 6000), ("乙".to_owned(), 4000)].into(),
    };
    assert_eq!(says(&scheme).await, Some(expected.clone()));
    // While a change is on its way, what was approved rules.
    desk.moves(agency, &scheme, "propose_change").await;
    assert_eq!(says(&scheme).await, Some(expected.clone()));
    desk.moves(agency, &scheme, "drop_change").await;
    assert_eq!(says(&scheme).await, Some(expected));
    desk.moves(&bureau[0], &scheme, "repeal").await;
    assert_eq!(says(&scheme).await, None);
}
