//! The vault from landing to destruction, on each database.

mod permits;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::RecordBatch;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_ledger::{Event, Ledger, args};
use shuyu_model::id::{HoldingId, OrganisationId, PersonId, ResourceId};
use shuyu_model::{Actor, Column, ColumnClass, ColumnType, CryptoProfile, Grade, Mask, Role, Verdict};
use shuyu_sources::{Format, Intake, IntakeLimits, Landing, land};

use crate::{Holding, HoldingState, MasterKey, Vault, VaultConfig, VaultError};

fn columns() -> Vec<Column> {
    let column = |name: &str, kind| Column {
        name: name.to_owned(),
        title: name.to_owned(),
        kind,
        class: ColumnClass::Plain,
        grade: Some(Grade::L1),
        mask: Mask::None,
        is_entity: false,
    };
    vec![column("zone", ColumnType::Text), column("places", ColumnType::Integer)]
}

fn land_csv(
    ledger: &Ledger,
    department: &OrganisationId,
    resource: &ResourceId,
    columns: Vec<Column>,
    csv: &str,
) -> Landing {
    let intake = Intake {
        landing: ledger.new_id(),
        department: department.clone(),
        resource: resource.clone(),
        columns,
        format: Format::Csv,
        profile: ledger.profile(),
        limits: IntakeLimits::default(),
        spool_dir: std::env::temp_dir(),
        at: ledger.now(),
        cancel: Arc::new(AtomicBool::new(false)),
    };
    land(&intake, csv.as_bytes(), &|_| ()).unwrap()
}

struct Here {
    ledger: Ledger,
    vault: Vault,
    folder: tempfile::TempDir,
    clerk: Actor,
    resource: ResourceId,
}

fn config(folder: &Path, profile: CryptoProfile) -> VaultConfig {
    let master_key = MasterKey::load_or_create(&folder.join("keys/master.key"), profile).unwrap();
    VaultConfig { root: folder.join("vault"), master_key }
}

async fn here(ledger: Ledger, folder: tempfile::TempDir) -> Here {
    let vault = Vault::open(ledger.clone(), config(folder.path(), ledger.profile())).await.unwrap();
    let clerk = Actor {
        person: ledger.new_id::<PersonId>(),
        organisation: ledger.new_id::<OrganisationId>(),
        roles: vec![Role::Source],
    };
    let resource = ledger.new_id();
    Here { ledger, vault, folder, clerk, resource }
}

async fn everywhere() -> Vec<Here> {
    let mut all = Vec::new();
    for (_, ledger, folder) in ledgers().await {
        all.push(here(ledger, folder).await);
    }
    let (ledger, folder) = sqlite(CryptoProfile::Guomi).await;
    all.push(here(ledger, folder).await);
    all
}

const CSV: &str = "zone,places\n城南,12\n城北,7\n城东,x\n";

impl Here {
    fn landing(&self, csv: &str) -> Landing {
        land_csv(&self.ledger, &self.clerk.organisation, &self.resource, columns(), csv)
    }

    async fn seal(&self, csv: &str) -> Holding {
        match self.vault.seal(self.landing(csv), &self.clerk).await.unwrap() {
            Verdict::Allow(holding) => holding,
            Verdict::Refuse(reasons) => panic!("{reasons:?}"),
        }
    }

    fn file(&self, id: &HoldingId) -> std::path::PathBuf {
        self.folder.path().join(format!("vault/holdings/{id}.sealed"))
    }

    async fn journal(&self) -> Vec<String> {
        let rows = self.ledger.read("SELECT action FROM journal ORDER BY seq", args![]).await.unwrap();
        rows.iter().map(|row| row.text("action").unwrap()).collect()
    }

    /// As after a restart.
    async fn reopened(&mut self) -> Result<(), VaultError> {
        let (ledger, profile) = (self.ledger.clone(), self.ledger.profile());
        let unused = tempfile::tempdir().unwrap();
        let other = VaultConfig { root: unused.path().to_owned(), ..config(self.folder.path(), profile) };
        self.vault = Vault::open(ledger.clone(), other).await?;
        self.vault = Vault::open(ledger, config(self.folder.path(), profile)).await?;
        Ok(())
    }
}

fn codes<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    match verdict {
        Verdict::Allow(value) => panic!("allowed {value:?}"),
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
    }
}

#[tokio::test]
async fn a_landing_becomes_a_version_that_reads_back_and_is_written_down() {
    for here in everywhere().await {
        let landing = here.landing(CSV);
        let (landed, report) = (landing.digest(), landing.report().clone());
        let Verdict::Allow(holding) = here.vault.seal(landing, &here.clerk).await.unwrap() else { panic!() };
        assert_eq!((holding.version(), holding.rows(), holding.rows_bad()), (1, 2, 1));
        assert_eq!((holding.landed_digest(), holding.landed_bytes()), (landed, CSV.len() as i64));
        assert_eq!(holding.columns(), columns());
        assert_eq!(here.vault.report(holding.id()).await.unwrap(), report);
        let (_, reader) = here.vault.reader(holding.id()).await.unwrap();
        let batches: Vec<RecordBatch> =
            ParquetRecordBatchReaderBuilder::try_new(reader).unwrap().build().unwrap().map(Result::unwrap).collect();
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
        here.vault.verify(holding.id()).await.unwrap();
        assert_eq!(here.journal().await, ["holding.sealed"]);
    }
}

