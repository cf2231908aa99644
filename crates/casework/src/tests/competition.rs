//! What makes a choice a competition, under each document: enough applicants, a scheme in
//! force that was published, fines by their amount, records after the choice; districts
//! and processors alike.

use std::collections::BTreeSet;

use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::MatterId;
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, CryptoProfile, Verdict};
use shuyu_registry::testing::{allowed, digest, fund_columns, refused};
use shuyu_registry::{AgreementKind, NewAgreement, Page, rules};

use super::Office;
use super::candidacies::{Call, call, office_under};
use crate::candidacy::{Finding, NewCandidacy, NewLaterRecord};
use crate::matter::Facts;
use crate::{Casework, NewMatter, Obligation, ObligationKind, ObligationState, testing};

/// A selection to be opened, with the first method of the rules as this fact.
pub(super) async fn opening(office: &Office, method: &str) -> NewMatter {
    let mut facts = scheme_of(office).await;
    let word = office.town.registry.regime().selection.methods.value[0].word();
    NewMatter {
        cites: Vec::new(),
        kind: MatterKind::OperatorSelection,
        subject: office.town.agency[0].organisation.to_string(),
        counterparty: None,
        title: "2026年运营机构遴选".into(),
        facts: {
            facts.insert(method.to_owned(), word.to_owned());
            facts
        },
    }
}

/// The scheme in force that a selection names, where the document asks for one.
pub(super) async fn scheme_of(office: &Office) -> Facts {
    let rule = office.town.registry.regime().selection.rests_on_scheme.as_ref();
    match rule.is_some_and(|rule| rule.value) {
        true => {
            let scheme = testing::scheme_in_force(&office.casework, &office.town.agency[0]).await;
            Facts::from([("scheme".to_owned(), scheme.to_string())])
        }
        false => Facts::new(),
    }
}

/// The codes of opening a selection that tells this beside its method.
async fn opened_with(call: &Call, more: &[(&str, &str)]) -> Vec<String> {
    let mut new = opening(&call.office, "method").await;
    new.facts.extend(more.iter().map(|(key, told)| ((*key).to_owned(), (*told).to_owned())));
    codes(call.office.casework.open_matter(&call.office.town.agency[0], new).await.unwrap())
}

fn codes<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    match verdict {
        Verdict::Allow(_) => Vec::new(),
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
    }
}

fn record(call: &Call, code: &str) -> NewLaterRecord {
    let ledger = call.office.town.ledger();
    NewLaterRecord {
        code: code.into(),
        on: ledger.now().day(),
        document: digest(ledger, "register"),
        reason: "查询信用中国，已列入".into(),
    }
}

/// A selection under the draft of 2023 that has chosen its applicant.
async fn chosen(call: &Call) {
    call.complete(call.applicant()).await;
    testing::score(&call.office.casework, &call.id, &call.applicant().organisation, &call.office.town.agency[0], 80)
        .await;
    call.to_evaluation().await;
    for name in ["evaluate", "approve", "publish_notice", "select"] {
        call.moves(name).await;
    }
}

/// CAS-120 to CAS-124 and CAS-126, each given here.
pub(super) async fn codes_of_a_competition() -> BTreeSet<String> {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changsha-2023").await;
    let (casework, town) = (&call.office.casework, &call.office.town);
    let mut seen: BTreeSet<String> = opened_with(&call, &[("scheme", "")]).await.into_iter().collect();
    let bare = bare_scheme(casework, &town.agency[0]).await;
    seen.extend(opened_with(&call, &[("scheme", bare.as_str())]).await);
    let document = digest(&ledger, "application");
    let new = NewCandidacy { organisation: None, document, bid: Some(testing::BID), scheme: None };
    let without = refused(casework.enter_candidacy(call.applicant(), &call.id, new).await.unwrap());
    assert_eq!(without, ["CAS-123"], "an application rests on the scheme of its selection");
    seen.extend(without);
    testing::apply(casework, &call.id, call.applicant()).await;
    seen.extend(codes(finds_fine(&call, None).await));
    testing::complete(casework, &call.id, call.applicant(), call.reviewer()).await;
    call.to_evaluation().await;
    seen.extend(call.codes("evaluate", &[("few_reason", "")]).await);
    let of = &call.applicant().organisation;
    let stranger = casework.find_later(call.applicant(), &call.id, of, record(&call, "dishonest_debtor")).await;
    seen.extend(refused(stranger.unwrap()));
    seen
}

#[tokio::test]
async fn an_application_rests_on_the_scheme_of_its_selection() {
    assert!(codes_of_a_competition().await.contains("CAS-123"));
}

