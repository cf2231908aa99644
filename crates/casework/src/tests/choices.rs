//! Choices: experts and scores, what is seen of it when, methods, conditions of one's own,
//! and the agreement that rests on it.

use std::collections::BTreeMap;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, CryptoProfile, Day, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{AgreementKind, Page, rules};

use super::candidacies::{Call, call, office_under};
use super::competition::{opening, scheme_of};
use crate::candidacy::{NewCondition, NewExpert, Score};
use crate::matter::Facts;
use crate::{CaseworkError, NewMatter, testing};

#[tokio::test]
async fn experts_without_ties_score_and_the_first_is_chosen_or_it_is_said_why_not() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "changsha-2023").await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        let rival = &town.other_operator[0];
        call.complete(call.applicant()).await;
        testing::apply(casework, &call.id, rival).await;
        let early = Score { organisation: rival.organisation.clone(), expert: 1, points: vec![90, 90, 90] };
        assert!(casework.score(call.reviewer(), &call.id, early.clone()).await.is_err(), "no expert, no score");
        testing::complete(casework, &call.id, rival, call.reviewer()).await;
        call.to_evaluation().await;
        assert_eq!(call.codes("evaluate", &[]).await, ["CAS-049", "CAS-051", "CAS-051"], "{backend}");

        let expert = |employer: &str, ties: Vec<OrganisationId>| NewExpert {
            name: "周专家".into(),
            employer: employer.into(),
            declaration: digest(&ledger, "declaration"),
            ties,
        };
        let name = async |new| casework.name_expert(&town.agency[0], &call.id, new).await.unwrap();
        let tied = [
            expert("江城市大数据中心", Vec::new()),
            expert("他城数据运营公司", Vec::new()),
            expert("外地大学", vec![call.applicant().organisation.clone()]),
        ];
        for new in tied {
            assert_eq!(refused(name(new).await), ["CAS-050"], "{backend}");
        }
        testing::score(casework, &call.id, &call.applicant().organisation, &town.agency[0], 80).await;
        assert_eq!(call.codes("evaluate", &[]).await, ["CAS-051"], "{backend}: the other one is not scored");
        testing::score(casework, &call.id, &rival.organisation, &town.agency[0], 90).await;
        let ranking = casework.ranking(&call.id, &town.agency[0], &Page::first()).await.unwrap().unwrap().items;
        let seen: Vec<_> = ranking.iter().map(|one| (&one.organisation, one.rank, one.points_hundredths)).collect();
        assert_eq!(seen, [(&rival.organisation, 1, 9000), (&call.applicant().organisation, 2, 8000)]);
        let too_many = Score { points: vec![101, 0, 0], ..early };
        assert!(matches!(
            casework.score(&town.agency[0], &call.id, too_many).await,
            Err(CaseworkError::Malformed { .. })
        ));
        assert_eq!(call.codes("evaluate", &[]).await, ["CAS-052"], "{backend}");
        let why = [("winner_reason", "第一名放弃")];
        assert_eq!(allowed(call.tries("evaluate", &why).await), "evaluated");
        // The bid is what is signed.
        for name in ["approve", "publish_notice", "select"] {
            call.moves(name).await;
        }
        assert_eq!(call.codes("sign", &[]).await, ["CAS-055"], "{backend}");
        let other = [("owner_share", "20%"), ("operator_share", "60%"), ("processor_share", "20%")];
        assert_eq!(call.codes("sign", &other).await, ["CAS-055"], "{backend}");
        let bid = [("owner_share", "30%"), ("operator_share", "50%"), ("processor_share", "20%")];
        assert_eq!(allowed(call.tries("sign", &bid).await), "agreement_signed");
    }
}

