//! What everybody may read of selections (公示): that one is held, for which scheme, and
//! from the day of the notice who is chosen, until when somebody can speak against it.
//!
//! INVARIANT (sealed): before the notice no applicant is named.

use serde::Serialize;
use shuyu_model::Day;
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;

use super::gates::{METHOD, is_shown, told};
use super::{competition, sheet, store};
use crate::store::Book;
use crate::{Casework, CaseworkError};

/// How many selections the page shows, newest first.
const SHOWN_MAX: usize = 500;

/// A selection, as everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SelectionNotice {
    /// Which.
    pub matter: MatterId,
    /// What people call it.
    pub title: String,
    /// Who holds it.
    pub held_by: String,
    /// What is chosen.
    pub chosen_as: ChosenAs,
    /// By which method, as it was told.
    pub method: Option<String>,
    /// For which implementing scheme.
    pub scheme: Option<String>,
    /// Where and under which number that scheme was published.
    pub publication: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What people call that.
    pub state_title: String,
    /// Who is chosen; not before the notice.
    pub chosen: Option<String>,
    /// The day on which the notice began.
    pub notice_from: Option<Day>,
    /// The last day of the notice, where it has a length.
    pub notice_until: Option<Day>,
    /// The day of the choice.
    pub chosen_on: Option<Day>,
}

impl Casework {
    /// The selections that were announced, newest first.
    pub async fn public_selections(&self) -> Result<Vec<SelectionNotice>, CaseworkError> {
        let mut book = Book::Ledger(self.registry().ledger());
        let mut notices = Vec::new();
        for (matter, chosen_at) in store::announced(&mut book, SHOWN_MAX).await? {
            let Some(chosen_as) = sheet::chosen_as(&matter) else { continue };
            let history = crate::matter::store::moves(&mut book, &matter.id).await?;
            let notice = history.iter().rev().find(|moved| moved.to == "notice").map(|moved| moved.at.day());
            let notice = notice.filter(|_| is_shown(&matter));
            let days =
                matter.rules.moves.iter().find(|rule| rule.word == "select" && rule.leaves(matter.machine(), "notice"));
            let days = days.and_then(|rule| rule.working_days_min);
            let winner = told(&matter.facts, sheet::WINNER).filter(|_| is_shown(&matter));
            let winner = winner.and_then(|id| OrganisationId::parse(id).ok());
            let chosen = match winner {
                Some(id) => Some(self.registry().applicant(&id).await?.name),
                None => None,
            };
            let scheme = told(&matter.facts, competition::SCHEME).map(str::to_owned);
            let publication = match scheme.as_deref().and_then(|id| MatterId::parse(id).ok()) {
                Some(id) => crate::matter::store::named(&mut book, &id).await?,
                None => None,
            };
            // Somebody's word: what is no scheme was published nowhere.
            let publication = publication.filter(|named| named.kind == MatterKind::Scheme).and_then(|scheme| {
                let parts: Vec<&str> =
                    competition::PUBLICATION.iter().filter_map(|key| told(&scheme.facts, key)).collect();
                (!parts.is_empty()).then(|| parts.join(" "))
            });
            notices.push(SelectionNotice {
                title: matter.title.clone(),
                held_by: self.registry().applicant(&matter.opener).await?.name,
                chosen_as,
                method: told(&matter.facts, METHOD).map(str::to_owned),
                scheme,
                publication,
                state: matter.state.to_owned(),
                state_title: matter.machine().state(matter.state).map_or(matter.state, |state| state.title).to_owned(),
                chosen,
                notice_from: notice,
                notice_until: notice.zip(days).map(|(from, days)| self.calendar().after(from, days).day),
                chosen_on: Some(chosen_at).filter(|at| at.0 > 0 && is_shown(&matter)).map(|at| at.day()),
                matter: matter.id,
            });
        }
        Ok(notices)
    }
}
