//! Obligations (义务): who must do what by which day, from everything that has one.
//!
//! [`of`] is a pure function from what is known to what is owed; the same facts
//! give the same list. Days are counted on the calendar of working days, and an
//! obligation whose day rests on a year without a holiday notice says so.
//!
//! INVARIANT (sourced): each obligation names the clause, or the setting, that its
//! day rests on.
//!
//! Not here: what happens when a day has passed (`matter/sweep.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use shuyu_model::calendar::WorkingDay;
use shuyu_model::id::{CaseId, MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Maker;
use shuyu_model::{Actor, Calendar, Day, Regime, Role, Time};
use shuyu_registry::{
    AffectedAgreement, BaseEntry, CatalogueDue, Listing, Order, Page, PaperDue, RegistrationTerm, RiskSubject, Term,
    UpdateDue,
};

mod alerted;
mod amended;
mod assessments;
mod supplies;
mod watched;

use crate::candidacy::{self, LaterRecord};
use crate::case::Case;
use crate::filing::Filing;
use crate::matter::{Matter, MatterFiling, Moved, store};
use crate::milestones::Reached;
use crate::registration::Delay;
use crate::store::Book;
use crate::{Casework, CaseworkError, MatterNotice};

/// The most rows of one source that a list of obligations is made from.
pub const OBLIGATION_ROWS_MAX: usize = 10_000;

/// How long a met or missed obligation stays in the list, in days.
pub const OBLIGATION_DAYS_KEPT: i64 = 366;

/// The fact by which a selection says which agreement's operator it chooses anew.
pub(crate) const SUCCESSOR_OF: &str = "successor_of";

/// The state in which an assessment or an exit has come to nothing.
const CANCELLED: &str = "cancelled";

/// The state in which a selection has chosen nobody.
const FAILED: &str = "failed";

/// What is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObligationKind {
    /// A move of a matter.
    Move,
    /// A signature of a case.
    Step,
    /// A copy to be filed (备案).
    Filing,
    /// An assessment, an audit or an inspection whose result must be there.
    Assessment,
    /// An agreement ends: exit, renewal or another choice.
    AgreementEnd,
    /// The document itself ends.
    RulesEnd,
    /// A goal of the document that has a day.
    Milestone,
    /// A registration runs out: its holder renews it (续展); or an agreement does: the
    /// operator applies anew.
    Renewal,
    /// A review takes longer than its days: the registrar explains why (N26 11).
    Explanation,
    /// A paper of a dossier is renewed or made anew.
    Paper,
    /// A selection is held anew.
    Selection,
    /// An order is answered.
    Order,
    /// Something is looked at, at an interval.
    Supervision,
    /// A record found after the choice is answered.
    LaterRecord,
    /// The rules end soon.
    RulesWarning,
    /// Data is landed anew at the interval that was promised.
    Update,
    /// The next version of the catalogue is published after a change.
    Catalogue,
    /// An entry of the base catalogue is described or excluded.
    Entry,
    /// Whoever was told of a move says that they know.
    Notice,
    /// Risks that are assessed by rota.
    Risk,
    /// An agreement is amended after a change of rules, or found to need no change.
    Amendment,
}

impl ObligationKind {
    /// Every one.
    pub const ALL: &'static [ObligationKind] = &[
        Self::Move,
        Self::Step,
        Self::Filing,
        Self::Assessment,
        Self::AgreementEnd,
        Self::RulesEnd,
        Self::Milestone,
        Self::Renewal,
        Self::Explanation,
        Self::Paper,
        Self::Selection,
        Self::Order,
        Self::Supervision,
        Self::LaterRecord,
        Self::RulesWarning,
        Self::Update,
        Self::Catalogue,
        Self::Entry,
        Self::Notice,
        Self::Risk,
        Self::Amendment,
    ];

    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Step => "step",
            Self::Filing => "filing",
            Self::Assessment => "assessment",
            Self::AgreementEnd => "agreement_end",
            Self::RulesEnd => "rules_end",
            Self::Milestone => "milestone",
            Self::Renewal => "renewal",
            Self::Explanation => "explanation",
            Self::Paper => "paper",
            Self::Selection => "selection",
            Self::Order => "order",
            Self::Supervision => "supervision",
            Self::LaterRecord => "later_record",
            Self::RulesWarning => "rules_warning",
            Self::Update => "update",
            Self::Catalogue => "catalogue",
            Self::Entry => "entry",
            Self::Notice => "notice",
            Self::Risk => "risk",
            Self::Amendment => "amendment",
        }
    }
}

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObligationState {
    /// Not done; the day has not passed.
    Open,
    /// Done in time.
    Met,
    /// Done after its day.
    Late,
    /// Not done; the day has passed.
    Overdue,
}