#[tokio::test]
async fn an_applicant_sees_its_own_and_after_the_notice_who_came_where() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "changsha-2023").await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        let (own, rival) = (call.applicant(), &town.other_operator[0]);
        let conditions = casework.conditions(&call.id, &town.bank[0], &Page::first()).await.unwrap();
        assert_eq!(conditions.unwrap().total, 9, "{backend}: what is asked is open to everybody");
        for actor in [own, rival] {
            call.complete(actor).await;
            testing::score(casework, &call.id, &actor.organisation, &town.agency[0], 80).await;
        }
        let seen = async |viewer: &Actor| {
            let listing = casework.candidacies(&call.id, viewer, &Page::first()).await.unwrap();
            listing
                .map(|listing| listing.items.iter().map(|one| (one.name.clone(), one.rank)).collect::<BTreeMap<_, _>>())
        };
        let (one, other) = ("江城数据运营公司".to_owned(), "他城数据运营公司".to_owned());
        let both = BTreeMap::from([(one.clone(), Some(1)), (other.clone(), Some(1))]);
        assert_eq!(seen(own).await, Some(BTreeMap::from([(one, None)])), "{backend}");
        assert_eq!(seen(rival).await, Some(BTreeMap::from([(other, None)])));
        assert_eq!(seen(&town.bank[0]).await, None);
        assert_eq!(seen(&town.agency[0]).await, Some(both.clone()));
        assert!(casework.ranking(&call.id, own, &Page::first()).await.unwrap().unwrap().items.is_empty());
        assert!(casework.experts(&call.id, own, &Page::first()).await.unwrap().is_none());
        assert!(call.view(&rival.organisation, own).await.is_none());
        let mine = call.view(&own.organisation, own).await.unwrap();
        assert!(mine.items.iter().all(|item| item.finding.as_ref().is_some_and(|found| found.by.is_none())));
        call.to_evaluation().await;
        for name in ["evaluate", "approve", "publish_notice"] {
            call.moves(name).await;
        }
        assert_eq!(seen(own).await, Some(both), "{backend}: the notice has told");
        assert!(call.view(&rival.organisation, own).await.is_none(), "what it answered stays its own");
    }
}

#[tokio::test]
async fn a_method_is_one_of_the_documents_or_another_with_its_grounds() {
    let rows = [
        ("changchun-2025", "negotiation", true),
        ("changchun-2025", "competitive_negotiation", false),
        ("xianning-2025", "competitive_negotiation", true),
        ("xianning-2025", "negotiation", false),
        ("luohu-2025", "invited_tender", true),
        ("changsha-2026", "open_tender", true),
        ("changsha-2026", "直接指定", false),
        ("changsha-2026", "other", false),
        ("changsha-2023", "comparison", true),
        ("changsha-2023", "open_tender", false),
    ];
    for (code, method, is_known) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let office = office_under(&ledger, code).await;
        let open = async |facts: &[(&str, &str)]| {
            let mut known = scheme_of(&office).await;
            known.extend(facts.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())));
            let new = NewMatter { facts: known, ..opening(&office, "method").await };
            office.casework.open_matter(&office.town.agency[0], new).await.unwrap()
        };
        match is_known {
            true => drop(allowed(open(&[("method", method)]).await)),
            false => assert_eq!(refused(open(&[("method", method)]).await), ["CAS-053"], "{code} {method}"),
        }
        let _ = allowed(open(&[("method", "other"), ("method_reason", "仅一家符合条件，报批后采购")]).await);
    }
}

