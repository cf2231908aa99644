//! Sealing, finding and destroying versions.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::RwLock;
use serde_json::json;
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{HoldingId, ResourceId};
use shuyu_model::{Actor, CryptoProfile, Reasons, Role, Verdict};
use shuyu_registry::Supply;
use shuyu_sources::{Landing, QualityReport};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use crate::error::VaultError;
use crate::folder::{Folder, Kind};
use crate::holding::{Destruction, Holding};
use crate::key::{DataKey, MasterKey};
use crate::reasons;
use crate::sealed_file::{self, SealedReader};
use crate::states::HoldingState;
use crate::store::{self, NewHolding};

/// How a vault is opened.
#[derive(Debug, Clone)]
pub struct VaultConfig {
    /// The folder that sealed files lie in.
    pub root: PathBuf,
    /// The key that all data keys lie under.
    pub master_key: MasterKey,
}

/// The vault. Cheap to clone.
#[derive(Clone)]
pub struct Vault(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) folder: Arc<Folder>,
    pub(crate) master_key: MasterKey,
    /// What was destroyed since the start, for those who have it open.
    pub(crate) gone: Gone,
    /// One version at a time gets its number.
    numbering: Mutex<()>,
}

/// Ids of holdings that were destroyed while somebody may have them open.
pub(crate) type Gone = Arc<RwLock<BTreeSet<String>>>;

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// Runs what blocks where it may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    spawn_blocking(work).await.map_err(|_| VaultError::Interrupted)?
}

impl Vault {
    /// Opens the vault; checks that the master key is the right one and sweeps
    /// what a crash left behind, unless another process is at work here.
    pub async fn open(ledger: Ledger, config: VaultConfig) -> Result<Self, VaultError> {
        if let Some((id, wrapped)) = store::any_key(&ledger).await? {
            config.master_key.unwrap(&wrapped, &id)?;
        }
        let root = config.root;
        let folder = Arc::new(blocking(move || Folder::open(&root)).await?);
        if folder.is_alone()? {
            let holdings = store::kept_holdings(&ledger).await?;
            let results = store::kept_results(&ledger).await?;
            let folder = folder.clone();
            let swept =
                blocking(move || Ok(folder.sweep(Kind::Holding, &holdings)? + folder.sweep(Kind::Result, &results)?));
            let swept = swept.await?;
            if swept > 0 {
                tracing::info!(swept, "removed sealed files that no row names");
            }
        }
        folder.share()?;
        let (gone, numbering) = (Gone::default(), Mutex::new(()));
        Ok(Self(Arc::new(Inner { ledger, folder, master_key: config.master_key, gone, numbering })))
    }

    /// The profile whose ciphers new files are sealed with.
    pub(crate) fn profile(&self) -> CryptoProfile {
        self.0.ledger.profile()
    }

    /// Seals a landing as the next version of its resource. The landing's spool
    /// file is gone afterwards.
    pub async fn seal(&self, landing: Landing, actor: &Actor) -> Result<Verdict<Holding>, VaultError> {
        let ledger = &self.0.ledger;
        let mut against = Vec::new();
        if landing.rows_good() == 0 {
            against.push(reasons::no_good_row());
        }
        if actor.organisation != *landing.department() {
            against.push(reasons::other_department());
        }
        if let Some(against) = Reasons::new(against) {
            let event = Event::refused(Some(actor), "holding.sealing_refused", landing.id().as_str(), &against);
            ledger.refuse(event.digests(None, Some(landing.digest()))).await?;
            return Ok(Verdict::Refuse(against));
        }
        let id: HoldingId = ledger.new_id();
        let key = DataKey::generate(self.profile())?;
        let wrapped_key = self.0.master_key.wrap(&key, id.as_str())?;
        let folder = self.0.folder.clone();
        let name = id.clone();
        let (landing, sealed) = blocking(move || {
            let mut spool = landing.open_spool()?;
            let sealed = folder
                .write(Kind::Holding, name.as_str(), |out| sealed_file::seal(&mut spool, &key, name.as_str(), out))?;
            Ok((landing, sealed))
        })
        .await?;
        let numbered = self.0.numbering.lock().await;
        let mut change = ledger.change().await?;
        let new = NewHolding {
            id: id.as_str(),
            landing: &landing,
            sealed,
            wrapped_key: &wrapped_key,
            sealed_by: actor.person.as_str(),
            sealed_at: change.now(),
        };
        let version = store::insert_holding(&mut change, new).await?;
        let supply = Supply {
            holding: id.clone(),
            resource: landing.resource().clone(),
            version,
            landed_at: landing.at(),
            rows_good: store::count(landing.rows_good()),
            rows_bad: store::count(landing.rows_bad()),
            accuracy: store::count(landing.report().accuracy()),
            completeness: store::count(landing.report().completeness()),
        };
        shuyu_registry::supply::landed(&mut change, &supply).await?;
        let facts = json!({
            "resource": landing.resource(),
            "version": version,
            "landing": landing.id(),
            "department": landing.department(),
            "landed_digest": landing.digest(),
            "landed_bytes": landing.bytes_count(),
            "rows_good": landing.rows_good(),
            "rows_bad": landing.rows_bad(),
            "bytes": sealed.bytes,
        });
        let event = Event::done(Some(actor), "holding.sealed", id.as_str());
        change.commit(event.digests(None, Some(sealed.digest)).facts(facts)).await?;
        drop(numbered);
        self.holding(&id).await.map(Verdict::Allow)
    }

    /// One holding.
    pub async fn holding(&self, id: &HoldingId) -> Result<Holding, VaultError> {
        let row = store::holding(&self.0.ledger, id.as_str()).await?;
        Holding::from_row(&row.ok_or_else(|| VaultError::Unknown { kind: "holding", id: id.to_string() })?)
    }

