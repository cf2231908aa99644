//! The SQL of distribution: rules, consents, distributions.

use shuyu_ledger::{Change, Ledger, Row, args};
use shuyu_model::id::{DistributionId, OrganisationId, ProductId, SharingRuleId};
use shuyu_model::{Actor, Digest, Month, Time};

use super::{Result, entries_of, posting_args, read};
use crate::book::BookEntry;
use crate::error::SettlementError;
use crate::sharing::{Consent, Distribution, SharingRule};

pub(crate) async fn insert_rule(change: &mut Change, rule: &SharingRule, actor: &Actor) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO sharing_rules (id, operator_id, version, body, digest, proposed_by, proposed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                rule.id.as_str(),
                rule.rule.operator.as_str(),
                rule.version,
                serde_json::to_string(&rule.rule)?,
                rule.digest.to_string(),
                actor.person.as_str(),
                at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn insert_consent(
    change: &mut Change,
    rule: &SharingRuleId,
    named: &str,
    actor: &Actor,
) -> Result<()> {
    let at = change.now();
    change
        .write(
            "INSERT INTO sharing_consents (rule_id, named, organisation_id, person_id, given_at)
             VALUES ($1, $2, $3, $4, $5)",
            args![rule.as_str(), named, actor.organisation.as_str(), actor.person.as_str(), at],
        )
        .await?;
    Ok(())
}

pub(crate) async fn complete_rule(change: &mut Change, rule: &SharingRuleId) -> Result<()> {
    let at = change.now();
    change.write("UPDATE sharing_rules SET completed_at = $1 WHERE id = $2", args![at, rule.as_str()]).await?;
    Ok(())
}

const RULES: &str = "SELECT id, version, body, digest, completed_at FROM sharing_rules ORDER BY operator_id, version";
const CONSENTS: &str = "SELECT rule_id, named, organisation_id, given_at FROM sharing_consents
                        ORDER BY rule_id, given_at, named";

pub(crate) async fn rules(ledger: &Ledger) -> Result<Vec<SharingRule>> {
    rules_of(&ledger.read(RULES, args![]).await?, &ledger.read(CONSENTS, args![]).await?)
}

/// As this change sees them.
pub(crate) async fn rules_in(change: &mut Change) -> Result<Vec<SharingRule>> {
    let rules = change.read(RULES, args![]).await?;
    rules_of(&rules, &change.read(CONSENTS, args![]).await?)
}

fn rules_of(rules: &[Row], consents: &[Row]) -> Result<Vec<SharingRule>> {
    const TABLE: &str = "sharing_rules";
    let mut found = Vec::new();
    for row in rules {
        let (id, body) = (read::<SharingRuleId>(row, "id", TABLE)?, row.text("body")?);
        let digest = Digest::parse(&row.text("digest")?).map_err(|_| SettlementError::Stored { table: TABLE })?;
        if digest.profile().digest(body.as_bytes()) != digest {
            return Err(SettlementError::Stored { table: TABLE });
        }
        let mut given = Vec::new();
        for consent in consents {
            if consent.text("rule_id")? == id.as_str() {
                given.push(Consent {
                    named: consent.text("named")?,
                    organisation: read::<OrganisationId>(consent, "organisation_id", TABLE)?,
                    given_at: Time(consent.int("given_at")?),
                });
            }
        }
        found.push(SharingRule {
            id,
            version: row.int("version")?,
            rule: serde_json::from_str(&body)?,
            digest,
            consents: given,
            // Whoever knows the rules of the place fills it in.
            consents_missing: Vec::new(),
            completed_at: row.opt_int("completed_at")?.map(Time),
        });
    }
    Ok(found)
}

pub(crate) async fn insert_distribution(change: &mut Change, distribution: &Distribution) -> Result<()> {
    let (at, body) = (change.now(), distribution.body());
    change
        .write(
            "INSERT INTO distributions (id, month, operator_id, product_id, body, digest, made_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                body.id.as_str(),
                body.month.to_string(),
                body.operator.as_str(),
                body.product.as_ref().map_or("", ProductId::as_str),
                distribution.to_text()?,
                distribution.digest().to_string(),
                at,
            ],
        )
        .await?;
    Ok(())
}

pub(crate) async fn insert_entry(
    change: &mut Change,
    id: &DistributionId,
    number: i64,
    entry: &BookEntry,
) -> Result<()> {
    for (place, posting) in (1_i64..).zip(entry.postings()) {
        change
            .write(
                "INSERT INTO distribution_postings
                     (distribution_id, entry, posting, account, party, debit_fen, credit_fen, what)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                posting_args(id.as_str(), (number, place), posting, entry.what()),
            )
            .await?;
    }
    Ok(())
}

/// The entries of a distribution, each checked again.
pub(crate) async fn entries(ledger: &Ledger, id: &DistributionId) -> Result<Vec<BookEntry>> {
    let rows = ledger
        .read(
            "SELECT entry, account, party, debit_fen, credit_fen, what FROM distribution_postings
             WHERE distribution_id = $1 ORDER BY entry, posting",
            args![id.as_str()],
        )
        .await?;
    entries_of(&rows, "distribution_postings")
}

pub(crate) async fn distributions(ledger: &Ledger) -> Result<Vec<Distribution>> {
    let sql = "SELECT body, digest FROM distributions ORDER BY month, operator_id, product_id";
    ledger.read(sql, args![]).await?.iter().map(distribution).collect()
}

/// Those of a month and an operator, as this change sees them.
pub(crate) async fn distributions_in(
    change: &mut Change,
    month: Month,
    operator: &OrganisationId,
) -> Result<Vec<Distribution>> {
    let sql = "SELECT body, digest FROM distributions WHERE month = $1 AND operator_id = $2 ORDER BY product_id";
    change.read(sql, args![month.to_string(), operator.as_str()]).await?.iter().map(distribution).collect()
}

fn distribution(row: &Row) -> Result<Distribution> {
    let digest = Digest::parse(&row.text("digest")?).map_err(|_| SettlementError::Stored { table: "distributions" })?;
    Distribution::read_back(&row.text("body")?, digest)
}

/// The last month that is settled with this operator: distributed as a whole, or for this
/// product where one is named, or owed to the treasury since it was closed. What a single
/// product's distribution settled leaves the rest of its month open.
pub(crate) async fn last_settled(
    change: &mut Change,
    operator: &OrganisationId,
    product: Option<&ProductId>,
) -> Result<Option<Month>> {
    let rows = change
        .read(
            "SELECT MAX(month) AS month FROM (
                 SELECT month FROM distributions WHERE operator_id = $1 AND (product_id = '' OR product_id = $2)
                 UNION ALL SELECT month FROM treasury_dues WHERE operator_id = $1
                     AND source_id NOT IN (SELECT id FROM distributions)) AS settled",
            args![operator.as_str(), product.map_or("", ProductId::as_str)],
        )
        .await?;
    let month = rows.first().map(|row| row.opt_text("month")).transpose()?.flatten();
    let parse = |month: String| Month::parse(&month).map_err(|_| SettlementError::Stored { table: "distributions" });
    month.map(parse).transpose()
}
