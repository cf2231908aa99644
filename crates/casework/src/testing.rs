//! Shortcuts for the tests of every station: a candidacy with everything that it is
//! asked, and a selection that has chosen.
//!
//! Not for the program: nothing outside of tests names this module (the tidy test
//! looks). The tests of candidacies go the long way.

#![allow(clippy::allow_attributes, clippy::expect_used, reason = "only tests call this; a test fails by panicking")]

use shuyu_ledger::Event;
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Assessment;
use shuyu_model::{Actor, Role};
use shuyu_registry::testing::{allowed, demand_id, digest, scheme_id, selection_of};
use shuyu_registry::{Page, Turn};

use crate::Casework;
use crate::candidacy::{
    Answer, Bid, Candidacy, CandidacyState, Declaration, Evidence, Finding, Found, ItemKind, ItemView, Judgement,
    NewCandidacy, NewExpert, Score, sheet, store,
};
use crate::matter::{Facts, Matter, Moved, store as matters};
use crate::store::Book;

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
            let fine_fen = (code == "large_fine").then_some(0);
            let given = Finding { code, is_clear: true, on: None, fine_fen, document, reason, seen_version };
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
    let matter = matters::matter(&mut Book::Ledger(casework.registry().ledger()), id).await.expect("a selection");
    let scheme = matter.facts.get("scheme").and_then(|id| MatterId::parse(id).ok());
    let new = NewCandidacy { organisation: None, document, bid: Some(BID), scheme };
    allowed(casework.enter_candidacy(applicant, id, new).await.expect("a candidacy"));
}