#[tokio::test]
async fn versions_count_up_and_the_newest_is_the_latest() {
    for here in everywhere().await {
        assert_eq!(here.vault.latest(&here.resource).await.unwrap(), None);
        let sealing: Vec<_> = (0..4).map(|n| here.landing(&format!("zone,places\n城南,{n}\n"))).collect();
        let sealed = sealing.into_iter().map(|landing| here.vault.seal(landing, &here.clerk));
        futures::future::try_join_all(sealed).await.unwrap();
        let versions: Vec<_> = here.vault.holdings(&here.resource).await.unwrap();
        assert_eq!(versions.iter().map(Holding::version).collect::<Vec<_>>(), [4, 3, 2, 1]);
        assert_eq!(here.vault.latest(&here.resource).await.unwrap().as_ref(), versions.first());
    }
}

#[tokio::test]
async fn refuses_an_empty_version_and_a_stranger_with_both_reasons() {
    for here in everywhere().await {
        let stranger = Actor { organisation: here.ledger.new_id(), ..here.clerk.clone() };
        let verdict = here.vault.seal(here.landing("zone,places\n城南,x\n"), &stranger).await.unwrap();
        assert_eq!(codes(verdict), ["VLT-001", "VLT-002"]);
        assert_eq!(here.vault.latest(&here.resource).await.unwrap(), None);
        assert_eq!(here.journal().await, ["holding.sealing_refused"]);
    }
}

