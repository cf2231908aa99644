//! Shortcuts for the tests of every station: a candidacy with everything that it is
//! asked, and a selection that has chosen.
//!
//! Not for the program: nothing outside of tests names this module (the tidy test
//! looks). The tests of candidacies go the long way.

#![allow(clippy::allow_attributes, clippy::expect_used, reason = "only tests call this; a test fails by panicking")]

use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Role};
use shuyu_registry::Page;
use shuyu_registry::testing::{allowed, digest};

use crate::Casework;
use crate::candidacy::{
    Answer, Bid, Candidacy, CandidacyState, Declaration, Evidence, Finding, Found, ItemKind, ItemView, Judgement,
    NewCandidacy, NewExpert, Score, sheet, store,
};
use crate::matter::{Matter, Moved, store as matters};

/// The shares that an applicant bids here.
pub const BID: Bid = Bid { owner_per_mille: 300, operator_per_mille: 500, processor_per_mille: 200 };

/// Everything that `organisation` is asked in a matter.
pub async fn items(casework: &Casework, id: &MatterId, organisation: &OrganisationId, viewer: &Actor) -> Vec<ItemView> {
    casework.candidacy(id, organisation, viewer).await.expect("a book").expect("a candidacy").items
}

/// Answers one item as well as it can be answered.
pub async fn answer(casework: &Casework, id: &MatterId, applicant: &Actor, item: &ItemView) {
    let organisation = &applicant.organisation;
    let document = digest(casework.registry().ledger(), &item.code);
    let dated = casework.registry().ledger().now().day();
    let code = item.code.clone();
    let answered = match item.kind {
        ItemKind::Condition => {
            let given = Evidence { code, document, title: item.what.clone(), dated, valid_until: None };
            casework.give_evidence(applicant, id, organisation, given).await
        }
        ItemKind::Ground => {
            let given = Declaration { code, is_clear: true, on: None, document: Some(document) };
            casework.declare(applicant, id, organisation, given).await
        }
    };
    allowed(answered.expect("an answer"));
}

/// Judges one item as it was answered.
pub async fn judge(casework: &Casework, id: &MatterId, of: &OrganisationId, reviewer: &Actor, item: &ItemView) {
    let (code, reason, seen_version) = (item.code.clone(), "looked at all of it".to_owned(), item.version);
    let judged = match item.kind {
        ItemKind::Condition => {
            let given = Judgement { code, is_met: true, reason, seen_version };
            casework.judge_condition(reviewer, id, of, given).await
        }
        ItemKind::Ground => {
            let document = digest(casework.registry().ledger(), &item.code);
            let given = Finding { code, is_clear: true, on: None, document, reason, seen_version };
            casework.find_ground(reviewer, id, of, given).await
        }
    };
    allowed(judged.expect("a verdict"));
}

/// Answers and judges everything that an applicant is asked.
pub async fn complete(casework: &Casework, id: &MatterId, applicant: &Actor, reviewer: &Actor) {
    let of = &applicant.organisation;
    for item in items(casework, id, of, applicant).await {
        answer(casework, id, applicant, &item).await;
    }
    for item in items(casework, id, of, applicant).await {
        judge(casework, id, of, reviewer, &item).await;
    }
}

/// Applies in a selection that takes applications.
pub async fn apply(casework: &Casework, id: &MatterId, applicant: &Actor) {
    let document = digest(casework.registry().ledger(), "application");
    let new = NewCandidacy { organisation: None, document, bid: Some(BID) };
    allowed(casework.enter_candidacy(applicant, id, new).await.expect("a candidacy"));
}

/// Names as many experts as are asked for and lets each score an applicant.
pub async fn score(casework: &Casework, id: &MatterId, of: &OrganisationId, runner: &Actor, points: u8) {
    let selection = &casework.registry().regime().selection;
    let Some(items) = selection.scored_items.as_ref().map(|items| items.value.len()) else { return };
    let known = casework.experts(id, runner, &Page::first()).await.expect("a book").expect("a selection").items;
    let min = i64::from(selection.experts_min.as_ref().map_or(1, |min| min.value));
    for number in i64::try_from(known.len()).unwrap_or(0)..min {
        let (name, employer) = (format!("专家{number}"), format!("外地大学{number}"));
        let declaration = digest(casework.registry().ledger(), &name);
        let new = NewExpert { name, employer, declaration, ties: Vec::new() };
        allowed(casework.name_expert(runner, id, new).await.expect("an expert"));
    }
    for expert in 1..=min {
        let given = Score { organisation: of.clone(), expert, points: vec![points; items] };
        allowed(casework.score(runner, id, given).await.expect("a score"));
    }
}