/// Names as many experts as are asked for and lets each score an applicant.
pub async fn score(casework: &Casework, id: &MatterId, of: &OrganisationId, runner: &Actor, points: u8) {
    let matter = matters::matter(&mut Book::Ledger(casework.registry().ledger()), id).await.expect("a selection");
    let chosen_as = sheet::chosen_as(&matter).expect("a selection");
    let selection = sheet::panel(casework.registry().regime(), chosen_as);
    let Some(items) = selection.scored_items.map(|items| items.value.len()) else { return };
    let known = casework.experts(id, runner, &Page::first()).await.expect("a book").expect("a selection").items;
    let min = i64::from(selection.experts_min.map_or(1, |min| min.value));
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
        let held_by = crate::assessment::HeldBy::of(row);
        crate::assessment::store::insert_held_by(turn.change(), &matter.id, held_by, None).await.expect("a row");
        let held = crate::assessment::Held {
            held_by: Some(held_by),
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

/// A selection that has just chosen an operator, without the way there, and what
/// agreements rest on beside it.
pub async fn selected(casework: &Casework, agency: &Actor, reviewer: &Actor, operator: &OrganisationId) -> MatterId {
    selected_as(casework, agency, reviewer, operator, ChosenAs::Operator).await
}

/// An implementing scheme in force, published on the trading platform, without the way there.
pub async fn scheme_in_force(casework: &Casework, opener: &Actor) -> MatterId {
    scheme_that(casework, opener, true).await
}

/// The same, which nobody has published.
pub async fn unpublished_scheme(casework: &Casework, opener: &Actor) -> MatterId {
    scheme_that(casework, opener, false).await
}

async fn scheme_that(casework: &Casework, opener: &Actor, is_published: bool) -> MatterId {
    let registry = casework.registry();
    let mut turn = registry.turn().await.expect("a turn");
    let mut scheme = made(casework, MatterKind::Scheme, opener, "effective");
    let on = scheme.opened_at.day().to_string();
    let told = [("trading_platform", "公共资源交易平台"), ("publication_number", "001"), ("published_on", on.as_str())];
    if is_published {
        scheme.facts = told.into_iter().map(|(key, told)| (key.to_owned(), told.to_owned())).collect();
    }
    scheme.version = 2;
    matters::insert_matter(turn.change(), &scheme).await.expect("a scheme");
    let moved = |version, by: &str, from: &str| moved_to("effective", version, (by, from), opener, &scheme);
    let both = [moved(1, "approve", "government_decision"), moved(2, "publish", "effective")];
    for moved in both.into_iter().take(1 + usize::from(is_published)) {
        matters::insert_move(turn.change(), &scheme.id, &moved).await.expect("a move");
    }
    let event = Event::done(Some(opener), "matter.opened", scheme.id.as_str()).under(registry.regime());
    turn.commit(event).await.expect("a scheme");
    scheme.id
}

/// What agreements and scenarios of the tests rest on, once: the scheme in force that
/// they name, and the demand that was confirmed.
pub async fn rested(casework: &Casework, by: &Actor, reviewer: &Actor) {
    let regime = casework.registry().regime();
    let mode = regime.mode.allowed.value.first().map(|mode| mode.word().to_owned());
    let mut told: Facts = mode.into_iter().map(|mode| ("mode".to_owned(), mode)).collect();
    let asks = |row: &Assessment| row.items_of_scheme.as_ref().is_some_and(|rule| rule.value);
    if regime.assessment.iter().any(asks) {
        told.insert("indicators".to_owned(), "服务质量".to_owned());
    }
    let rows = [
        (scheme_id(), MatterKind::Scheme, "effective", told),
        (demand_id(), MatterKind::DataDemand, "met", Facts::new()),
    ];
    let mut turn = casework.registry().turn().await.expect("a turn");
    for (id, kind, state, facts) in rows {
        let is_there = matters::matter(&mut Book::Change(turn.change()), &id).await.is_ok();
        if regime.matter.contains_key(&kind) && !is_there {
            let matter = Matter { id, facts, ..made(casework, kind, by, state) };
            place(&mut turn, &matter, reviewer).await;
        }
    }
    let event = Event::done(Some(by), "matter.opened", scheme_id().as_str()).under(regime);
    turn.commit(event).await.expect("a scheme");
}

/// Another scheme in force, that nothing rests on yet.
pub async fn new_scheme(casework: &Casework, by: &Actor, reviewer: &Actor) -> MatterId {
    scheme_that_says(casework, by, reviewer, &[]).await
}

/// The same, that says this.
pub async fn scheme_that_says(casework: &Casework, by: &Actor, reviewer: &Actor, told: &[(&str, &str)]) -> MatterId {
    let facts: Facts = told.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let matter = Matter { facts, ..made(casework, MatterKind::Scheme, by, "effective") };
    let mut turn = casework.registry().turn().await.expect("a turn");
    place(&mut turn, &matter, reviewer).await;
    let event = Event::done(Some(by), "matter.opened", matter.id.as_str()).under(casework.registry().regime());
    turn.commit(event).await.expect("a scheme");
    matter.id
}

/// Writes a matter down as if one move had led to where it is.
async fn place(turn: &mut Turn, matter: &Matter, reviewer: &Actor) {
    matters::insert_matter(turn.change(), matter).await.expect("a matter");
    let moved = moved_to(matter.state, 1, ("select", "evaluated"), reviewer, matter);
    matters::insert_move(turn.change(), &matter.id, &moved).await.expect("a move");
}

/// A matter of this kind in this state.
fn made(casework: &Casework, kind: MatterKind, opener: &Actor, state: &'static str) -> Matter {
    let registry = casework.registry();
    let at = registry.ledger().now();
    Matter {
        id: registry.ledger().new_id(),
        kind,
        rules: registry.regime().matter.get(&kind).expect("such matters in the rules").clone(),
        regime: registry.regime().stamp(),
        subject: opener.organisation.to_string(),
        subject_organisation: Some(opener.organisation.clone()),
        counterparty: None,
        title: "为测试而设".into(),
        state,
        entered_at: at,
        due: None,
        platform_day: None,
        version: 1,
        opener: opener.organisation.clone(),
        opener_person: opener.person.clone(),
        parties: opener.roles.iter().map(|role| (*role, opener.organisation.clone())).collect(),
        authors: vec![opener.person.clone()],
        facts: Facts::new(),
        opened_at: at,
        ended_at: kind.machine().is_final(state).then_some(at),
    }
}

fn moved_to(to: &str, version: i64, (by, from): (&str, &str), actor: &Actor, matter: &Matter) -> Moved {
    Moved {
        cites: Vec::new(),
        assignee: None,
        version,
        by: by.to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
        person: Some(actor.person.clone()),
        organisation: Some(actor.organisation.clone()),
        reason: "made for a test".to_owned(),
        evidence: None,
        facts: matter.facts.clone(),
        due_day: None,
        at: matter.opened_at,
    }
}

/// A selection that has just chosen somebody as this, without the way there.
pub async fn selected_as(
    casework: &Casework,
    agency: &Actor,
    reviewer: &Actor,
    operator: &OrganisationId,
    chosen_as: ChosenAs,
) -> MatterId {
    rested(casework, agency, reviewer).await;
    let registry = casework.registry();
    let mut turn = registry.turn().await.expect("a turn");
    let mut matter = made(casework, MatterKind::OperatorSelection, agency, "selected");
    let own = selection_of(operator);
    if matters::matter(&mut Book::Change(turn.change()), &own).await.is_err() {
        matter.id = own;
    }
    let at = matter.opened_at;
    matter.parties = [(Role::Agency, agency.organisation.clone())].into();
    matter.facts = Facts::from([
        (sheet::WINNER.to_owned(), operator.to_string()),
        (sheet::CHOSEN_AS.to_owned(), chosen_as.word().to_owned()),
    ]);
    place(&mut turn, &matter, reviewer).await;
    let mut candidacy = Candidacy {
        matter: matter.id.clone(),
        organisation: operator.clone(),
        chosen_as,
        document: Some(digest(registry.ledger(), "application")),
        bid: Some(BID),
        scheme: None,
        state: CandidacyState::Standing,
        entered_by: agency.person.clone(),
        entered_for: agency.organisation.clone(),
        applied_at: at,
        ended_at: None,
        items: sheet::of(registry.regime(), chosen_as, &sheet::Beside::default()),
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
        item.finding = Some(Found { is_good: true, on: None, fine_fen: None, document, reason, by, at });
    }
    for item in &candidacy.items {
        store::update_item(turn.change(), &candidacy, item).await.expect("an item");
    }
    let event = Event::done(Some(agency), "matter.opened", matter.id.as_str()).under(registry.regime());
    turn.commit(event).await.expect("a selection");
    matter.id
}
