//! 江城市's provident fund, sealed, with a workroom and an airlock over it.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use shuyu_airlock::{Airlock, OutputColumn, OutputKind, Release};
use shuyu_casework::{CaseState, Casework, Opinion, Outcome};
use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{AgreementId, CaseId, ResourceId, ScenarioId};
use shuyu_model::identifier::id_card_check;
use shuyu_model::{Actor, Column, ColumnClass, ColumnType, CryptoProfile, Digest, Mask, Regime, UseKind, Verdict};
use shuyu_registry::testing::{Town, allowed, column, refused, regime, town};
use shuyu_registry::{Act, Scope, rules};
use shuyu_sources::{Format, Intake, IntakeLimits, land};
use shuyu_vault::{MasterKey, Vault, VaultConfig};
use shuyu_workroom::{Candidate, Job, OutputSpec, Programs, PseudonymKey, WorkroomConfig, Workrooms};
use tokio_util::sync::CancellationToken;

/// Enough for each of two districts, too few for each of seven streets.
pub(crate) const PEOPLE: u32 = 60;

pub(crate) struct Here {
    pub(crate) ledger: Ledger,
    pub(crate) town: Town,
    pub(crate) casework: Casework,
    pub(crate) rooms: Workrooms,
    pub(crate) airlock: Airlock,
    pub(crate) agreement: AgreementId,
    pub(crate) accounts: ResourceId,
    pub(crate) scenario: ScenarioId,
    pub(crate) folder: tempfile::TempDir,
}

/// The identity number of a made-up person.
pub(crate) fn id_card(n: u32) -> String {
    let first17 = format!("4301021990{:02}{:02}{:03}", n / 28 % 12 + 1, n % 28 + 1, n);
    format!("{first17}{}", id_card_check(&first17).unwrap())
}

fn columns() -> Vec<Column> {
    use ColumnClass::{DirectIdentifier, Plain, QuasiIdentifier, Sensitive};
    let mut person = column("id_card", ColumnType::Text, DirectIdentifier, Mask::Pseudonym);
    person.is_entity = true;
    vec![
        person,
        column("balance", ColumnType::Integer, Sensitive, Mask::None),
        column("street", ColumnType::Text, QuasiIdentifier, Mask::None),
        column("district", ColumnType::Text, Plain, Mask::None),
        column("note", ColumnType::Text, Sensitive, Mask::None),
    ]
}

fn csv() -> String {
    let mut csv = "id_card,balance,street,district,note\n".to_owned();
    for n in 0..PEOPLE {
        let district = if n % 3 == 0 { "west" } else { "east" };
        // A clerk wrote somebody's number into the free text.
        let note = if n == 7 { format!("代办人 {}", id_card(8)) } else { format!("CANARY-{n}") };
        writeln!(csv, "{},{},s{},{district},{note}", id_card(n), 77_000 + n, n % 7).unwrap();
    }
    csv
}

pub(crate) async fn everywhere() -> Vec<Here> {
    let mut all = Vec::new();
    for (_, ledger, folder) in ledgers().await {
        all.push(here_over(ledger, folder).await);
    }
    let (ledger, folder) = sqlite(CryptoProfile::Guomi).await;
    all.push(here_over(ledger, folder).await);
    all
}

pub(crate) async fn here() -> Here {
    let (ledger, folder) = sqlite(CryptoProfile::International).await;
    here_over(ledger, folder).await
}

async fn here_over(ledger: Ledger, folder: tempfile::TempDir) -> Here {
    let town = town(&ledger).await;
    let master_key = MasterKey::load_or_create(&folder.path().join("keys/master.key"), ledger.profile()).unwrap();
    let vault =
        Vault::open(ledger.clone(), VaultConfig { root: folder.path().join("vault"), master_key }).await.unwrap();
    let accounts = town.resource("accounts", columns()).await;
    let agreement = town.agreement(std::slice::from_ref(&accounts), 3).await;
    let fields: [(&ResourceId, &[&str]); 1] = [(&accounts, &["id_card", "balance", "street", "district", "note"])];
    let scenario = town.scenario("公积金核验", UseKind::PublicWelfare, &agreement, &fields).await;
    seal(&ledger, &town, &vault, &accounts).await;
    let pseudonym_key = PseudonymKey::load_or_create(&folder.path().join("keys/pseudonym.key")).unwrap();
    let config =
        WorkroomConfig { pseudonym_key, spool_dir: folder.path().join("spool"), programs: Programs::default() };
    let rooms = Workrooms::new(ledger.clone(), vault, regime(), config).unwrap();
    let calendar = rules::shipped(rules::SHIPPED_CODE).unwrap().calendar;
    let casework = Casework::new(town.registry.clone(), calendar);
    let airlock = Airlock::new(ledger.clone(), casework.clone(), rooms.clone(), regime());
    Here { ledger, town, casework, rooms, airlock, agreement, accounts, scenario, folder }
}

