//! What waits at this moment, as far as somebody sees it: cases that are open, and matters
//! that have not ended.
//!
//! Not here: what is owed by which day (`obligations`).

use serde::Serialize;
use shuyu_model::id::{CaseId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::ProcedureKind;
use shuyu_model::{Actor, Time};

use crate::matter::{MatterItem, store};
use crate::obligations::OBLIGATION_ROWS_MAX;
use crate::{Casework, CaseworkError, DayView};

type Result<T> = std::result::Result<T, CaseworkError>;

/// A case that is open, whoever it waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenCase {
    /// Which.
    pub id: CaseId,
    /// By which procedure.
    pub procedure: ProcedureKind,
    /// What people call its subject.
    pub title: String,
    /// Who opened it.
    pub opener: OrganisationId,
    /// When.
    pub opened_at: Time,
    /// The step that waits for signatures.
    pub step_title: Option<String>,
    /// Its last day.
    pub due: Option<DayView>,
    /// Whether that day has passed.
    pub is_overdue: bool,
}

impl Casework {
    /// The open cases that this viewer may see, oldest first.
    pub async fn open_cases(&self, viewer: &Actor) -> Result<Vec<OpenCase>> {
        let ledger = self.registry().ledger();
        let today = ledger.now().day();
        let sight = self.sight(viewer).await?;
        let cases = crate::store::open_cases(ledger, OBLIGATION_ROWS_MAX).await?;
        let open = cases.iter().filter(|case| sight.sees_case(case)).map(|case| {
            let due = case.due(self.calendar());
            OpenCase {
                id: case.id.clone(),
                procedure: case.kind,
                title: case.title.clone(),
                opener: case.opener.clone(),
                opened_at: case.opened_at,
                step_title: case.open_step().map(|step| step.title.clone()),
                due: due.map(DayView::from),
                is_overdue: due.is_some_and(|due| due.day < today),
            }
        });
        Ok(open.collect())
    }

    /// The matters of a kind that this viewer may see and that have not ended, oldest first.
    pub async fn open_matters(&self, viewer: &Actor, kind: MatterKind) -> Result<Vec<MatterItem>> {
        let sight = self.sight(viewer).await?;
        let all = store::of_kind(self.registry().ledger(), kind, OBLIGATION_ROWS_MAX).await?;
        let open = all.iter().filter(|matter| !matter.is_ended() && sight.sees_matter(matter));
        Ok(open.map(MatterItem::from).collect())
    }
}
