//! Brings a database to the shape this program knows, step by step.
//!
//! A step once applied is never edited: its digest is kept and compared.

use shuyu_model::CryptoProfile;

use crate::clock::Clock;
use crate::db::Db;
use crate::{LedgerError, store};

/// One numbered step.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Counts up from 1.
    pub number: i64,
    /// Whose tables it makes.
    pub name: &'static str,
    /// One text for SQLite and PostgreSQL.
    pub sql: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal $file:literal;)*) => {
        /// Every step, in order.
        pub const MIGRATIONS: &[Migration] = &[$(Migration {
            number: $number, name: $name, sql: include_str!(concat!("../../../migrations/", $file)),
        },)*];
    };
}

migrations! {
    1 "ledger" "0001_ledger.sql";
    2 "registry" "0002_registry.sql";
    3 "casework" "0003_casework.sql";
    4 "vault" "0004_vault.sql";
    5 "workroom" "0005_workroom.sql";
    6 "airlock" "0006_airlock.sql";
    7 "delivery" "0007_delivery.sql";
    8 "settlement" "0008_settlement.sql";
    9 "server" "0009_server.sql";
    10 "matters" "0010_matters.sql";
    11 "milestones" "0011_milestones.sql";
    12 "dossier" "0012_dossier.sql";
    13 "requests" "0013_requests.sql";
    14 "money" "0014_money.sql";
    15 "documents" "0015_documents.sql";
    16 "registration" "0016_registration.sql";
    17 "exchange" "0017_exchange.sql";
    18 "processing" "0018_processing.sql";
    19 "candidacies" "0019_candidacies.sql";
    20 "agreements" "0020_agreements.sql";
    21 "exits" "0021_exits.sql";
    22 "selection" "0022_selection.sql";
    23 "resources" "0023_resources.sql";
    24 "public" "0024_public.sql";
    25 "security" "0025_security.sql";
    26 "assessments_and_deals" "0026_money.sql";
    27 "workroom" "0027_workroom.sql";
    28 "casework" "0028_casework.sql";
    29 "amendments" "0029_amendments.sql";
    30 "money_by_scheme" "0030_money_by_scheme.sql";
    31 "inside" "0031_inside.sql";
    32 "rules" "0032_rules.sql";
    33 "checks" "0033_checks.sql";
}

/// Applies what is missing; all of it or nothing.
pub(crate) async fn migrate(db: &Db, clock: &Clock) -> Result<(), LedgerError> {
    let mut tx = db.begin().await?;
    tx.script(store::MIGRATIONS_TABLE).await?;
    let applied = store::applied(&mut tx).await?;
    for step in MIGRATIONS {
        let digest = CryptoProfile::International.digest(step.sql.as_bytes()).to_string();
        match applied.iter().find(|(number, _)| *number == step.number) {
            Some((_, known)) if *known == digest => {}
            Some(_) => return Err(LedgerError::Migration { number: step.number, name: step.name.to_owned() }),
            None => {
                tx.script(step.sql).await?;
                store::insert_migration(&mut tx, step.number, step.name, &digest, clock.now()).await?;
            }
        }
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::testing::ledgers;

    #[test]
    fn steps_count_up() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|step| step.number).collect();
        let expected: Vec<i64> = (1..).take(MIGRATIONS.len()).collect();
        assert_eq!(numbers, expected);
    }

    /// The step is walked back and taken again over a row of before.
    #[tokio::test]
    async fn a_value_that_a_higher_rule_set_before_values_were_json_stays_that_number() {
        for (backend, ledger, _folder) in ledgers().await {
            let mut tx = ledger.db().begin().await.unwrap();
            tx.script(
                "DROP TABLE assessment_indicators;
                 DROP TABLE whole_agencies;
                 DROP TABLE cleared_conflicts;
                 ALTER TABLE rule_overrides ADD COLUMN rule_value BIGINT NOT NULL DEFAULT 0;
                 ALTER TABLE rule_overrides DROP COLUMN set_to;
                 INSERT INTO organisations (id, name, credit_code, roles, owned_by, made_at)
                     VALUES ('ORG-1', '市数据局', '1', '[]', '[]', 0);
                 INSERT INTO people (id, name, login, password, organisation, roles, made_at)
                     VALUES ('PER-1', '某人', 'one', '', 'ORG-1', '[]', 0);
                 INSERT INTO rule_overrides (number, rule_key, rule_value, issuer, rule, first_day, document,
                         entered_by, entered_at)
                     VALUES (1, 'agreement.years_max', 3, '某厅', '某号', '2026-06-01', '', 'PER-1', 0);",
            )
            .await
            .unwrap();
            tx.script(MIGRATIONS.iter().find(|step| step.name == "rules").unwrap().sql).await.unwrap();
            let rows = tx.read("SELECT set_to FROM rule_overrides", args![]).await.unwrap();
            assert_eq!(rows[0].text("set_to").unwrap(), "3", "{backend}");
        }
    }
}
