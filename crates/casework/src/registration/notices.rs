//! What is on public notice (公示): what N26 12 lets the public see, and no more.

use serde::Serialize;
use shuyu_model::Day;
use shuyu_model::id::CaseId;
use shuyu_model::registration::RegistrationKind;
use shuyu_registry::{Listing, Page};

use crate::{Casework, CaseworkError};

/// The most cases that a list of notices is made from.
const NOTICES_MAX: usize = 10_000;

/// An application on public notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// Its case: what an objection names.
    pub case: CaseId,
    /// What is applied for.
    pub kind: RegistrationKind,
    /// What people call that.
    pub kind_title: String,
    /// What it is about.
    pub title: String,
    /// What it holds, in short.
    pub summary: String,
    /// Who applies.
    pub applicant: String,
    /// Since when.
    pub from: Day,
    /// The last day on which somebody can object.
    pub until: Day,
    /// Whether a year on the way to that day had no holiday notice yet.
    pub is_estimated: bool,
}

impl Casework {
    /// Every notice that runs, oldest first.
    pub async fn notices(&self, page: &Page) -> Result<Listing<Notice>, CaseworkError> {
        let ledger = self.registry().ledger();
        let today = ledger.now().day();
        let mut found = Vec::new();
        for case in crate::store::open_cases(ledger, NOTICES_MAX).await? {
            let (Some(kind), Some(last)) = (case.registration(), case.notice_ends(self.calendar())) else { continue };
            if last.day < today {
                continue;
            }
            let (applicant, summary) = self.registry().told_on_notice(&case.opener, &case.subject).await?;
            found.push(Notice {
                case: case.id,
                kind,
                kind_title: kind.zh().to_owned(),
                title: case.title,
                summary,
                applicant,
                from: case.step_opened_at.day(),
                until: last.day,
                is_estimated: last.is_estimated,
            });
        }
        Ok(Listing::cut(found.iter(), page, |notice| notice.case.as_str(), Clone::clone))
    }
}