impl ObligationState {
    /// By the day on which it was done, if it was.
    pub fn at(due: Day, done: Option<Day>, today: Day) -> Self {
        match done {
            Some(done) if done <= due => Self::Met,
            Some(_) => Self::Late,
            None if today <= due => Self::Open,
            None => Self::Overdue,
        }
    }
}

/// Something that somebody must do by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obligation {
    /// Names it in pages: its day, its kind and what it is about.
    pub key: String,
    /// What.
    pub kind: ObligationKind,
    /// About what: an id, the stamp of the rules, or the name of a goal.
    pub about: String,
    /// Which move, step or recipient.
    pub what: String,
    /// Who may do it: words of roles, or `opener`, `counterparty`, `concerned`, `maker` (of the move that is
    /// filed), `filer` (who files what another moved).
    pub by: Vec<String>,
    /// Which organisation, where it is a certain one.
    pub organisation: Option<OrganisationId>,
    /// The last day on which it is in time.
    pub due_day: Day,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
    /// The clause that the day rests on.
    pub clause: String,
    /// How it stands.
    pub state: ObligationState,
}

/// What is known, from the store.
pub(crate) struct Known<'a> {
    pub(crate) today: Day,
    pub(crate) regime: &'a Regime,
    pub(crate) calendar: &'a Calendar,
    pub(crate) matters: &'a [Matter],
    pub(crate) moves: &'a [(MatterId, Moved)],
    pub(crate) matter_filings: &'a [(MatterFiling, Option<OrganisationId>)],
    pub(crate) cases: &'a [Case],
    pub(crate) filings: &'a [(Filing, OrganisationId)],
    pub(crate) terms: &'a [Term],
    pub(crate) milestones: &'a [Reached<'a>],
    pub(crate) registrations: &'a [RegistrationTerm],
    pub(crate) delays: &'a [Delay],
    pub(crate) papers: &'a [PaperDue],
    pub(crate) processing_terms: &'a [Term],
    /// Selections that were announced, each with the moment of its choice.
    pub(crate) announced: &'a [(Matter, Time)],
    pub(crate) orders: &'a [Arc<Order>],
    pub(crate) later: &'a [LaterRecord],
    pub(crate) updates: &'a [UpdateDue],
    pub(crate) catalogue: Option<&'a CatalogueDue>,
    pub(crate) entries: &'a [BaseEntry],
    pub(crate) organisations: &'a [(OrganisationId, Vec<Role>)],
    pub(crate) results: &'a [crate::assessment::Held],
    pub(crate) notices: &'a [MatterNotice],
    pub(crate) watched: &'a [RiskSubject],
    pub(crate) affected: &'a [AffectedAgreement],
}

/// Everything that is owed, the most urgent first.
pub(crate) fn of(known: &Known<'_>) -> Vec<Obligation> {
    let mut found = Vec::new();
    let matters: BTreeMap<&MatterId, &Matter> = known.matters.iter().map(|matter| (&matter.id, matter)).collect();
    of_matters(known, &matters, &mut found);
    of_cases(known, &mut found);
    of_filings(known, &matters, &mut found);
    of_terms(known, &mut found);
    of_milestones(known, &mut found);
    of_registrations(known, &mut found);
    of_papers(known, &mut found);
    assessments::owed(known, &mut found);
    watched::owed(known, &mut found);
    supplies::owed(known, &mut found);
    alerted::notices(known, &mut found);
    alerted::risks(known, &mut found);
    amended::owed(known, &mut found);
    // A document without an end owes nobody a successor.
    if let Some(last) = known.regime.last_day() {
        let rules =
            Owed { kind: ObligationKind::RulesEnd, about: &known.regime.document(), what: "in_force", done: None };
        let by = vec![Role::Regulator.word().to_owned()];
        let clause = known.regime.cite_clause(&known.regime.in_force.source);
        found.push(rules.made(known, exactly(last), by, None, clause));
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

/// What is owed, before it is said by when and by whom.
struct Owed<'a> {
    kind: ObligationKind,
    about: &'a str,
    what: &'a str,
    done: Option<Day>,
}

impl Owed<'_> {
    fn made(
        self,
        known: &Known<'_>,
        due: WorkingDay,
        by: Vec<String>,
        organisation: Option<OrganisationId>,
        clause: String,
    ) -> Obligation {
        Obligation {
            key: format!("{} {} {} {}", due.day, self.kind.word(), self.about, self.what),
            kind: self.kind,
            about: self.about.to_owned(),
            what: self.what.to_owned(),
            by,
            organisation,
            due_day: due.day,
            is_estimated: due.is_estimated,
            clause,
            state: ObligationState::at(due.day, self.done, known.today),
        }
    }
}

