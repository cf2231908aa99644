//! What a complaint tells and another matter follows from.

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::matter::MatterKind;
use shuyu_model::{CryptoProfile, Role};
use shuyu_registry::testing::{allowed, digest, refused};

use super::desk::Desk;
use super::shipped_matters::desk_under;
use crate::matter::FACT_CHARS_MAX;
use crate::{AttachedTerms, NewMatter};

fn complaint(desk: &Desk, about: Option<&str>) -> NewMatter {
    let mut new = desk.prepared(MatterKind::Complaint, desk.scenario.as_str());
    new.facts.remove("about");
    new.facts.extend(about.map(|about| ("about".to_owned(), about.to_owned())));
    new
}

#[tokio::test]
async fn a_complaint_of_monopoly_conduct_opens_one_inspection_by_who_supervises_with_prices_and_terms() {
    for (backend, ledger, _folder) in ledgers().await {
        let desk = desk_under(&ledger, "changchun-2025").await;
        let (casework, town) = (&desk.office.casework, &desk.office.town);
        for about in [None, Some("service")] {
            allowed(casework.open_matter(&town.bank[0], complaint(&desk, about)).await.unwrap());
        }
        assert_eq!(casework.raisable().await.unwrap(), [], "{backend}: nothing else calls for it");
        let unlisted = casework.open_matter(&town.bank[0], complaint(&desk, Some("cartel"))).await.unwrap();
        assert_eq!(refused(unlisted), ["CAS-062"], "{backend}");
        let record = allowed(casework.open_matter(&town.bank[0], complaint(&desk, Some("monopoly"))).await.unwrap());

        let raisable = casework.raisable().await.unwrap();
        let [of] = raisable.as_slice() else { panic!("{backend}: one follows from it, {raisable:?}") };
        assert!(of.attaches_terms);
        assert_eq!(of.organisation, town.operator[0].organisation, "{backend}: on whom it is complained of");
        let terms = AttachedTerms { text: "单价 100 分".repeat(FACT_CHARS_MAX), digest: digest(&ledger, "terms") };
        let id = casework.raise_matter(of, Some(terms.clone())).await.unwrap().unwrap();
        assert_eq!(casework.raise_matter(of, Some(terms.clone())).await.unwrap(), None, "{backend}: and no second");
        assert_eq!(casework.raisable().await.unwrap(), [], "{backend}");

        let view = casework.matter(&id, &town.supervisor[0]).await.unwrap().unwrap();
        assert_eq!((view.item.kind, view.item.state.as_str()), (MatterKind::Inspection, "opened"), "{backend}");
        assert_eq!(view.history[0].organisation, None, "{backend}: nobody made the move");
        assert_eq!(view.facts["area"], "market");
        assert_eq!(view.facts["prices_and_terms_digest"], terms.digest.to_string());
        let shown = &view.facts["prices_and_terms"];
        assert!(
            shown.chars().count() == FACT_CHARS_MAX && shown.contains("全文见摘要"),
            "{backend}: it says that it is cut"
        );
        assert_eq!(view.history[0].cites, [record.to_string()], "{backend}: it names what it follows from");
        assert!(town.supervisor[0].is(Role::Supervisor));
        assert_eq!(desk.moves(&town.supervisor[0], &id, "find").await, "found", "{backend}");
    }
}

#[tokio::test]
async fn where_the_document_says_nothing_of_it_a_complaint_opens_nothing() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::desk::desk(&ledger).await;
    let mut new = desk.prepared(MatterKind::Complaint, desk.scenario.as_str());
    new.facts.insert("about".into(), "monopoly".into());
    allowed(desk.office.casework.open_matter(&desk.office.town.bank[0], new).await.unwrap());
    assert_eq!(desk.office.casework.raisable().await.unwrap(), []);
}