#[tokio::test]
async fn nothing_plain_lies_below_the_folder() {
    for here in everywhere().await {
        let holding = here.seal(CSV).await;
        let bytes = fs::read(here.file(holding.id())).unwrap();
        for plain in ["城南".as_bytes(), b"PAR1", b"zone"] {
            assert!(!bytes.windows(plain.len()).any(|window| window == plain));
        }
        assert_eq!(fs::read_dir(here.folder.path().join("vault/unfinished")).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn tampering_with_a_file_or_swapping_two_shows() {
    for here in everywhere().await {
        let (one, other) = (here.seal(CSV).await, here.seal(CSV).await);
        let (path, other_path) = (here.file(one.id()), here.file(other.id()));
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        *bad.last_mut().unwrap() ^= 1;
        let changed: [&[u8]; 4] = [&bad, &good[..good.len() - 1], &fs::read(&other_path).unwrap(), b""];
        for bytes in changed {
            fs::write(&path, bytes).unwrap();
            let error = here.vault.reader(one.id()).await.unwrap_err();
            assert!(matches!(error, VaultError::Tampered { .. }), "{error}");
        }
        fs::remove_file(&path).unwrap();
        assert!(matches!(here.vault.reader(one.id()).await, Err(VaultError::Missing { .. })));
        fs::write(&path, &good).unwrap();
        here.vault.verify(one.id()).await.unwrap();
    }
}

#[tokio::test]
async fn a_destroyed_version_says_so_and_leaves_proof() {
    for here in everywhere().await {
        let (old, new) = (here.seal(CSV).await, here.seal(CSV).await);
        let Verdict::Allow(proof) = here.vault.destroy(new.id(), &here.clerk, "合同终止，依约销毁").await.unwrap()
        else {
            panic!()
        };
        assert_eq!((proof.digest, &proof.holding), (new.digest(), new.id()));
        assert!(!here.file(new.id()).exists());
        let error = here.vault.reader(new.id()).await.unwrap_err();
        assert!(matches!(error, VaultError::Destroyed { .. }), "{error}");
        assert_eq!(here.vault.latest(&here.resource).await.unwrap(), Some(old));
        let gone = here.vault.holding(new.id()).await.unwrap();
        assert_eq!((gone.state(), gone.destroyed_ground()), (HoldingState::Destroyed, Some("合同终止，依约销毁")));
        let key = "SELECT wrapped_key FROM holdings WHERE id = $1";
        let rows = here.ledger.read(key, args![new.id().as_str()]).await.unwrap();
        assert_eq!(rows[0].text("wrapped_key").unwrap(), "");
        let written = "SELECT written FROM journal WHERE seq = $1";
        let rows = here.ledger.read(written, args![proof.entry.seq]).await.unwrap();
        let written = rows[0].text("written").unwrap();
        assert!(written.contains(&proof.digest.to_string()) && written.contains(&proof.key_digest.to_string()));
    }
}

#[tokio::test]
async fn refuses_to_destroy_with_every_reason() {
    for here in everywhere().await {
        let holding = here.seal(CSV).await;
        let stranger = Actor { organisation: here.ledger.new_id(), ..here.clerk.clone() };
        let verdict = here.vault.destroy(holding.id(), &stranger, " 无 ").await.unwrap();
        assert_eq!(codes(verdict), ["VLT-011", "VLT-012"]);
        let verdict = here.vault.destroy(holding.id(), &here.clerk, &"无".repeat(1001)).await.unwrap();
        assert_eq!(codes(verdict), ["VLT-011"]);
        here.vault.verify(holding.id()).await.unwrap();
        let agency = Actor { roles: vec![Role::Agency], ..stranger };
        assert!(matches!(here.vault.destroy(holding.id(), &agency, "授权期限届满").await.unwrap(), Verdict::Allow(_)));
        let verdict = here.vault.destroy(holding.id(), &here.clerk, "授权期限届满").await.unwrap();
        assert_eq!(codes(verdict), ["VLT-010"]);
        let unknown = here.vault.destroy(&here.ledger.new_id(), &agency, "授权期限届满").await;
        assert!(matches!(unknown, Err(VaultError::Unknown { .. })));
    }
}

#[tokio::test]
async fn what_a_crash_left_is_swept_and_what_is_sealed_stays() {
    for mut here in everywhere().await {
        let holding = here.seal(CSV).await;
        let result = here.vault.seal_result("CAN-1", &b"never kept"[..]).await.unwrap();
        let orphans = ["holdings/HLD-0.sealed", "results/REL-0.sealed", "unfinished/.tmp1", "holdings/strange"];
        let orphans = orphans.map(|name| here.folder.path().join("vault").join(name));
        for orphan in &orphans {
            fs::write(orphan, "left").unwrap();
        }
        // Somebody else is at work: nothing is swept.
        let busy = Vault::open(here.ledger.clone(), config(here.folder.path(), here.ledger.profile())).await.unwrap();
        assert!(orphans.iter().all(|orphan| orphan.exists()));
        drop(busy);
        here.reopened().await.unwrap();
        assert!(orphans.iter().all(|orphan| !orphan.exists()));
        assert!(!here.folder.path().join("vault/results/CAN-1.sealed").exists());
        assert_eq!(result.sealed_ref().bytes, 10);
        here.vault.verify(holding.id()).await.unwrap();
    }
}

#[tokio::test]
async fn another_master_key_is_told_at_the_start() {
    for mut here in everywhere().await {
        here.seal(CSV).await;
        fs::remove_file(here.folder.path().join("keys/master.key")).unwrap();
        assert!(matches!(here.reopened().await, Err(VaultError::WrongMasterKey { .. })));
    }
}

#[tokio::test]
async fn a_result_is_kept_in_its_makers_own_change() {
    for here in everywhere().await {
        let content = vec![7_u8; 200_000];
        let sealed = here.vault.seal_result("CAN-7", std::io::Cursor::new(content.clone())).await.unwrap();
        let mut change = here.ledger.change().await.unwrap();
        let kept = here.vault.keep_result(&mut change, &sealed).await.unwrap();
        change.commit(Event::done(None, "candidate.made", "CAN-7")).await.unwrap();
        assert_eq!(here.vault.result("CAN-7").await.unwrap().as_ref(), Some(&kept));
        assert_eq!(kept.digest, here.ledger.profile().digest(&content));
        let reader = here.vault.open_result(&kept).await.unwrap();
        let mut read = Vec::new();
        reader.stream_from(0).read_to_end(&mut read).unwrap();
        assert_eq!((read == content, reader.digest().unwrap()), (true, kept.digest));
        let forged = crate::SealedRef { bytes: 1, ..kept };
        assert!(matches!(here.vault.open_result(&forged).await, Err(VaultError::Tampered { .. })));
        for id in ["", "../etc", "a/b", &"a".repeat(65)] {
            assert!(matches!(here.vault.seal_result(id, &b""[..]).await, Err(VaultError::Unknown { .. })), "{id}");
        }
    }
}

#[tokio::test]
async fn a_change_that_is_dropped_keeps_nothing() {
    for here in everywhere().await {
        let sealed = here.vault.seal_result("CAN-8", &b"x"[..]).await.unwrap();
        let mut change = here.ledger.change().await.unwrap();
        here.vault.keep_result(&mut change, &sealed).await.unwrap();
        drop(change);
        assert_eq!(here.vault.result("CAN-8").await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_a_landing_brought_is_kept_with_the_holding() {
    for here in everywhere().await {
        let holding = here.seal("zone,places\n城南,12\n,7\n城东,x\n城北,\n").await;
        let sql = "SELECT holding, version, rows_good, rows_bad, accuracy, completeness FROM supplies";
        let rows = here.ledger.read(sql, args![]).await.unwrap();
        let numbers = ["version", "rows_good", "rows_bad", "accuracy", "completeness"];
        let numbers = numbers.map(|column| rows[0].int(column).unwrap());
        // One of four rows is bad; two of the six cells of the others are empty.
        assert_eq!((rows.len(), numbers), (1, [1, 3, 1, 750, 666]));
        assert_eq!(rows[0].text("holding").unwrap(), holding.id().to_string());
    }
}