fn exactly(day: Day) -> WorkingDay {
    WorkingDay { day, is_estimated: false }
}

/// The next moves of open matters, and the moves made that had a day.
fn of_matters(known: &Known<'_>, matters: &BTreeMap<&MatterId, &Matter>, found: &mut Vec<Obligation>) {
    for matter in known.matters.iter().filter(|matter| !matter.is_ended()) {
        let Some(due) = matter.due else { continue };
        let rules = matter.rules.rules_from(matter.machine(), matter.state);
        for rule in rules.filter(|rule| rule.working_days_max.is_some() && !rule.is_of_platform()) {
            let by = rule.by.0.iter().map(|maker| maker.word().to_owned()).collect();
            let organisation = rule.by.0.iter().find_map(|maker| maker_of(matter, *maker));
            // Each rule has its own day; that of the matter is the earliest, or set by somebody.
            let own = rule.working_days_max.map(|days| known.calendar.after(matter.entered_at.day(), days));
            let is_set = matter.due_in(matter.state, matter.entered_at, known.calendar) != Some(due);
            let due = own.filter(|_| !is_set).unwrap_or(due);
            let clause = known.regime.cite_move(&matter.rules, rule, "working_days_max");
            let owed = Owed { kind: ObligationKind::Move, about: matter.id.as_str(), what: &rule.word, done: None };
            found.push(owed.made(known, due, by, organisation, clause));
        }
    }
    for (id, moved) in known.moves {
        let (Some(day), Some(matter)) = (moved.due_day, matters.get(id)) else { continue };
        let rule = matter.rules.rule_for(matter.machine(), &moved.from, &moved.by, &matter.facts);
        let clause = rule.map_or_else(
            || known.regime.cite_clause(&matter.rules.source),
            |rule| known.regime.cite_move(&matter.rules, rule, "working_days_max"),
        );
        // What the platform did in somebody's stead is not done by them.
        let done = moved.person.is_some().then(|| moved.at.day());
        let by = rule.map(|rule| rule.by.0.iter().map(|maker| maker.word().to_owned()).collect()).unwrap_or_default();
        let what = format!("{} {}", moved.by, moved.version);
        let owed = Owed { kind: ObligationKind::Move, about: id.as_str(), what: &what, done };
        found.push(owed.made(known, exactly(day), by, moved.organisation.clone(), clause));
    }
}

pub(crate) fn maker_of(matter: &Matter, maker: Maker) -> Option<OrganisationId> {
    match maker {
        Maker::Role(role) => matter.parties.get(&role).cloned(),
        Maker::Opener => Some(matter.opener.clone()),
        Maker::Counterparty => matter.counterparty.clone(),
        Maker::Concerned => matter.subject_organisation.clone(),
        Maker::Platform => None,
    }
}

/// The open steps of cases that have a day.
fn of_cases(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for case in known.cases {
        let (Some(due), Some(step)) = (case.due(known.calendar), case.open_step()) else { continue };
        let organisation = case.parties.get(&step.by).cloned();
        let clause = known.regime.cite_step(&case.procedure, step, "working_days_max");
        let owed = Owed { kind: ObligationKind::Step, about: case.id.as_str(), what: &step.step, done: None };
        found.push(owed.made(known, due, vec![step.by.word().to_owned()], organisation, clause));
    }
}

/// Copies of cases and of matters.
fn of_filings(known: &Known<'_>, matters: &BTreeMap<&MatterId, &Matter>, found: &mut Vec<Obligation>) {
    for (filing, opener) in known.filings {
        let done = filing.filed_at.map(Time::day);
        let case: &CaseId = &filing.case;
        let owed = Owed { kind: ObligationKind::Filing, about: case.as_str(), what: filing.to.word(), done };
        let due = WorkingDay { day: filing.due_day, is_estimated: filing.is_estimated };
        found.push(owed.made(known, due, vec!["opener".to_owned()], Some(opener.clone()), filing.clause.clone()));
    }
    for (filing, maker) in known.matter_filings {
        let done = filing.filed_at.map(Time::day);
        let what = format!("{} {}", filing.to.word(), filing.version);
        let owed = Owed { kind: ObligationKind::Filing, about: filing.matter.as_str(), what: &what, done };
        let due = WorkingDay { day: filing.due_day, is_estimated: filing.is_estimated };
        // Where the platform made the move, whoever opened the matter.
        let (by, organisation) = match maker {
            Some(filer) if filing.filer.is_some() => ("filer", Some(filer.clone())),
            Some(maker) => ("maker", Some(maker.clone())),
            None => ("opener", matters.get(&filing.matter).map(|matter| matter.opener.clone())),
        };
        found.push(owed.made(known, due, vec![by.to_owned()], organisation, filing.clause.clone()));
    }
}

