//! What is owed on paper, by which day: reports and disclosures at the interval of
//! the rules. Derived from agreements, rules and what was issued; nothing is kept.
//!
//! INVARIANT (sourced): each names the clause, or the setting, that its day rests on.
//!
//! Not here: moves, steps, copies (`casework::obligations`); the server joins both.

use serde::Serialize;
use shuyu_casework::ObligationState;
use shuyu_model::id::OrganisationId;
use shuyu_model::regime::words::{Body, body_of};
use shuyu_model::{Actor, Day, Regime, Role};
use shuyu_registry::{Agreement, AgreementKind, AgreementState, Listing, Page};

use crate::issued::Issued;
use crate::records::{RECORDS_MAX, Records};
use crate::{DocumentKind, Documents, DocumentsError, Period, store};

/// How long a met or missed duty stays in the list, in days.
pub const DUTY_DAYS_KEPT: i64 = 366;

/// A document that somebody must issue by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentDuty {
    /// Names it in pages: its day, its kind and what it is about.
    pub key: String,
    /// `report` or `disclosure`.
    pub kind: &'static str,
    /// The organisation that it is owed by or for.
    pub about: String,
    /// Which report, and of which period.
    pub what: String,
    /// Who may issue it: words of roles.
    pub by: Vec<String>,
    /// Which organisation, where it is a certain one.
    pub organisation: Option<OrganisationId>,
    /// The last day on which it is in time.
    pub due_day: Day,
    /// Never: these days are counted on the plain calendar.
    pub is_estimated: bool,
    /// The clause that the day rests on.
    pub clause: String,
    /// How it stands.
    pub state: ObligationState,
}

/// One thing that the rules ask for.
struct Asked<'a> {
    kind: DocumentKind,
    word: &'static str,
    name: &'a str,
    by: Body,
    months: u8,
    due: Due<'a>,
    clause: String,
}

enum Due<'a> {
    /// So many days after the period.
    Days(u16),
    /// On this day of the year after it, `03-31`.
    DayOfYear(&'a str),
}

impl Due<'_> {
    fn after(&self, period: Period) -> Option<Day> {
        match self {
            Self::Days(days) => Some(period.last_day().saturating_add(jiff::Span::new().days(i64::from(*days)))),
            Self::DayOfYear(day) => {
                let year = period.next().first_day().year();
                // 02-29 is the day before 03-01 in a year that has none.
                let leap = || format!("{year:04}-02-28").parse().ok().filter(|_| *day == "02-29");
                format!("{year:04}-{day}").parse().ok().or_else(leap)
            }
        }
    }
}

fn asked(regime: &Regime) -> Vec<Asked<'_>> {
    let reports = regime.report.iter().map(|duty| Asked {
        kind: DocumentKind::OperatorReport,
        word: "report",
        name: &duty.name,
        by: duty.by,
        months: duty.every_months.value,
        due: Due::Days(duty.due_days.value),
        clause: regime.cite(&duty.due_days),
    });
    let disclosures = regime.disclosure.iter().filter_map(|duty| {
        let due = duty.due.as_ref()?;
        Some(Asked {
            kind: DocumentKind::Disclosure,
            word: "disclosure",
            name: "",
            by: duty.by,
            months: duty.every_months.value,
            due: Due::DayOfYear(&due.value),
            clause: regime.cite(due),
        })
    });
    reports.chain(disclosures).collect()
}

/// Which organisation owes it under an agreement; where nobody of the agreement is
/// meant, everybody of the role is.
fn debtor(by: Body, agreement: &Agreement) -> Option<(Role, Option<OrganisationId>)> {
    let role = Role::ALL.iter().copied().find(|role| body_of(*role) == Some(by))?;
    // A processor owes what it owes under its own agreement, everybody else under the operator's.
    if (role == Role::Processor) != (agreement.kind == AgreementKind::Processing) {
        return None;
    }
    Some(match role {
        Role::Operator | Role::Processor => (role, Some(agreement.grantee.clone())),
        Role::Agency => (role, Some(agreement.grantor.clone())),
        _ => (role, None),
    })
}

pub(crate) fn of(regime: &Regime, agreements: &[Agreement], issued: &[Issued], today: Day) -> Vec<DocumentDuty> {
    let since = today.saturating_sub(jiff::Span::new().days(DUTY_DAYS_KEPT));
    let mut found: Vec<DocumentDuty> = Vec::new();
    for asked in asked(regime) {
        for agreement in agreements {
            let Some((role, organisation)) = debtor(asked.by, agreement) else { continue };
            let ended = agreement.ended_at.map(|at| at.day()).filter(|_| agreement.state == AgreementState::Ended);
            let last = ended.map_or(agreement.until, |ended| ended.min(agreement.until));
            let Some(mut period) = Period::of(agreement.from, asked.months) else { continue };
            // The running period is owed too: its day is known.
            while period.first_day() <= last && period.first_day() <= today {
                let this = period;
                period = period.next();
                let Some(due_day) = asked.due.after(this).filter(|due| since <= *due) else { continue };
                let done = done(issued, &asked, organisation.as_ref(), this);
                let about = organisation.as_ref().map_or("", OrganisationId::as_str);
                let what = format!("{} {this}", asked.name).trim().to_owned();
                found.push(DocumentDuty {
                    key: format!("{due_day} {} {about} {what} {}", asked.word, role.word()),
                    kind: asked.word,
                    about: about.to_owned(),
                    what,
                    by: vec![role.word().to_owned()],
                    organisation: organisation.clone(),
                    due_day,
                    is_estimated: false,
                    clause: asked.clause.clone(),
                    state: ObligationState::at(due_day, done, today),
                });
            }
        }
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    // Two agreements of one operator ask for one report.
    found.dedup_by(|a, b| a.key == b.key);
    found
}

/// When it was first issued.
fn done(issued: &[Issued], asked: &Asked<'_>, by: Option<&OrganisationId>, period: Period) -> Option<Day> {
    let is_it = |one: &&Issued| {
        one.kind == asked.kind
            && one.period == Some(period)
            && one.about == asked.name
            && by.is_none_or(|by| one.issuer == *by)
    };
    issued.iter().filter(is_it).map(|one| one.issued_at.day()).min()
}

impl Documents {
    /// What is owed on paper, the most urgent first: everything for who supervises,
    /// the own for everybody else.
    pub async fn duties(&self, viewer: &Actor, page: &Page) -> Result<Listing<DocumentDuty>, DocumentsError> {
        let records = Records::read(self.stations()).await?;
        let concluded = |one: &&Agreement| one.kind != AgreementKind::Development && one.state != AgreementState::Draft;
        let agreements: Vec<Agreement> =
            records.agreements.values().map(AsRef::as_ref).filter(concluded).cloned().collect();
        let now = self.ledger().now();
        // A document can be issued long before its day: two years hold each that is still listed.
        let issued = store::periodic(self.ledger(), now.plus_days(-2 * DUTY_DAYS_KEPT), RECORDS_MAX).await?;
        let all = of(self.regime(), &agreements, &issued, now.day());
        let sees_all = store::sees_all(viewer);
        let own = |duty: &&DocumentDuty| sees_all || duty.organisation.as_ref() == Some(&viewer.organisation);
        let own: Vec<DocumentDuty> = all.iter().filter(own).cloned().collect();
        Ok(Listing::cut(own.iter(), page, |duty| duty.key.as_str(), Clone::clone))
    }
}