/// A scheme in force that nobody has published.
async fn bare_scheme(casework: &Casework, opener: &Actor) -> MatterId {
    testing::unpublished_scheme(casework, opener).await
}

async fn finds_fine(call: &Call, fine_fen: Option<i64>) -> Verdict<()> {
    let item = call.items().await.into_iter().find(|item| item.code == "large_fine").unwrap();
    let given = Finding {
        code: item.code,
        is_clear: true,
        on: None,
        fine_fen,
        document: digest(call.office.town.ledger(), "register"),
        reason: "looked it up".into(),
        seen_version: item.version,
    };
    let of = &call.applicant().organisation;
    call.office.casework.find_ground(call.reviewer(), &call.id, of, given).await.unwrap()
}

#[tokio::test]
async fn fewer_applicants_than_a_competition_needs_are_evaluated_on_told_grounds_only() {
    for code in rules::codes() {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let call = call(&ledger, code).await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        for applicant in [call.applicant(), &town.other_operator[0]] {
            call.complete(applicant).await;
            testing::score(casework, &call.id, &applicant.organisation, &town.agency[0], 80).await;
        }
        call.to_evaluation().await;
        let reasons = call.reasons("evaluate", &[("few_reason", " ")]).await;
        let [reason] = &reasons[..] else { panic!("{code}: {reasons:?}") };
        assert_eq!((reason.code.as_ref(), reason.clause.clone()), ("CAS-120", format!("{code} setting")), "{code}");
        assert!(reason.what.starts_with("2 stand"), "{code}: {}", reason.what);
        assert_eq!(call.moves("evaluate").await, "evaluated", "{code}: with the grounds");
    }
}

#[tokio::test]
async fn a_selection_serves_a_scheme_in_force_where_the_document_says_so() {
    let rows = [
        ("changchun-2025", true, false),
        ("changsha-2023", true, true),
        ("changsha-2026", false, false),
        ("luohu-2025", false, false),
        ("xianning-2025", false, false),
    ];
    for (code, is_asked, is_published) in rows {
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let call = call(&ledger, code).await;
        let (casework, agency) = (&call.office.casework, &call.office.town.agency[0]);
        let expected = |is: bool, code: &'static str| if is { vec![code] } else { Vec::new() };
        assert_eq!(opened_with(&call, &[("scheme", "")]).await, expected(is_asked, "CAS-121"), "{code}");
        let other = call.id.to_string();
        assert_eq!(opened_with(&call, &[("scheme", &other)]).await, expected(is_asked, "CAS-121"), "{code}");
        let bare = bare_scheme(casework, agency).await;
        let named = [("scheme", bare.as_str())];
        assert_eq!(opened_with(&call, &named).await, expected(is_published, "CAS-122"), "{code}");
        let why = [named[0], ("unpublished_reason", "平台升级，已在政府网站发布")];
        assert_eq!(opened_with(&call, &why).await, Vec::<String>::new(), "{code}: in principle");
    }
}

#[tokio::test]
async fn a_processors_selection_serves_no_scheme_and_is_judged_by_experts_on_items_of_its_own() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let office = office_under(&ledger, "changsha-2023").await;
    let (casework, town) = (&office.casework, &office.town);
    let facts = Facts::from([("chosen_as".to_owned(), "processor".to_owned())]);
    let new = NewMatter { facts, ..opening(&office, "method").await };
    let id = allowed(casework.open_matter(&town.agency[0], new).await.unwrap());
    let call = Call { office, id, scheme: None };
    let (casework, town) = (&call.office.casework, &call.office.town);
    for name in ["announce", "open_applications"] {
        call.moves(name).await;
    }
    let processor = &town.processor[0];
    testing::apply(casework, &call.id, processor).await;
    for name in ["close_applications", "check"] {
        call.moves(name).await;
    }
    let winner = [("winner", processor.organisation.as_str())];
    assert_eq!(call.codes("evaluate", &winner).await, ["CAS-049", "CAS-051"], "no experts, no scores");
    testing::score(casework, &call.id, &processor.organisation, &town.agency[0], 90).await;
    let _ = allowed(call.tries("evaluate", &winner).await);
    let ranking = casework.ranking(&call.id, &town.agency[0], &Page::first()).await.unwrap().unwrap().items;
    assert_eq!(ranking.len(), 1);
}

async fn processing(call: &Call) -> shuyu_model::id::AgreementId {
    let town = &call.office.town;
    let fund = town.resource("fund_accounts", fund_columns()).await;
    let (from, grantee) = (town.ledger().now().day(), town.processor[0].organisation.clone());
    let until = from.saturating_add(jiff::Span::new().months(6));
    let new: NewAgreement = town.new_agreement(AgreementKind::Processing, grantee, vec![fund], None, from, until);
    allowed(town.registry.draft_agreement(&town.agency[0], new).await.unwrap())
}