async fn seal(ledger: &Ledger, town: &Town, vault: &Vault, resource: &ResourceId) {
    let clerk = &town.source[0];
    let intake = Intake {
        landing: ledger.new_id(),
        department: clerk.organisation.clone(),
        resource: resource.clone(),
        columns: columns(),
        format: Format::Csv,
        profile: ledger.profile(),
        limits: IntakeLimits::default(),
        spool_dir: std::env::temp_dir(),
        at: ledger.now(),
        cancel: Arc::new(AtomicBool::new(false)),
    };
    let landing = land(&intake, csv().as_bytes(), &|_| ()).unwrap();
    allowed(vault.seal(landing, clerk).await.unwrap());
}

/// `people*` is a count of people.
pub(crate) fn output(kind: OutputKind, names: &[&str]) -> OutputSpec {
    let declare = |name: &&str| {
        let (name, is_count) = name.strip_suffix('*').map_or((*name, false), |name| (name, true));
        let class = if name == "id_card" { ColumnClass::DirectIdentifier } else { ColumnClass::Plain };
        OutputColumn { name: name.to_owned(), title: name.to_owned(), class, is_count }
    };
    OutputSpec { kind, columns: names.iter().map(declare).collect() }
}

pub(crate) const BY_DISTRICT: &str =
    "SELECT district, count(DISTINCT id_card) AS people FROM accounts GROUP BY district";

impl Here {
    /// Ran the job.
    pub(crate) fn author(&self) -> &Actor {
        &self.town.operator[0]
    }

    /// Works for the same operator.
    pub(crate) fn colleague(&self) -> &Actor {
        &self.town.operator[1]
    }

    pub(crate) async fn run(&self, sql: &str, output: OutputSpec) -> Candidate {
        let scope = Scope::of(self.scenario.clone());
        let permit = allowed(self.town.registry.permit(self.author(), Act::Compute, &scope).await.unwrap());
        let job = Job { sql: sql.to_owned(), title: "分区统计".to_owned(), output };
        allowed(self.rooms.run(&permit, job, CancellationToken::new(), &|_| ()).await.unwrap())
    }

    /// A report that passes.
    pub(crate) async fn report(&self) -> Candidate {
        self.run(BY_DISTRICT, output(OutputKind::Report, &["district", "people*"])).await
    }

    pub(crate) async fn submit(&self, candidate: &Candidate) -> CaseId {
        allowed(self.airlock.submit(self.author(), candidate).await.unwrap())
    }

    pub(crate) async fn submission_codes(&self, candidate: &Candidate) -> Vec<String> {
        let mut codes = refused(self.airlock.submit(self.author(), candidate).await.unwrap());
        codes.dedup();
        codes
    }

    pub(crate) async fn approve(&self, actor: &Actor, case: &CaseId, step: &str, seen: Digest) -> Verdict<CaseState> {
        let reason = "looked at all of it".to_owned();
        let opinion = Opinion {
            outcome: Outcome::Approve,
            reason,
            evidence: None,
            number: None,
            subject_digest: seen,
            defects: vec![],
            said: Default::default(),
        };
        self.casework.sign(actor, case, step, opinion).await.unwrap()
    }

    /// All sign who must.
    pub(crate) async fn sign_all(&self, checker: &Actor, case: &CaseId, seen: Digest) {
        allowed(self.approve(checker, case, "operator_check", seen).await);
        allowed(self.approve(&self.town.agency[0], case, "security_review", seen).await);
        let state = allowed(self.approve(&self.town.agency[1], case, "security_review", seen).await);
        assert_eq!(state, CaseState::Approved);
    }

    pub(crate) async fn released(&self, candidate: &Candidate) -> Release {
        let case = self.submit(candidate).await;
        self.sign_all(self.colleague(), &case, candidate.digest()).await;
        allowed(self.airlock.complete(&case).await.unwrap())
    }

    /// The same stations under changed rules, as after a restart.
    pub(crate) fn airlock_under(&self, change: impl FnOnce(&mut Regime)) -> Airlock {
        let mut rules = regime().as_ref().clone();
        change(&mut rules);
        Airlock::new(self.ledger.clone(), self.casework.clone(), self.rooms.clone(), Arc::new(rules))
    }

    pub(crate) fn sealed_file(&self, candidate: &Candidate) -> PathBuf {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("vault")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.file_name().to_string_lossy() == format!("{}.sealed", candidate.id()) {
                    found.push(entry.path());
                }
            }
        }
        found.pop().unwrap()
    }

    /// Everything that stands in the journal.
    pub(crate) async fn journal(&self) -> String {
        let rows = self.ledger.journal_page(i64::MAX, 1000).await.unwrap();
        rows.iter().map(|row| format!("{row:?}\n")).collect()
    }
}
