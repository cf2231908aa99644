//! Opening under a permit, with a real registry.

use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use shuyu_model::UseKind;
use shuyu_model::id::AgreementId;
use shuyu_registry::testing::{Town, allowed, fund_columns, town};
use shuyu_registry::{Act, Permit, Scope};

use super::*;
use crate::Opened;

struct Room {
    town: Town,
    vault: Vault,
    accounts: ResourceId,
    other: ResourceId,
    agreement: AgreementId,
    scope: Scope,
    folder: tempfile::TempDir,
}

async fn room() -> Room {
    let (ledger, folder) = sqlite(CryptoProfile::Guomi).await;
    let vault = Vault::open(ledger.clone(), config(folder.path(), ledger.profile())).await.unwrap();
    let town = town(&ledger).await;
    let accounts = town.resource("fund_accounts", fund_columns()).await;
    let other = town.resource("other_accounts", fund_columns()).await;
    let agreement = town.agreement(&[accounts.clone(), other.clone()], 3).await;
    let fields: &[&str] = &["account", "balance"];
    let scenario = town.scenario("核验", UseKind::Industry, &agreement, &[(&accounts, fields)]).await;
    Room { town, vault, accounts, other, agreement, scope: Scope::of(scenario), folder }
}

fn csv(rows: usize) -> String {
    let mut text = "id_card,account,balance,opened_on,district\n".to_owned();
    for row in 0..rows {
        // Numbers without a pattern, so that the file needs several chunks.
        let noise = (row as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        text.push_str(&format!("{noise:018x},{noise:x},{},2026-01-02,城南\n", noise % 1_000_000));
    }
    text
}

impl Room {
    async fn seal(&self, resource: &ResourceId, rows: usize) -> Holding {
        let clerk = &self.town.source[0];
        let landing = land_csv(self.town.ledger(), &clerk.organisation, resource, fund_columns(), &csv(rows));
        allowed(self.vault.seal(landing, clerk).await.unwrap())
    }

    async fn permit(&self, act: Act) -> Permit {
        allowed(self.town.registry.permit(&self.town.operator[0], act, &self.scope).await.unwrap())
    }

    async fn open(&self) -> Result<Opened, VaultError> {
        self.vault.open_holdings(&self.permit(Act::Compute).await).await
    }
}

#[tokio::test]
async fn a_permit_opens_its_own_tables_and_no_other() {
    let room = room().await;
    assert!(matches!(room.open().await, Err(VaultError::NoVersion { .. })));
    let (old, new) = (room.seal(&room.accounts, 10).await, room.seal(&room.accounts, 20_000).await);
    let other = room.seal(&room.other, 10).await;
    let opened = room.open().await.unwrap();
    let [table] = &opened.tables[..] else { panic!("{opened:?}") };
    assert_eq!((table.holding.id(), table.bytes as i64), (new.id(), new.bytes()));
    let names: Vec<_> = table.table.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["account", "balance"]);
    let listed: Vec<_> = opened.store.list(None).try_collect().await.unwrap();
    assert_eq!(listed.iter().map(|meta| &meta.location).collect::<Vec<_>>(), [&table.path]);
    for unseen in [old.id(), other.id()] {
        let error = opened.store.get(&Path::from(format!("{unseen}.parquet"))).await.unwrap_err();
        assert!(matches!(error, object_store::Error::NotFound { .. }), "{error}");
    }
}

#[tokio::test]
async fn every_range_is_decrypted_as_it_was_sealed() {
    let room = room().await;
    let holding = room.seal(&room.accounts, 20_000).await;
    let opened = room.open().await.unwrap();
    let (store, path) = (&opened.store, &opened.tables[0].path);
    let whole = store.get(path).await.unwrap().bytes().await.unwrap();
    assert_eq!(CryptoProfile::Guomi.digest(&whole), holding.digest());
    assert!(whole.len() > 3 * crate::sealed_file::CHUNK_BYTES, "{}", whole.len());
    let size = whole.len() as u64;
    let ranges = [0..1, 65_535..65_537, 1..200_000, size - 8..size, 65_536..131_072];
    let read = store.get_ranges(path, &ranges).await.unwrap();
    for (range, bytes) in ranges.iter().zip(read) {
        assert_eq!(bytes, whole[range.start as usize..range.end as usize], "{range:?}");
    }
    let tail = object_store::GetOptions::new().with_range(Some(object_store::GetRange::Suffix(8)));
    assert_eq!(store.get_opts(path, tail).await.unwrap().bytes().await.unwrap(), whole[whole.len() - 8..]);
    assert_eq!(store.head(path).await.unwrap().size, size);
    assert!(store.get_range(path, size..size + 1).await.is_err());
}

