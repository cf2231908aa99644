//! All SQL of opinions on matters.

use shuyu_ledger::{Change, args};
use shuyu_model::Time;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};

use super::{Invited, NewStance, Stance};
use crate::CaseworkError;
use crate::store::{Book, Reader};

type Result<T> = std::result::Result<T, CaseworkError>;

pub(super) async fn of(book: &mut Book<'_>, id: &MatterId) -> Result<Vec<Invited>> {
    let sql = "SELECT matter_id, organisation, invited_at, outcome, opinion, evidence, given_at FROM matter_opinions \
               WHERE matter_id = $1 ORDER BY organisation";
    let rows = book.read(sql, args![id.as_str()]).await?;
    rows.iter()
        .map(|row| {
            let row = Reader(row);
            let word = row.0.opt_text("outcome")?;
            let stance = word.map(|word| Stance::parse(&word).ok_or_else(|| row.damaged("an unknown stance")));
            Ok(Invited {
                organisation: row.id("organisation")?,
                invited_at: Time(row.0.int("invited_at")?),
                stance: stance.transpose()?,
                opinion: row.0.opt_text("opinion")?,
                evidence: row.opt_digest("evidence")?,
                given_at: row.0.opt_int("given_at")?.map(Time),
            })
        })
        .collect()
}

pub(super) async fn insert(
    change: &mut Change,
    id: &MatterId,
    organisation: &OrganisationId,
    by: &PersonId,
) -> Result<()> {
    let sql = "INSERT INTO matter_opinions (matter_id, organisation, invited_by, invited_at) VALUES ($1, $2, $3, $4)";
    let now = change.now();
    change.write(sql, args![id.as_str(), organisation.as_str(), by.as_str(), now]).await?;
    Ok(())
}

pub(super) async fn give(
    change: &mut Change,
    id: &MatterId,
    actor: &shuyu_model::Actor,
    new: &NewStance,
) -> Result<()> {
    let sql = "UPDATE matter_opinions SET outcome = $3, opinion = $4, evidence = $5, given_by = $6, given_at = $7 \
               WHERE matter_id = $1 AND organisation = $2 AND outcome IS NULL";
    let now = change.now();
    let args = args![
        id.as_str(),
        actor.organisation.as_str(),
        new.stance.word(),
        new.opinion.trim(),
        new.evidence.map(|digest| digest.to_string()),
        actor.person.as_str(),
        now,
    ];
    match change.write(sql, args).await? {
        1 => Ok(()),
        _ => Err(CaseworkError::Conflict { what: "the opinion was given before".to_owned() }),
    }
}