#[tokio::test]
async fn a_processors_agreement_rests_on_a_choice_of_the_last_three_years() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changsha-2023").await;
    let (casework, town) = (&call.office.casework, &call.office.town);
    let (agency, processor) = (&town.agency, &town.processor[0].organisation);
    let draft = processing(&call).await;
    let open = async || {
        let kind = ProcedureKind::ProcessorAgreement;
        let seen = town.registry.subject(kind, draft.as_str()).await.unwrap().unwrap().digest;
        let opened = casework.open(&agency[0], kind, draft.as_str(), seen, Vec::new()).await.unwrap();
        opened.into_result().map(|_| ()).map_err(|reasons| reasons.into_vec())
    };
    let reasons = open().await.unwrap_err();
    assert_eq!((reasons.len(), reasons[0].code.as_ref()), (1, "CAS-054"));
    assert_eq!(reasons[0].clause, "changsha-2023 10,19");
    testing::selected(casework, &agency[0], &agency[3], processor).await;
    assert_eq!(open().await.unwrap_err()[0].code, "CAS-054", "chosen as an operator it is no processor");
    testing::selected_as(casework, &agency[0], &agency[3], processor, ChosenAs::Processor).await;
    open().await.unwrap();
}

#[tokio::test]
async fn a_fine_counts_by_its_amount() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changsha-2023").await;
    testing::apply(&call.office.casework, &call.id, call.applicant()).await;
    // Two million yuan, in fen.
    let rows = [(None, vec!["CAS-124"]), (Some(200_000_000), vec!["CAS-124"]), (Some(199_999_999), vec![])];
    for (fine, expected) in rows {
        assert_eq!(codes(finds_fine(&call, fine).await), expected, "{fine:?}");
    }
}

async fn owed(call: &Call, kind: ObligationKind) -> Vec<Obligation> {
    let all = call.office.casework.obligations(&call.office.town.agency[0], &Page::first()).await.unwrap().items;
    all.into_iter().filter(|owed| owed.kind == kind).collect()
}

#[tokio::test]
async fn a_listing_after_the_choice_bars_and_is_answered_by_a_day() {
    for (backend, ledger, _folder) in ledgers().await {
        let code = if backend == "sqlite" { "dishonest_debtor" } else { "tax_violation" };
        listed_after_the_choice(&ledger, code).await;
    }
}

async fn listed_after_the_choice(ledger: &shuyu_ledger::Ledger, code: &str) {
    let call = call(ledger, "changsha-2023").await;
    let (casework, town) = (&call.office.casework, &call.office.town);
    let of = &call.applicant().organisation;
    let find = async |actor: &Actor| casework.find_later(actor, &call.id, of, record(&call, code)).await.unwrap();
    call.complete(call.applicant()).await;
    assert_eq!(refused(find(&town.agency[0]).await), ["CAS-040"], "nobody is chosen yet");
    testing::score(casework, &call.id, of, &town.agency[0], 80).await;
    call.to_evaluation().await;
    for name in ["evaluate", "approve", "publish_notice", "select"] {
        call.moves(name).await;
    }
    assert_eq!(refused(find(call.applicant()).await), ["CAS-126"], "nobody enters it of itself");
    assert_eq!(owed(&call, ObligationKind::LaterRecord).await, []);
    assert_eq!(allowed(find(&town.supervisor[0]).await), 1);
    let share = [("owner_share", "30%"), ("operator_share", "50%"), ("processor_share", "20%")];
    assert_eq!(call.codes("sign", &share).await, ["CAS-045"], "{code}");
    let alert = owed(&call, ObligationKind::LaterRecord).await.remove(0);
    let due = ledger.now().day().saturating_add(jiff::Span::new().days(10));
    assert_eq!((alert.due_day, alert.state, alert.clause.as_str()), (due, ObligationState::Open, "changsha-2023 18"));
    ledger.clock().advance_to(ledger.now().plus_days(11)).unwrap();
    assert_eq!(owed(&call, ObligationKind::LaterRecord).await[0].state, ObligationState::Overdue);
    call.moves("disqualify").await;
    assert_eq!(owed(&call, ObligationKind::LaterRecord).await[0].state, ObligationState::Late);
}