#[tokio::test]
async fn more_can_be_asked_where_the_document_lets_it_and_before_anybody_applies() {
    let rows = [
        ("changchun-2025", true),
        ("changsha-2023", false),
        ("changsha-2026", true),
        ("luohu-2025", false),
        ("xianning-2025", true),
    ];
    for (code, is_open) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let office = office_under(&ledger, code).await;
        let (casework, town) = (&office.casework, &office.town);
        let opened = opening(&office, "method").await;
        let scheme = opened.facts.get("scheme").and_then(|id| shuyu_model::id::MatterId::parse(id).ok());
        let id = allowed(casework.open_matter(&town.agency[0], opened).await.unwrap());
        let new = |code: &str| NewCondition { code: code.into(), what: "注册资本不低于一千万元".into() };
        let add = async |actor: &Actor, code: &str| casework.add_condition(actor, &id, new(code)).await;
        let added = add(&town.agency[0], "capital").await.unwrap();
        if !is_open {
            assert_eq!(refused(added), ["CAS-047"], "{code}");
            continue;
        }
        allowed(added);
        assert!(matches!(add(&town.agency[0], "capital").await, Err(CaseworkError::Conflict { .. })), "{code}");
        let conditions = casework.conditions(&id, &town.agency[0], &Page::first()).await.unwrap().unwrap().items;
        let capital = conditions.iter().find(|asked| asked.code == "capital").unwrap();
        let own = town.registry.regime().selection.own_conditions.as_ref().unwrap();
        assert_eq!(capital.clause, town.registry.regime().cite(own), "{code}");
        let call = Call { office, id, scheme };
        call.moves("announce").await;
        call.complete(call.applicant()).await;
        let late = call.office.casework.add_condition(&call.office.town.agency[0], &call.id, new("late")).await;
        assert_eq!(refused(late.unwrap()), ["CAS-040"], "{code}");
        let item = call.items().await.into_iter().find(|item| item.code == "capital").unwrap();
        allowed(call.judges(call.reviewer(), &item, false).await);
        let codes: Vec<String> = call.against().await.into_iter().map(|reason| reason.code.into_owned()).collect();
        assert_eq!(codes, ["CAS-044"], "{code}");
    }
}

#[tokio::test]
async fn an_operator_asks_entities_for_more_where_the_document_lets_it() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office_under(&ledger, "luohu-2025").await;
    let (casework, town) = (&office.casework, &office.town);
    let new = || NewCondition { code: "level_three".into(), what: "等保三级".into() };
    assert_eq!(refused(casework.add_admission_condition(&town.bank[0], new()).await.unwrap()), ["CAS-047"]);
    allowed(casework.add_admission_condition(&town.operator[0], new()).await.unwrap());
    let opened = async |operator: &Actor| {
        let new = NewMatter {
            cites: Vec::new(),
            kind: MatterKind::EntityOnboarding,
            subject: town.bank[0].organisation.to_string(),
            counterparty: Some(operator.organisation.clone()),
            title: "入驻申请".into(),
            facts: Facts::new(),
        };
        let id = allowed(casework.open_matter(&town.bank[0], new).await.unwrap());
        casework.candidacy(&id, &town.bank[0].organisation, operator).await.unwrap().unwrap().items
    };
    let items = opened(&town.operator[0]).await;
    assert_eq!(
        (items.len(), items[0].code.as_str(), items[0].clause.as_str()),
        (1, "level_three", "luohu-2025 六(七)")
    );
    assert!(opened(&town.other_operator[0]).await.is_empty(), "another operator asks its own");
}

