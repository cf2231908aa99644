//! 江城市's provident fund: accounts and contributions, sealed, with a scenario.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::util::display::array_value_to_string;
use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{AgreementId, ResourceId, ScenarioId};
use shuyu_model::{Actor, Column, ColumnClass, ColumnType, CryptoProfile, Mask, Regime, UseKind, Verdict};
use shuyu_registry::testing::{Town, allowed, column, regime, town};
use shuyu_registry::{Act, Permit, Scope};
use shuyu_sources::{Format, Intake, IntakeLimits, land};
use shuyu_vault::{MasterKey, Vault, VaultConfig};
use shuyu_workroom::{
    Candidate, Job, OutputColumn, OutputKind, OutputSpec, Programs, PseudonymKey, WorkroomConfig, WorkroomError,
    Workrooms,
};
use tokio_util::sync::CancellationToken;

pub(crate) const PEOPLE: usize = 60;

pub(crate) struct Here {
    pub(crate) ledger: Ledger,
    pub(crate) vault: Vault,
    pub(crate) town: Town,
    pub(crate) rooms: Workrooms,
    pub(crate) accounts: ResourceId,
    pub(crate) contributions: ResourceId,
    pub(crate) agreement: AgreementId,
    pub(crate) scenario: ScenarioId,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) fn account_columns() -> Vec<Column> {
    use ColumnClass::{DirectIdentifier, Plain, QuasiIdentifier, Sensitive};
    let mut id_card = column("id_card", ColumnType::Text, DirectIdentifier, Mask::Pseudonym);
    id_card.is_entity = true;
    vec![
        id_card,
        column("account", ColumnType::Text, DirectIdentifier, Mask::None),
        column("balance", ColumnType::Integer, Sensitive, Mask::None),
        column("street", ColumnType::Text, QuasiIdentifier, Mask::None),
        column("opened_on", ColumnType::Date, Plain, Mask::GeneraliseDate { to: shuyu_model::column::DatePart::Month }),
        column("district", ColumnType::Text, Plain, Mask::None),
        column("secret", ColumnType::Text, Sensitive, Mask::None),
    ]
}

fn contribution_columns() -> Vec<Column> {
    let mut payer = column("payer", ColumnType::Text, ColumnClass::DirectIdentifier, Mask::Pseudonym);
    payer.is_entity = true;
    vec![payer, column("amount", ColumnType::Integer, ColumnClass::Sensitive, Mask::Bucket { width: 10 })]
}

/// Persons 0 to 59: two in three live in the east.
pub(crate) fn accounts_csv(people: usize) -> String {
    let mut csv = "id_card,account,balance,street,opened_on,district,secret\n".to_owned();
    for n in 0..people {
        let district = if n % 3 == 0 { "west" } else { "east" };
        writeln!(
            csv,
            "ID-CANARY-{n},ACC-CANARY-{n},{},s{},2020-03-{:02},{district},SECRET-CANARY-{n}",
            1000 + n,
            n % 7,
            n % 28 + 1
        )
        .unwrap();
    }
    csv
}

fn contributions_csv(people: usize) -> String {
    let mut csv = "payer,amount\n".to_owned();
    for n in 0..people * 2 {
        writeln!(csv, "ID-CANARY-{},{}", n / 2, n).unwrap();
    }
    csv
}

pub(crate) async fn everywhere() -> Vec<Here> {
    let mut all = Vec::new();
    for (_, ledger, folder) in ledgers().await {
        all.push(here_under(ledger, folder, |_| ()).await);
    }
    let (ledger, folder) = sqlite(CryptoProfile::Guomi).await;
    all.push(here_under(ledger, folder, |_| ()).await);
    all
}

/// On SQLite, under rules that are changed like this.
pub(crate) async fn here_with(change: impl FnOnce(&mut Regime)) -> Here {
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    here_under(ledger, folder, change).await
}

async fn here_under(ledger: Ledger, folder: tempfile::TempDir, change: impl FnOnce(&mut Regime)) -> Here {
    let town = town(&ledger).await;
    let master_key = MasterKey::load_or_create(&folder.path().join("keys/master.key"), ledger.profile()).unwrap();
    let config = VaultConfig { root: folder.path().join("vault"), master_key };
    let vault = Vault::open(ledger.clone(), config).await.unwrap();
    let accounts = town.resource("accounts", account_columns()).await;
    let contributions = town.resource("contributions", contribution_columns()).await;
    let agreement = town.agreement(&[accounts.clone(), contributions.clone()], 3).await;
    let fields: [(&ResourceId, &[&str]); 2] = [
        (&accounts, &["id_card", "account", "balance", "street", "opened_on", "district"]),
        (&contributions, &["payer", "amount"]),
    ];
    let scenario = town.scenario("核验", UseKind::PublicWelfare, &agreement, &fields).await;
    let mut rules = regime().as_ref().clone();
    change(&mut rules);
    let rooms = rooms(&ledger, &vault, rules, folder.path(), Programs::default());
    let here = Here { ledger, vault, town, rooms, accounts, contributions, agreement, scenario, folder };
    here.seal(&here.accounts, account_columns(), &accounts_csv(PEOPLE)).await;
    here.seal(&here.contributions, contribution_columns(), &contributions_csv(PEOPLE)).await;
    here
}

