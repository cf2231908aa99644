//! Every paper that the rules ask for, in order and answered, so that a test can take
//! one away. The long way over `Registry::enter_paper` is for the dossier's own tests.

use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{OrganisationId, PersonId, ScenarioId};
use shuyu_model::regime::{Form, PaperKind, PaperRules, Particular};
use shuyu_model::{Regime, Role};

use super::{Town, digest};
use crate::dossier::store;
use crate::live::Basis;
use crate::{Answer, NewPaper, Paper, PaperAnswer, Turn};

/// What a paper says of everything that is a text: also who its officer is.
pub(super) const TOLD: &str = "见第三章";

/// Longer than any life that a test tells.
const YEARS: i64 = 20;

/// A paper of a kind that holds all that it can, issued today.
pub fn new_paper(ledger: &Ledger, kind: PaperKind, scenario: Option<&ScenarioId>) -> NewPaper {
    let today = ledger.now().day();
    let told = |particular: &Particular| {
        let text = match particular.form() {
            Form::Text => TOLD.to_owned(),
            Form::Day => today.to_string(),
            Form::OneOf(words) => words.first().copied().unwrap_or_default().to_owned(),
        };
        (*particular, text)
    };
    NewPaper {
        kind,
        scenario: scenario.cloned(),
        title: kind.zh().to_owned(),
        issuer: Some("江城市测评中心".to_owned()),
        number: Some("江数〔2026〕1号".to_owned()),
        issued_on: today,
        valid_until: Some(today.saturating_add(jiff::Span::new().years(YEARS))),
        digest: digest(ledger, kind.word()),
        particulars: kind.particulars().iter().map(told).collect(),
        replaces: None,
    }
}

async fn filed(
    ledger: &Ledger,
    turn: &mut Turn,
    rules: &PaperRules,
    whose: &OrganisationId,
    by: &PersonId,
    new: NewPaper,
) {
    let NewPaper { kind, scenario, title, issuer, number, issued_on, valid_until, digest, particulars, replaces } = new;
    let paper = Paper {
        id: ledger.new_id(),
        organisation: whose.clone(),
        kind,
        scenario,
        title,
        issuer,
        number,
        version: 1,
        issued_on,
        valid_until,
        digest,
        particulars,
        replaces,
        replaced_by: None,
        entered_by: by.clone(),
        entered_at: ledger.now(),
        answer: None,
        answered_by: None,
        answered_at: None,
        answer_note: None,
        withdrawn_at: None,
        withdrawn_ground: None,
    };
    store::insert(turn.change(), &paper).await.expect("a paper");
    if rules.answered_by().is_some() {
        let answer = if rules.consent_by.is_some() { Answer::Consented } else { Answer::Received };
        let said = PaperAnswer { answer, note: "agreed in a test".into() };
        store::set_answer(turn.change(), &paper.id, by, &said).await.expect("an answer");
    }
    turn.touch(Basis::Organisation(whose.clone()));
}

/// The papers of an organisation itself.
pub(super) async fn of_organisation(
    ledger: &Ledger,
    turn: &mut Turn,
    regime: &Regime,
    whose: &OrganisationId,
    roles: &[Role],
    by: &PersonId,
    people: &[PersonId],
) {
    let asked = regime.dossier.iter().filter(|(kind, rules)| {
        rules.of.iter().any(|role| roles.contains(role)) && !rules.is_of_scenario() && !kind.is_by_choice()
    });
    for (kind, rules) in asked {
        let mut new = new_paper(ledger, *kind, None);
        // What need not end does not fall due.
        new.valid_until = new.valid_until.filter(|_| rules.held().contains(&Particular::ValidUntil));
        if *kind == PaperKind::StaffRecord {
            for person in people {
                let mut own = new.clone();
                own.particulars.insert(Particular::Person, person.to_string());
                filed(ledger, turn, rules, whose, by, own).await;
            }
            continue;
        }
        filed(ledger, turn, rules, whose, by, new).await;
    }
}

impl Town {
    /// The papers that the rules want of each scenario, for this one; says whether there
    /// are any.
    pub async fn papers_of_scenario(&self, id: &ScenarioId) -> bool {
        let regime = self.registry.regime_arc();
        let scenario = self.registry.scenario(id).await.expect("a world").expect("a scenario");
        let by = scenario.authors.first().expect("an author");
        let mut is_any = false;
        let mut turn = self.registry.turn().await.expect("a turn");
        for (kind, rules) in regime.dossier.iter().filter(|(_, rules)| rules.is_of_scenario()) {
            let new = new_paper(self.ledger(), *kind, Some(id));
            filed(self.ledger(), &mut turn, rules, &scenario.operator, by, new).await;
            is_any = true;
        }
        if is_any {
            turn.commit(Event::done(None, "paper.entered", id.as_str())).await.expect("papers");
        }
        is_any
    }
}