#[tokio::test]
async fn an_agreement_rests_on_a_selection_in_time_under_the_same_rules_or_renews() {
    for code in rules::codes() {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let office = office_under(&ledger, code).await;
        let (casework, town) = (&office.casework, &office.town);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        let operator = &town.operator[0].organisation;
        let draft = async |from: Day| {
            let until = town.last_day(from);
            let (kind, fund) = (AgreementKind::Operator, vec![fund.clone()]);
            let new = town.new_agreement(kind, operator.clone(), fund, None, from, until);
            allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap())
        };
        let open = async |id: &shuyu_model::id::AgreementId| {
            let kind = ProcedureKind::OperatorAgreement;
            let seen = town.registry.subject(kind, id.as_str()).await.unwrap().unwrap().digest;
            casework.open(&town.agency[0], kind, id.as_str(), seen, Vec::new()).await.unwrap()
        };
        let today = ledger.now().day();
        testing::rested(casework, &town.agency[0], &town.agency[3]).await;
        let first = draft(today).await;
        let reasons = open(&first).await.into_result().unwrap_err().into_vec();
        let rule = &town.registry.regime().selection.required_for_agreement;
        assert_eq!((reasons.len(), reasons[0].code.as_ref()), (1, "CAS-054"), "{code}");
        assert_eq!(reasons[0].clause, town.registry.regime().cite(rule), "{code}");

        testing::selected(casework, &town.agency[0], &town.agency[3], &town.other_operator[0].organisation).await;
        assert_eq!(refused(open(&first).await), ["CAS-054"], "{code}: another one was chosen");
        testing::selected(casework, &town.agency[0], &town.agency[3], operator).await;
        if town.registry.regime().hierarchy.higher_rules_prevail.is_some() {
            // A higher rule moves the stamp, and the document stays the one that it was chosen under.
            let new = shuyu_registry::NewOverride {
                key: "release.cell_count_min".into(),
                value: 20.into(),
                issuer: "省数据局".into(),
                rule: "省数〔2026〕3号".into(),
                first_day: today,
                document: digest(&ledger, "higher rule"),
            };
            allowed(town.registry.enter_override(&town.regulators[0], new).await.unwrap());
        }
        let _ = allowed(open(&first).await);
        town.in_force(first.clone()).await;
        // A further agreement of the same operator rests on its results, too.
        testing::assessed(casework, &town.agency[0], operator).await;

        // Twelve months hold to the same day of the month.
        let last = today.saturating_add(jiff::Span::new().months(12));
        let second = draft(last).await;
        ledger.clock().advance_to(shuyu_model::Time::at_start_of(last)).unwrap();
        testing::assessed(casework, &town.agency[0], operator).await;
        if town
            .registry
            .subject(ProcedureKind::OperatorAgreement, second.as_str())
            .await
            .unwrap()
            .unwrap()
            .against
            .is_empty()
        {
            let _ = allowed(open(&second).await);
        }
        ledger.clock().advance_to(ledger.now().plus_days(1)).unwrap();
        testing::assessed(casework, &town.agency[0], operator).await;
        let third = draft(last.saturating_add(jiff::Span::new().days(1))).await;
        let refused = refused(open(&third).await);
        assert!(refused.contains(&"CAS-054".to_owned()), "{code}: {refused:?}");

        let renewing = draft(
            town.registry.agreement(&first).await.unwrap().unwrap().until.saturating_add(jiff::Span::new().days(1)),
        )
        .await;
        let renews = town.registry.regime().agreement.at_expiry.value.iter().any(|word| word == "renew");
        let codes: Vec<String> = match open(&renewing).await {
            Verdict::Allow(_) => Vec::new(),
            Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
        };
        assert_eq!(codes.contains(&"CAS-054".to_owned()), !renews, "{code}: {codes:?}");
    }
}

#[tokio::test]
async fn who_was_disqualified_after_the_choice_is_chosen_no_more() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "luohu-2025").await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        call.complete(call.applicant()).await;
        for name in ["check", "evaluate", "select", "disqualify"] {
            call.moves(name).await;
        }
        assert_eq!(call.codes("evaluate", &[]).await, ["CAS-048", "CAS-048"], "{backend}");
        let remembered = call.view(&call.applicant().organisation, call.reviewer()).await.unwrap();
        assert_eq!(remembered.item.state, crate::candidacy::CandidacyState::Disqualified);
        let fund = town.resource("fund_accounts", fund_columns()).await;
        testing::rested(casework, &town.agency[0], &town.agency[3]).await;
        let (from, until) = (ledger.now().day(), ledger.now().day().saturating_add(jiff::Span::new().months(6)));
        let operator = call.applicant().organisation.clone();
        let new = town.new_agreement(AgreementKind::Operator, operator, vec![fund], None, from, until);
        let draft = allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap());
        let kind = ProcedureKind::OperatorAgreement;
        let seen = town.registry.subject(kind, draft.as_str()).await.unwrap().unwrap().digest;
        let opened = casework.open(&town.agency[0], kind, draft.as_str(), seen, Vec::new()).await.unwrap();
        assert_eq!(refused(opened), ["CAS-054"], "{backend}");
    }
}