#[tokio::test]
async fn everybody_reads_the_choice_from_the_day_of_its_notice() {
    for (backend, ledger, _folder) in ledgers().await {
        let call = call(&ledger, "changsha-2023").await;
        let (casework, town) = (&call.office.casework, &call.office.town);
        let of = &call.applicant().organisation;
        call.complete(call.applicant()).await;
        testing::score(casework, &call.id, of, &town.agency[0], 80).await;
        call.to_evaluation().await;
        for name in ["evaluate", "approve"] {
            call.moves(name).await;
        }
        let read =
            async || casework.public_selections().await.unwrap().into_iter().find(|one| one.matter == call.id).unwrap();
        let before = read().await;
        assert_eq!((before.chosen, before.notice_from), (None, None), "{backend}: nobody is named before");
        assert_eq!(before.scheme.as_deref(), call.scheme.as_ref().map(MatterId::as_str));
        assert!(before.publication.unwrap().contains("001"), "{backend}");
        call.moves("publish_notice").await;
        let today = ledger.now().day();
        let shown = read().await;
        assert_eq!((shown.chosen.as_deref(), shown.notice_from), (Some("江城数据运营公司"), Some(today)), "{backend}");
        assert!(shown.notice_until.is_some_and(|until| today < until) && shown.chosen_on.is_none());
        call.moves("select").await;
        assert_eq!(read().await.chosen_on, Some(ledger.now().day()), "{backend}");
    }
}

#[tokio::test]
async fn a_new_choice_of_a_processor_falls_due_three_years_after_the_last() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changsha-2023").await;
    let (casework, town) = (&call.office.casework, &call.office.town);
    assert_eq!(owed(&call, ObligationKind::Selection).await, [], "nobody was chosen yet");
    let today = ledger.now().day();
    let processor = &town.processor[0].organisation;
    testing::selected_as(casework, &town.agency[0], &town.agency[3], processor, ChosenAs::Processor).await;
    let due = owed(&call, ObligationKind::Selection).await.remove(0);
    let expected = today.saturating_add(jiff::Span::new().years(3));
    assert_eq!((due.due_day, due.state, due.clause.as_str()), (expected, ObligationState::Open, "changsha-2023 19"));
    ledger.clock().advance_to(ledger.now().plus_days(3 * 366 + 2)).unwrap();
    assert_eq!(owed(&call, ObligationKind::Selection).await[0].state, ObligationState::Overdue);
    let facts = Facts::from([("chosen_as".to_owned(), "processor".to_owned())]);
    let new = NewMatter { facts, ..opening(&call.office, "method").await };
    let id = allowed(casework.open_matter(&town.agency[0], new).await.unwrap());
    let next = Call { id, scheme: None, ..call };
    next.moves("announce").await;
    assert_eq!(owed(&next, ObligationKind::Selection).await[0].state, ObligationState::Late);
}

#[tokio::test]
async fn an_application_keeps_the_scheme_that_it_rests_on() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let call = call(&ledger, "changsha-2023").await;
    chosen(&call).await;
    let view = call.view(&call.applicant().organisation, call.reviewer()).await.unwrap();
    assert_eq!((view.against, view.later, view.scheme), (Vec::new(), Vec::new(), call.scheme.clone()));
}

#[tokio::test]
async fn scheme_method_and_what_is_chosen_stay_as_the_selection_was_opened() {
    // CAS-177.
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::desk::desk(&ledger).await;
    let agency = &desk.office.town.agency[0];
    let id = desk.open(agency, MatterKind::OperatorSelection, agency.organisation.as_str()).await;
    for key in ["scheme", "method", "chosen_as"] {
        assert_eq!(refused(told_otherwise(&desk, &id, key).await), ["CAS-177"], "{key}");
    }
    desk.moves(agency, &id, "announce").await;
}

#[tokio::test]
async fn a_selection_that_names_no_scheme_there_is_leaves_the_public_page_readable() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let desk = super::desk::desk(&ledger).await;
    let agency = &desk.office.town.agency[0];
    let absent: MatterId = ledger.new_id();
    let mut new = desk.prepared(MatterKind::OperatorSelection, agency.organisation.as_str());
    new.facts.insert("scheme".into(), absent.to_string());
    let id = allowed(desk.office.casework.open_matter(agency, new).await.unwrap());
    desk.moves(agency, &id, "announce").await;
    let shown = desk.office.casework.public_selections().await.unwrap();
    assert_eq!(shown.iter().map(|one| (&one.matter, &one.publication)).collect::<Vec<_>>(), [(&id, &None)]);
}

/// What comes of announcing a selection while one of these is told otherwise.
pub(super) async fn told_otherwise(desk: &super::desk::Desk, id: &MatterId, key: &str) -> Verdict<String> {
    let mut named = desk.complete(id, "announce").await;
    named.facts.insert(key.into(), "another".into());
    desk.attempt(&desk.office.town.agency[0], id, named).await
}