pub(crate) fn rooms(
    ledger: &Ledger,
    vault: &Vault,
    regime: Regime,
    folder: &std::path::Path,
    programs: Programs,
) -> Workrooms {
    let pseudonym_key = PseudonymKey::load_or_create(&folder.join("keys/pseudonym.key")).unwrap();
    let config = WorkroomConfig { pseudonym_key, spool_dir: folder.join("spool"), programs };
    Workrooms::new(ledger.clone(), vault.clone(), Arc::new(regime), config).unwrap()
}

impl Here {
    pub(crate) async fn seal(&self, resource: &ResourceId, columns: Vec<Column>, csv: &str) {
        let intake = Intake {
            landing: self.ledger.new_id(),
            department: self.town.source[0].organisation.clone(),
            resource: resource.clone(),
            columns,
            format: Format::Csv,
            profile: self.ledger.profile(),
            limits: IntakeLimits::default(),
            spool_dir: std::env::temp_dir(),
            at: self.ledger.now(),
            cancel: Arc::new(AtomicBool::new(false)),
        };
        let landing = land(&intake, csv.as_bytes(), &|_| ()).unwrap();
        allowed(self.vault.seal(landing, &self.town.source[0]).await.unwrap());
    }

    pub(crate) fn author(&self) -> &Actor {
        &self.town.operator[0]
    }

    pub(crate) async fn permit_for(&self, scenario: &ScenarioId) -> Permit {
        let scope = Scope::of(scenario.clone());
        allowed(self.town.registry.permit(self.author(), Act::Compute, &scope).await.unwrap())
    }

    pub(crate) async fn permit(&self) -> Permit {
        self.permit_for(&self.scenario).await
    }

    pub(crate) async fn try_run(&self, sql: &str) -> Result<Verdict<Candidate>, WorkroomError> {
        self.rooms.run(&self.permit().await, job(sql), CancellationToken::new(), &|_| ()).await
    }

    pub(crate) async fn run(&self, sql: &str) -> Candidate {
        allowed(self.try_run(sql).await.unwrap())
    }

    pub(crate) async fn draft(&self, sql: &str) -> shuyu_workroom::DraftResult {
        let verdict = self.rooms.draft(&self.permit().await, sql, CancellationToken::new()).await;
        allowed(verdict.unwrap())
    }

    /// A result's rows, as the airlock reads them, cells between `|`, sorted.
    pub(crate) async fn rows(&self, candidate: &Candidate) -> Vec<String> {
        let reader = self.rooms.result(candidate).await.unwrap();
        let batches =
            tokio::task::spawn_blocking(move || reader.batches().unwrap().map(Result::unwrap).collect::<Vec<_>>());
        let mut rows = Vec::new();
        for batch in batches.await.unwrap() {
            for row in 0..batch.num_rows() {
                let cell = |array: &ArrayRef| array_value_to_string(array, row).unwrap();
                rows.push(batch.columns().iter().map(cell).collect::<Vec<_>>().join("|"));
            }
        }
        rows.sort();
        rows
    }

    /// Everything that stands in the journal.
    pub(crate) async fn journal(&self) -> String {
        let rows = self.ledger.journal_page(i64::MAX, 1000).await.unwrap();
        rows.iter().map(|row| format!("{row:?}\n")).collect()
    }
}

pub(crate) fn job(sql: &str) -> Job {
    Job {
        sql: sql.to_owned(),
        title: "试算".to_owned(),
        output: OutputSpec { kind: OutputKind::Dataset, columns: Vec::new() },
    }
}

pub(crate) fn lookup(sql: &str, key: &str) -> Job {
    let column = OutputColumn {
        name: key.to_owned(),
        title: key.to_owned(),
        class: ColumnClass::DirectIdentifier,
        is_count: false,
    };
    let output = OutputSpec { kind: OutputKind::Lookup { key: key.to_owned() }, columns: vec![column] };
    Job { output, ..job(sql) }
}

pub(crate) fn codes<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    shuyu_registry::testing::refused(verdict)
}