    /// The newest version of a resource that can be opened.
    pub async fn latest(&self, resource: &ResourceId) -> Result<Option<Holding>, VaultError> {
        let row = store::latest(&self.0.ledger, resource.as_str()).await?;
        row.as_ref().map(Holding::from_row).transpose()
    }

    /// All versions of a resource, the newest first, destroyed ones too.
    pub async fn holdings(&self, resource: &ResourceId) -> Result<Vec<Holding>, VaultError> {
        let rows = store::holdings(&self.0.ledger, resource.as_str()).await?;
        rows.iter().map(Holding::from_row).collect()
    }

    /// What intake found out about a holding's quality.
    pub async fn report(&self, id: &HoldingId) -> Result<QualityReport, VaultError> {
        let report = store::report(&self.0.ledger, id.as_str()).await?;
        let report = report.ok_or_else(|| VaultError::Unknown { kind: "holding", id: id.to_string() })?;
        serde_json::from_str(&report).map_err(|error| VaultError::damaged(id.as_str(), error))
    }

    /// The sealed file of a holding that was not destroyed.
    pub(crate) async fn reader(&self, id: &HoldingId) -> Result<(Holding, SealedReader), VaultError> {
        let row = store::holding(&self.0.ledger, id.as_str()).await?;
        let row = row.ok_or_else(|| VaultError::Unknown { kind: "holding", id: id.to_string() })?;
        let holding = Holding::from_row(&row)?;
        if let (HoldingState::Destroyed, at) = (holding.state(), holding.destroyed_at()) {
            return Err(VaultError::Destroyed { id: id.to_string(), at: at.unwrap_or(holding.sealed_at()) });
        }
        let key = self.0.master_key.unwrap(&row.text("wrapped_key")?, id.as_str())?;
        let folder = self.0.folder.clone();
        let name = id.clone();
        let reader = blocking(move || {
            let file = folder.read(Kind::Holding, name.as_str())?;
            SealedReader::open(file, &key, name.as_str())
        })
        .await?;
        // INVARIANT (tampering shows): the row, too, says how long it is.
        if store::count(reader.bytes()) == holding.bytes() {
            Ok((holding, reader))
        } else {
            Err(VaultError::tampered(id.as_str()))
        }
    }

    /// Whether the master key still opens what lies here: the key of any version, and the
    /// newest one's last chunk, which is authenticated. Says how many versions are sealed.
    pub async fn probe(&self) -> Result<usize, VaultError> {
        if let Some((id, wrapped)) = store::any_key(&self.0.ledger).await? {
            self.0.master_key.unwrap(&wrapped, &id)?;
        }
        let kept = store::kept_holdings(&self.0.ledger).await?;
        if let Some(newest) = kept.iter().next_back() {
            let id = HoldingId::parse(newest).map_err(|_| VaultError::tampered(newest))?;
            self.reader(&id).await?;
        }
        Ok(kept.len())
    }

    /// Reads all of a holding and compares it with the digest written down.
    pub async fn verify(&self, id: &HoldingId) -> Result<(), VaultError> {
        let (holding, reader) = self.reader(id).await?;
        let digest = blocking(move || reader.digest()).await?;
        if digest == holding.digest() { Ok(()) } else { Err(VaultError::tampered(id.as_str())) }
    }

    /// Destroys a version for good: its wrapped key is overwritten with nothing
    /// in the same change as the event that proves it, then its file is removed.
    /// Backups of the database made before still hold the wrapped key.
    pub async fn destroy(
        &self,
        id: &HoldingId,
        actor: &Actor,
        ground: &str,
    ) -> Result<Verdict<Destruction>, VaultError> {
        let ledger = &self.0.ledger;
        let mut change = ledger.change().await?;
        let row = store::holding_within(&mut change, id.as_str()).await?;
        let row = row.ok_or_else(|| VaultError::Unknown { kind: "holding", id: id.to_string() })?;
        let holding = Holding::from_row(&row)?;
        let mut against = Vec::new();
        if !holding.state().may_become(HoldingState::Destroyed) {
            against.push(reasons::is_destroyed());
        }
        if !reasons::is_ground(ground.trim()) {
            against.push(reasons::no_ground());
        }
        if actor.organisation != *holding.department() && !actor.is(Role::Agency) {
            against.push(reasons::not_theirs());
        }
        if let Some(against) = Reasons::new(against) {
            // A refusal is a change of its own.
            drop(change);
            ledger.refuse(Event::refused(Some(actor), "holding.destruction_refused", id.as_str(), &against)).await?;
            return Ok(Verdict::Refuse(against));
        }
        let key_digest = self.profile().digest(row.text("wrapped_key")?.as_bytes());
        let at = change.now();
        if store::destroy(&mut change, id.as_str(), at, ground.trim()).await? != 1 {
            return Err(VaultError::damaged(id.as_str(), "it changed meanwhile"));
        }
        let facts = json!({
            "resource": holding.resource(),
            "version": holding.version(),
            "rows": holding.rows(),
            "bytes": holding.bytes(),
            "key_digest": key_digest,
            "ground": ground.trim(),
        });
        let event = Event::done(Some(actor), "holding.destroyed", id.as_str());
        let entry = change.commit(event.digests(Some(holding.digest()), None).facts(facts)).await?;
        self.0.gone.write().insert(id.to_string());
        let (folder, name) = (self.0.folder.clone(), id.clone());
        blocking(move || folder.remove(Kind::Holding, name.as_str())).await?;
        Ok(Verdict::Allow(Destruction { holding: id.clone(), digest: holding.digest(), key_digest, at, entry }))
    }
}