#[tokio::test]
async fn nothing_is_written_through_a_permit() {
    let room = room().await;
    room.seal(&room.accounts, 10).await;
    let opened = room.open().await.unwrap();
    let (store, path) = (&opened.store, &opened.tables[0].path);
    let other = Path::from("x");
    assert!(store.put(path, PutPayload::from_static(b"x")).await.is_err());
    assert!(store.put_multipart(&other).await.is_err());
    assert!(store.delete(path).await.is_err());
    assert!(store.copy(path, &other).await.is_err());
    assert!(store.rename(path, &other).await.is_err());
    assert!(store.get_range(path, 0..4).await.is_ok());
}

#[tokio::test]
async fn only_a_permit_to_compute_opens() {
    let room = room().await;
    room.seal(&room.accounts, 10).await;
    let review = room.permit(Act::Review).await;
    assert!(matches!(room.vault.open_holdings(&review).await, Err(VaultError::PermitAct)));
}

#[tokio::test]
async fn the_end_of_the_agreement_ends_reading_at_once() {
    let room = room().await;
    room.seal(&room.accounts, 300_000).await;
    let permit = room.permit(Act::Compute).await;
    let opened = room.vault.open_holdings(&permit).await.unwrap();
    let (store, path) = (&opened.store, &opened.tables[0].path);
    // A long answer is on its way: its first piece came, the rest does not.
    let mut pieces = store.get(path).await.unwrap().into_stream();
    assert!(pieces.next().await.unwrap().is_ok());
    let ground = &room.town.registry.regime().agreement.exit_grounds.value[0].clone();
    room.town.end_agreement(&room.agreement, ground).await;
    let error = pieces.next().await.unwrap().unwrap_err();
    assert!(matches!(error, object_store::Error::PermissionDenied { .. }), "{error}");
    assert!(store.get_range(path, 0..4).await.is_err());
    assert!(store.head(path).await.is_err());
    assert!(store.list(None).next().await.unwrap().is_err());
    assert!(matches!(room.vault.open_holdings(&permit).await, Err(VaultError::PermitEnded)));
}

#[tokio::test]
async fn a_version_destroyed_while_open_is_not_read_on() {
    let room = room().await;
    let holding = room.seal(&room.accounts, 10).await;
    let opened = room.open().await.unwrap();
    let destroyed = room.vault.destroy(holding.id(), &room.town.source[1], "依约销毁数据").await.unwrap();
    allowed(destroyed);
    assert!(opened.store.get_range(&opened.tables[0].path, 0..4).await.is_err());
    assert!(matches!(room.open().await, Err(VaultError::Destroyed { .. })));
}

#[tokio::test]
async fn a_version_with_other_columns_than_permitted_does_not_open() {
    let room = room().await;
    let clerk = &room.town.source[0];
    let landing = land_csv(room.town.ledger(), &clerk.organisation, &room.accounts, columns(), CSV);
    allowed(room.vault.seal(landing, clerk).await.unwrap());
    let error = room.open().await.unwrap_err().to_string();
    assert!(error.contains("account, balance, id_card"), "{error}");
}

#[tokio::test]
async fn a_tampered_holding_fails_when_its_bytes_are_read() {
    let room = room().await;
    let holding = room.seal(&room.accounts, 20_000).await;
    let file = room.folder.path().join(format!("vault/holdings/{}.sealed", holding.id()));
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let opened = room.open().await.unwrap();
    let (store, path) = (&opened.store, &opened.tables[0].path);
    let error = store.get_range(path, 0..4).await.unwrap_err();
    assert!(format!("{error:?}").contains("Tampered"), "{error:?}");
    assert!(store.get_range(path, 70_000..70_004).await.is_ok());
}
