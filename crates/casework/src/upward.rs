//! What goes up to other platforms when something becomes so here, and the copies that
//! their receipts file.
//!
//! INVARIANT (row with fact): what is told is written in the turn that holds the last
//! signature or the move.
//! INVARIANT (filed by receipt): a copy of which a platform above is the recipient, and no
//! other copy of the same, is filed on the day of its receipt, by the platform itself; by hand only once that
//! platform has refused the record or it waited too long.
//!
//! Not here: to whom it goes, in which order, how often (`exchange`).

use serde_json::{Value, json};
use shuyu_exchange::{FilingOf, Record, Taken, outbox};
use shuyu_model::Reason;
use shuyu_model::id::{CaseId, IdError};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::Filing as FilingRule;
use shuyu_model::regime::words::{Body, Upward};
use shuyu_registry::Turn;

use crate::case::Case;
use crate::filing::each_copy;
use crate::matter::{Matter, Moved};
use crate::{Casework, CaseworkError, matter, reasons, store};

type Result<T> = std::result::Result<T, CaseworkError>;

impl Casework {
    /// Tells what a case that is decided in this turn made so.
    pub(crate) async fn tell_case(&self, turn: &mut Turn, case: &Case) -> Result<()> {
        let copies = copies(case.id.as_str(), 0, &case.procedure.file);
        for (kind, payload) in self.registry().told_above_in(turn, case.kind, &case.subject).await? {
            // The copy is filed with the record of what was decided; the catalogue's entry
            // beside a registration is none.
            let copies = if kind == Upward::Catalog { &[][..] } else { &copies };
            self.tell(turn, kind, &case.subject, payload, copies).await?;
        }
        Ok(())
    }

    /// Tells what a move of a matter made so: a scheme in force, an operator chosen.
    pub(crate) async fn tell_move(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        moved: &Moved,
        files: &[FilingRule],
    ) -> Result<()> {
        let (kind, day) = match (matter.kind, moved.to.as_str()) {
            (MatterKind::Scheme, "effective") if !matches!(moved.by.as_str(), "drop_change" | "publish") => {
                (Upward::Scheme, "approved_on")
            }
            (MatterKind::OperatorSelection, "selected" | "agreement_signed") => (Upward::Selection, "decided_on"),
            _ => return Ok(()),
        };
        let about = matter.subject_organisation.as_ref().unwrap_or(&matter.opener);
        let mut payload = json!({
            "matter": matter.id, "title": matter.title, "organisation": self.registry().name_of_in(turn, about).await?,
            "document_digest": moved.evidence,
        });
        if let Some(fields) = payload.as_object_mut() {
            fields.insert(day.to_owned(), json!(moved.at.day()));
        }
        let copies = copies(matter.id.as_str(), moved.version, files);
        self.tell(turn, kind, matter.id.as_str(), payload, &copies).await
    }

    async fn tell(
        &self,
        turn: &mut Turn,
        kind: Upward,
        subject: &str,
        payload: Value,
        copies: &[FilingOf],
    ) -> Result<()> {
        let record = Record { kind, subject: subject.to_owned(), payload };
        let (ledger, regime) = (self.registry().ledger(), self.registry().regime());
        outbox::queue(ledger, turn.change(), regime, &record, copies).await?;
        Ok(())
    }

    /// CAS-087: a copy that a receipt will file is not marked by hand.
    pub(crate) async fn files_itself(
        &self,
        turn: &mut Turn,
        of: &str,
        version: i64,
        to: Body,
        clause: &str,
    ) -> Result<Option<Reason>> {
        let peer = outbox::files_itself(turn.change(), of, version, to).await?;
        Ok(peer.map(|peer| {
            let what = format!("the copy is on its way to `{peer}`, whose receipt files it");
            Reason::new(reasons::FILES_ITSELF, what, clause, "wait for the receipt; GET /v1/exchange/dispatches tells")
        }))
    }

    /// Keeps what another platform said about a record, and files the copy that its
    /// receipt stands for.
    pub async fn dispatch_taken(&self, taken: &Taken) -> Result<()> {
        let mut turn = self.registry().turn().await?;
        let (filed, event) = outbox::taken(self.registry().ledger(), turn.change(), taken).await?;
        if let Some(filed) = filed {
            if filed.version == 0 {
                store::set_filed_by_receipt(turn.change(), &filed).await?;
                let damaged = |error: IdError| CaseworkError::Damaged { id: filed.of.clone(), what: error.to_string() };
                let case = CaseId::parse(&filed.of).map_err(damaged)?;
                self.note_filed(&mut turn, &case).await?;
            } else {
                matter::store::set_filed_by_receipt(turn.change(), &filed).await?;
            }
        }
        turn.commit(event.under(self.registry().regime())).await?;
        Ok(())
    }
}

fn copies(of: &str, version: i64, files: &[FilingRule]) -> Vec<FilingOf> {
    each_copy(files).map(|(_, to)| FilingOf { of: of.to_owned(), version, to }).collect()
}