/// An assessment of an operator with a confirmed result of each form that acts rest on,
/// without the way there.
pub async fn assessed(casework: &Casework, agency: &Actor, operator: &OrganisationId) {
    let (registry, kind) = (casework.registry(), MatterKind::Assessment);
    let rules = registry.regime().matter.get(&kind).expect("an assessment in the rules").clone();
    let of_operator = |row: &&shuyu_model::regime::Assessment| row.of == shuyu_model::regime::Assessed::Operator;
    for row in registry.regime().assessment.iter().filter(of_operator) {
        let mut turn = registry.turn().await.expect("a turn");
        let at = turn.change().now();
        let matter = Matter {
            id: registry.ledger().new_id(),
            kind,
            rules: rules.clone(),
            regime: registry.regime().stamp(),
            subject: operator.to_string(),
            subject_organisation: Some(operator.clone()),
            counterparty: None,
            title: "考核".into(),
            state: "applied",
            entered_at: at,
            due: None,
            platform_day: None,
            version: 1,
            opener: agency.organisation.clone(),
            opener_person: agency.person.clone(),
            parties: [(Role::Operator, operator.clone())].into(),
            authors: vec![agency.person.clone()],
            facts: [
                (crate::matter::FORM.to_owned(), row.form().word().to_owned()),
                ("result".to_owned(), "passed".to_owned()),
            ]
            .into(),
            opened_at: at,
            ended_at: Some(at),
        };
        matters::insert_matter(turn.change(), &matter).await.expect("a matter");
        let held = crate::assessment::Held {
            matter: matter.id.clone(),
            form: row.form(),
            organisation: operator.clone(),
            subject: matter.subject.clone(),
            round: None,
            marks: row.scored().iter().map(|one| (one.word().to_owned(), 80)).collect(),
            total: Some(8000),
            result: Some("passed".to_owned()),
            items_missing: Vec::new(),
            items_late: Vec::new(),
            papers_missing: Vec::new(),
            clause: registry.regime().cite_clause(&row.source),
            confirmed_at: at,
        };
        crate::assessment::store::insert_result(turn.change(), &held).await.expect("a result");
        let event = Event::done(Some(agency), "matter.opened", matter.id.as_str()).under(registry.regime());
        turn.commit(event).await.expect("an assessment");
    }
}

/// A selection that has just chosen an operator, without the way there.
pub async fn selected(casework: &Casework, agency: &Actor, reviewer: &Actor, operator: &OrganisationId) -> MatterId {
    let (registry, kind) = (casework.registry(), MatterKind::OperatorSelection);
    let rules = registry.regime().matter.get(&kind).expect("a selection in the rules").clone();
    let mut turn = registry.turn().await.expect("a turn");
    let at = turn.change().now();
    let matter = Matter {
        id: registry.ledger().new_id(),
        kind,
        rules,
        regime: registry.regime().stamp(),
        subject: agency.organisation.to_string(),
        subject_organisation: Some(agency.organisation.clone()),
        counterparty: None,
        title: "遴选".into(),
        state: "selected",
        entered_at: at,
        due: None,
        platform_day: None,
        version: 1,
        opener: agency.organisation.clone(),
        opener_person: agency.person.clone(),
        parties: [(Role::Agency, agency.organisation.clone())].into(),
        authors: vec![agency.person.clone()],
        facts: [(sheet::WINNER.to_owned(), operator.to_string())].into(),
        opened_at: at,
        ended_at: None,
    };
    matters::insert_matter(turn.change(), &matter).await.expect("a matter");
    let moved = Moved {
        cites: Vec::new(),
        assignee: None,
        version: 1,
        by: "select".to_owned(),
        from: "evaluated".to_owned(),
        to: "selected".to_owned(),
        person: Some(reviewer.person.clone()),
        organisation: Some(reviewer.organisation.clone()),
        reason: "made for a test".to_owned(),
        evidence: None,
        facts: matter.facts.clone(),
        due_day: None,
        at,
    };
    matters::insert_move(turn.change(), &matter.id, &moved).await.expect("a move");
    let mut candidacy = Candidacy {
        matter: matter.id.clone(),
        organisation: operator.clone(),
        chosen_as: shuyu_model::candidacy::ChosenAs::Operator,
        document: Some(digest(registry.ledger(), "application")),
        bid: Some(BID),
        state: CandidacyState::Standing,
        entered_by: agency.person.clone(),
        entered_for: agency.organisation.clone(),
        applied_at: at,
        ended_at: None,
        items: sheet::of(registry.regime(), shuyu_model::candidacy::ChosenAs::Operator, &[]),
    };
    store::insert_candidacy(turn.change(), &candidacy).await.expect("a candidacy");
    for item in &mut candidacy.items {
        let document = Some(digest(registry.ledger(), &item.code));
        let (by, is_ground) = (agency.person.clone(), item.kind == ItemKind::Ground);
        let is_clear = is_ground.then_some(true);
        let title = Some(item.what.clone());
        item.answer =
            Some(Answer { document, title, dated: Some(at.day()), valid_until: None, is_clear, on: None, by, at });
        let (by, reason) = (reviewer.person.clone(), "made for a test".to_owned());
        item.finding = Some(Found { is_good: true, on: None, document, reason, by, at });
    }
    for item in &candidacy.items {
        store::update_item(turn.change(), &candidacy, item).await.expect("an item");
    }
    let event = Event::done(Some(agency), "matter.opened", matter.id.as_str()).under(registry.regime());
    turn.commit(event).await.expect("a selection");
    matter.id
}