/// Renewals, and the ends of agreements.
fn of_terms(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let regime = known.regime;
    for term in known.terms {
        renewal(known, term, found);
        let done = what_follows(known, term);
        let owed = Owed { kind: ObligationKind::AgreementEnd, about: term.agreement.as_str(), what: "at_expiry", done };
        let by = vec![Role::Agency.word().to_owned(), Role::Operator.word().to_owned()];
        let clause = regime.cite(&regime.agreement.at_expiry);
        found.push(owed.made(known, exactly(term.until), by, Some(term.operator.clone()), clause));
    }
}

/// The day on which it was settled what follows an agreement: it was renewed, its agency
/// opened a selection for what follows it (the fact `successor_of`) that has not failed,
/// or, where the document does not ask for one of these, its exit was opened.
fn what_follows(known: &Known<'_>, term: &Term) -> Option<Day> {
    let renewed = known.terms.iter().filter(|other| other.operator == term.operator && term.until < other.until);
    // One that begins after a gap settles it on its own first day, and late.
    let next = term.until.saturating_add(jiff::Span::new().days(1));
    let renewed = renewed.map(|other| if other.from <= next { other.from.min(term.until) } else { other.from });
    let is_for = |matter: &&Matter| matter.facts.get(SUCCESSOR_OF).map(String::as_str) == Some(term.agreement.as_str());
    let chosen = known.matters.iter().filter(|matter| matter.kind == MatterKind::OperatorSelection);
    let chosen = chosen.filter(is_for).filter(|matter| matter.opener == term.agency && matter.state != FAILED);
    let about =
        |matter: &&Matter| matter.subject == term.agreement.as_str() || matter.subject == term.operator.as_str();
    let at_expiry = &known.regime.agreement.at_expiry.value;
    let asks_to_choose = at_expiry.iter().any(|word| word == "reselect");
    let left = known.matters.iter().filter(|matter| matter.kind == MatterKind::Exit && matter.state != CANCELLED);
    let left = left.filter(about).filter(|_| !asks_to_choose);
    renewed.chain(chosen.chain(left).map(|matter| matter.opened_at.day())).min()
}

/// The goals that have a day.
fn of_milestones(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for Reached { milestone, met_day } in known.milestones {
        let Some(due) = milestone.due else { continue };
        let kind = ObligationKind::Milestone;
        let owed = Owed { kind, about: &milestone.name, what: "milestone", done: *met_day };
        let clause = known.regime.cite_clause(&milestone.source);
        found.push(owed.made(known, exactly(due), vec![Role::Regulator.word().to_owned()], None, clause));
    }
}

/// Renewals from the day on which they can be applied for, and explanations of reviews
/// that take longer than their days.
fn of_registrations(known: &Known<'_>, found: &mut Vec<Obligation>) {
    let rule = &known.regime.registration.renewal_days_before;
    for term in known.registrations.iter().filter(|term| term.opens <= known.today) {
        let registration = &term.registration;
        let about = registration.id.as_str();
        let owed = Owed { kind: ObligationKind::Renewal, about, what: registration.code.as_str(), done: None };
        let by = vec![term.holder_role.word().to_owned()];
        let due = exactly(registration.valid_until);
        found.push(owed.made(known, due, by, Some(registration.holder.clone()), known.regime.cite(rule)));
    }
    for case in known.cases.iter().filter(|case| case.registration().is_some()) {
        let (Some(due), Some(step)) = (case.due(known.calendar), case.open_step()) else { continue };
        let is_of = |delay: &&Delay| delay.case == case.id && delay.turn == case.turn && delay.step == step.step;
        let done = known.delays.iter().find(is_of).map(|delay| delay.explained_at.day());
        if known.today <= due.day || step.source.as_deref() != Some("N26 11") {
            continue;
        }
        let owed = Owed { kind: ObligationKind::Explanation, about: case.id.as_str(), what: &step.step, done };
        let clause = known.regime.cite_step(&case.procedure, step, "working_days_max");
        found.push(owed.made(known, due, vec![step.by.word().to_owned()], None, clause));
    }
}

