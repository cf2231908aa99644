//! An appeal that overturns a refused case opens it again, from its first step; what was
//! signed in it no longer counts.
//!
//! INVARIANT (one at a time): a case is opened again only while no other case on the
//! same subject runs.

use shuyu_model::id::CaseId;
use shuyu_model::{Reason, Regime};
use shuyu_registry::Turn;

use super::Matter;
use crate::case::Case;
use crate::states::{CaseState, Move};
use crate::store::{self, Book};
use crate::{CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The refused case that a matter is about, where no other one runs on its subject.
async fn refused(turn: &mut Turn, matter: &Matter) -> Result<std::result::Result<Case, String>> {
    let Ok(id) = CaseId::parse(&matter.subject) else {
        return Ok(Err("the matter is about no case, so that there is no decision to open again".to_owned()));
    };
    let case = store::case(&mut Book::Change(turn.change()), &id).await?;
    if case.state != CaseState::Refused {
        return Ok(Err(format!("the case is {}, not refused", case.state.word())));
    }
    Ok(match store::running(turn.change(), &case.subject).await? {
        Some(other) => Err(format!("the case {other} on the same runs meanwhile")),
        None => Ok(case),
    })
}

/// CAS-140.
pub(crate) async fn against(turn: &mut Turn, regime: &Regime, matter: &Matter) -> Result<Option<Reason>> {
    Ok(refused(turn, matter).await?.err().map(|what| {
        let instead = "decide it, and order a remedy where one is due";
        Reason::new(reasons::NOTHING_TO_REOPEN, what, regime.cite_clause(&matter.rules.source), instead)
    }))
}

/// Opens it. Gives its id.
pub(crate) async fn apply(turn: &mut Turn, matter: &Matter) -> Result<String> {
    let damaged = |what: String| CaseworkError::Damaged { id: matter.id.to_string(), what };
    // `against` has refused the move where there is none.
    let mut case = refused(turn, matter).await?.map_err(damaged)?;
    case.moves(Move::Reopen, turn.change().now())?;
    store::update_case(turn.change(), &case).await?;
    Ok(case.id.to_string())
}