/// Papers that end, and what is made at an interval.
fn of_papers(known: &Known<'_>, found: &mut Vec<Obligation>) {
    for due in known.papers {
        let about = due.paper.as_ref().map_or(due.organisation.as_str(), |paper| paper.as_str());
        let owed = Owed { kind: ObligationKind::Paper, about, what: due.kind.word(), done: None };
        let by = due.roles.iter().map(|role| role.word().to_owned()).collect();
        found.push(owed.made(known, exactly(due.due_day), by, Some(due.organisation.clone()), due.clause.clone()));
    }
}

/// The application for a further term, where the document sets a lead time for it;
/// owed as long as the operator has no agreement that runs longer.
fn renewal(known: &Known<'_>, term: &Term, found: &mut Vec<Obligation>) {
    let Some(months) = &known.regime.agreement.renewal_months_before else { return };
    if known.terms.iter().any(|other| other.operator == term.operator && term.until < other.until) {
        return;
    }
    let due = term.until.saturating_sub(jiff::Span::new().months(i64::from(months.value)));
    let owed = Owed { kind: ObligationKind::Renewal, about: term.agreement.as_str(), what: "apply_anew", done: None };
    let by = vec![Role::Operator.word().to_owned()];
    found.push(owed.made(known, exactly(due), by, Some(term.operator.clone()), known.regime.cite(months)));
}

impl Casework {
    /// A page of [what is owed](Self::everything_owed).
    pub async fn obligations(&self, viewer: &Actor, page: &Page) -> Result<Listing<Obligation>, CaseworkError> {
        let all = self.everything_owed(viewer).await?;
        Ok(Listing::cut(all.iter(), page, |owed| owed.key.as_str(), Clone::clone))
    }

    /// What is owed, the most urgent first: everything for who supervises, the own
    /// for everybody else.
    pub async fn everything_owed(&self, viewer: &Actor) -> Result<Vec<Obligation>, CaseworkError> {
        let ledger = self.registry().ledger();
        let since = ledger.now().plus_days(-OBLIGATION_DAYS_KEPT);
        let max = OBLIGATION_ROWS_MAX;
        let matters = store::recent(ledger, since, max).await?;
        let moves = store::moves_with_a_day(ledger, since, max).await?;
        let matter_filings = store::recent_filings(ledger, since, max).await?;
        let cases = crate::store::open_cases(ledger, max).await?;
        let filings = crate::store::recent_filings(ledger, since, max).await?;
        let terms = self.registry().terms().await?;
        let milestones = self.reached().await?;
        let registrations = self.registry().registration_terms().await?;
        let delays = crate::registration::store::delays(ledger).await?;
        let papers = self.registry().papers_due().await?;
        let processing_terms = self.registry().processing_terms().await?;
        let mut book = Book::Ledger(ledger);
        let announced = candidacy::store::announced(&mut book, max).await?;
        let later = candidacy::store::later_since(&mut book, since, max).await?;
        let orders = self.registry().orders_with_a_day().await?;
        let updates = self.registry().updates_due().await?;
        let catalogue = self.registry().catalogue_due().await?;
        let entries = self.registry().outstanding_entries().await?;
        let organisations = self.roles_of_all().await?;
        let results = crate::assessment::store::results(ledger).await?;
        let notices = crate::notices::store::recent(ledger, since, max).await?;
        let watched = self.registry().risk_subjects().await?;
        let affected = self.registry().all_affected().await?;
        let known = Known {
            today: ledger.now().day(),
            regime: self.registry().regime(),
            calendar: self.calendar(),
            matters: &matters,
            moves: &moves,
            matter_filings: &matter_filings,
            cases: &cases,
            filings: &filings,
            terms: &terms,
            milestones: &milestones,
            registrations: &registrations,
            delays: &delays,
            papers: &papers,
            processing_terms: &processing_terms,
            announced: &announced,
            orders: &orders,
            later: &later,
            updates: &updates,
            catalogue: catalogue.as_ref(),
            entries: &entries,
            organisations: &organisations,
            results: &results,
            notices: &notices,
            watched: &watched,
            affected: &affected,
        };
        let sight = self.sight(viewer).await?;
        let own = |owed: &Obligation| sight.sees_owed(owed.organisation.as_ref());
        Ok(of(&known).into_iter().filter(own).collect())
    }
}
