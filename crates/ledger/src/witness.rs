//! The witness: a second process, run by someone else, that remembers.
//!
//! It fetches the log's checkpoint, checks that the log continues what the
//! witness saw before, and cosigns (C2SP tlog-cosignature). A log that was
//! rewritten or cut short is refused, and both of its signed statements are kept.
//!
//! INVARIANT (remember, then sign): what is cosigned was made durable as seen
//! before, so that a crash cannot make the witness sign two histories.
//!
//! Not here: the log's own keys and files (`log`), a full replay (`verify`).

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::future::Future;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use shuyu_model::{CryptoProfile, Time};

use crate::LedgerError;
use crate::log::fault::at;
use crate::log::key_file::{open_or_make, publish_verifier};
use crate::log::note::{KeyUse, NOTE_BYTES_MAX, Note, SignerKey, VerifierKey};
use crate::log::tiles::{MemoryTiles, TileId, decode_tile, write_files};
use crate::log::tree::{Hash, consistency_ranges, roots, tiles_of, verify_consistency};
use crate::log::{CHECKPOINT_FILE, Checkpoint};

/// The last checkpoint seen, as the log signed it.
const SEEN_FILE: &str = "seen";
/// How long one file may take to come.
const FETCH_SECS_MAX: u64 = 20;

/// Why a checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// A file of the witness, a key, or a checkpoint that is no good.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Another process works with the same state.
    #[error("another witness works in `{path}`")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// What was fetched did not come.
    #[error("cannot fetch `{path}` of the log: {what}")]
    Fetch {
        /// Its name in the log.
        path: String,
        /// Why not.
        what: String,
    },
    /// The tiles do not belong to the checkpoint; nothing is known about the log.
    #[error("the tiles of the log do not hash to its checkpoint of size {size}")]
    Tiles {
        /// The size in the checkpoint.
        size: u64,
    },
    /// The log is smaller than it was.
    #[error("the log shrank: it signed {seen} entries and now offers {offered}; both statements are in `{evidence}`")]
    Shrunk {
        /// The size seen before.
        seen: u64,
        /// The size offered now.
        offered: u64,
        /// The folder with both checkpoints.
        evidence: PathBuf,
    },
    /// The log contradicts what it signed before.
    #[error(
        "the log was rewritten: its {offered} entries do not continue the {seen} it signed; both statements are in `{evidence}`"
    )]
    Forked {
        /// The size seen before.
        seen: u64,
        /// The size offered now.
        offered: u64,
        /// The folder with both checkpoints.
        evidence: PathBuf,
    },
}

impl WitnessError {
    /// Whether the log was caught, rather than something having failed.
    pub fn is_proof(&self) -> bool {
        matches!(self, Self::Shrunk { .. } | Self::Forked { .. })
    }
}

/// Where the files of the log are.
#[derive(Debug, Clone)]
pub enum LogSource {
    /// In a folder.
    Folder(PathBuf),
    /// Below an address: `http://10.0.0.7:8080/log`.
    Web(WebSource),
}

/// An address and the client that asks there.
#[derive(Debug, Clone)]
pub struct WebSource {
    base: String,
    client: reqwest::Client,
}

impl LogSource {
    /// The files below an address.
    pub fn web(base: &str) -> Result<Self, WitnessError> {
        let failed = |error: reqwest::Error| WitnessError::Fetch { path: String::new(), what: error.to_string() };
        let client = reqwest::Client::builder()
            .timeout(Duration::from_secs(FETCH_SECS_MAX))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(failed)?;
        Ok(Self::Web(WebSource { base: base.trim_end_matches('/').to_owned(), client }))
    }

    /// `None` when there is no such file.
    async fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, WitnessError> {
        let failed = |what: String| WitnessError::Fetch { path: path.to_owned(), what };
        match self {
            Self::Folder(folder) => match tokio::fs::read(folder.join(path)).await {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                Err(error) => Err(failed(error.to_string())),
            },
            Self::Web(WebSource { base, client }) => {
                let failed_there = |error: reqwest::Error| failed(error.without_url().to_string());
                let request = client.get(format!("{base}/{path}")).header("cache-control", "no-cache");
                let mut answer = request.send().await.map_err(failed_there)?;
                if answer.status() == reqwest::StatusCode::NOT_FOUND {
                    return Ok(None);
                }
                if !answer.status().is_success() {
                    return Err(failed(format!("the answer was {}", answer.status())));
                }
                let mut bytes = Vec::new();
                while let Some(chunk) = answer.chunk().await.map_err(failed_there)? {
                    bytes.extend_from_slice(&chunk);
                    if bytes.len() > NOTE_BYTES_MAX {
                        return Err(failed(format!("the answer is longer than {NOTE_BYTES_MAX} bytes")));
                    }
                }
                Ok(Some(bytes))
            }
        }
    }

    async fn tiles(&self, wanted: BTreeSet<TileId>) -> Result<MemoryTiles, WitnessError> {
        let mut tiles = MemoryTiles::default();
        for tile in wanted {
            let path = tile.path();
            let failed = |what: &str| WitnessError::Fetch { path: path.clone(), what: what.to_owned() };
            let bytes = match self.fetch(&path).await? {
                // A partial tile gives way to the full one.
                None if !tile.is_full() => self.fetch(&tile.full().path()).await?,
                bytes => bytes,
            };
            let bytes = bytes.ok_or_else(|| failed("it is not there"))?;
            tiles.insert(tile, decode_tile(&bytes, tile.width).ok_or_else(|| failed("it has the wrong length"))?);
        }
        Ok(tiles)
    }
}

/// A checkpoint that the witness stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// What the log says.
    pub checkpoint: Checkpoint,
    /// The note with both signatures.
    pub note: String,
    /// How many entries came since the last time.
    pub grown_by: u64,
}

/// A witness of one log, with its own key and its own memory.
pub struct Witness {
    folder: PathBuf,
    source: LogSource,
    log: VerifierKey,
    key: SignerKey,
    seen: Option<Checkpoint>,
    _lock: File,
}

impl Witness {
    /// Opens the memory in `folder`, or begins it. `name` stands on the
    /// cosignatures; `log` is the key of the log, which the witness got from
    /// whoever runs the log, not from the log itself.
    pub fn open(folder: &Path, name: &str, log: VerifierKey, source: LogSource) -> Result<Self, WitnessError> {
        fs::create_dir_all(folder).map_err(at("create", folder))?;
        let lock_path = folder.join("lock");
        let lock = File::create(&lock_path).map_err(at("create", &lock_path))?;
        lock.try_lock().map_err(|_| WitnessError::InUse { path: folder.to_path_buf() })?;
        let key = open_or_make(&folder.join("witness.key"), name, log.profile(), KeyUse::Witness)?;
        publish_verifier(folder, key.verifier())?;
        let seen_path = folder.join(SEEN_FILE);
        let seen = match fs::read_to_string(&seen_path) {
            Ok(note) => Some(Checkpoint::verify(&note, &log)?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(at("read", &seen_path)(error).into()),
        };
        Ok(Self { folder: folder.to_path_buf(), source, log, key, seen, _lock: lock })
    }

    /// The key that verifies the cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// The last checkpoint that was found good.
    pub fn seen(&self) -> Option<&Checkpoint> {
        self.seen.as_ref()
    }

    /// Looks at the log once; cosigns what continues the last look, and writes
    /// the cosigned note to `checkpoint` in the witness's folder.
    pub async fn run_once(&mut self, now: Time) -> Result<Witnessed, WitnessError> {
        let missing = |what: &str| WitnessError::Fetch { path: CHECKPOINT_FILE.to_owned(), what: what.to_owned() };
        let bytes = self.source.fetch(CHECKPOINT_FILE).await?.ok_or_else(|| missing("it is not there"))?;
        let note = String::from_utf8(bytes).map_err(|_| missing("it is no text"))?;
        let offered = Checkpoint::verify(&note, &self.log)?;
        self.check(&offered).await?;

        // INVARIANT (remember, then sign).
        write_files(&self.folder, &[(SEEN_FILE.to_owned(), note.clone().into_bytes())])?;
        let grown_by = offered.size - self.seen.as_ref().map_or(0, |seen| seen.size);
        self.seen = Some(offered.clone());
        let at_secs = u64::try_from(now.0.div_euclid(1_000_000)).unwrap_or(0);
        let cosigned = Note::parse_unverified(&note)?.cosign(&self.key, at_secs)?.to_string();
        write_files(&self.folder, &[(CHECKPOINT_FILE.to_owned(), cosigned.clone().into_bytes())])?;
        Ok(Witnessed { checkpoint: offered, note: cosigned, grown_by })
    }

    /// Looks every so often until `stop` is done. Ends with the proof when the
    /// log is caught; anything else that fails is told and tried again.
    pub async fn serve(
        &mut self,
        every: Duration,
        now: impl Fn() -> Time,
        stop: impl Future<Output = ()>,
    ) -> Result<(), WitnessError> {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return Ok(()),
                _ = ticks.tick() => {}
            }
            match self.run_once(now()).await {
                Ok(witnessed) => {
                    let checkpoint = &witnessed.checkpoint;
                    tracing::info!(size = checkpoint.size, grown_by = witnessed.grown_by, "cosigned");
                }
                Err(error) if error.is_proof() => return Err(error),
                Err(error) => tracing::error!(%error, "not cosigned"),
            }
        }
    }

    /// Whether `offered` continues what was seen.
    async fn check(&self, offered: &Checkpoint) -> Result<(), WitnessError> {
        let profile = self.log.profile();
        let nothing = Checkpoint {
            origin: offered.origin.clone(),
            size: 0,
            root: crate::log::tree::root_of(profile, &[]),
            note: String::new(),
        };
        let seen = self.seen.as_ref().unwrap_or(&nothing);
        if offered.size < seen.size {
            let evidence = self.keep_evidence(seen, offered)?;
            return Err(WitnessError::Shrunk { seen: seen.size, offered: offered.size, evidence });
        }
        let proof = self.prove(profile, seen.size, offered).await?;
        let continues =
            verify_consistency(profile, (seen.size, &seen.root), (offered.size, &offered.root), &proof).is_ok();
        if continues {
            return Ok(());
        }
        let evidence = self.keep_evidence(seen, offered)?;
        Err(WitnessError::Forked { seen: seen.size, offered: offered.size, evidence })
    }

    /// The consistency proof, from tiles that hash to the root that is offered.
    /// So a proof that fails is the log's doing and not that of a bad copy.
    async fn prove(&self, profile: CryptoProfile, seen: u64, offered: &Checkpoint) -> Result<Vec<Hash>, WitnessError> {
        if offered.size == seen {
            return Ok(Vec::new());
        }
        let mut ranges = consistency_ranges(seen, offered.size);
        ranges.push(0..offered.size);
        let tiles = self.source.tiles(tiles_of(&ranges, offered.size)).await?;
        let mut hashes = roots(profile, &ranges, offered.size, &tiles)?;
        match hashes.pop() {
            Some(root) if root == offered.root => Ok(hashes),
            _ => Err(WitnessError::Tiles { size: offered.size }),
        }
    }

    /// Keeps both signed statements: together they convict the log.
    fn keep_evidence(&self, seen: &Checkpoint, offered: &Checkpoint) -> Result<PathBuf, WitnessError> {
        let root: String = hex::encode(offered.root).chars().take(16).collect();
        let folder = self.folder.join("evidence").join(format!("{}-{}-{root}", seen.size, offered.size));
        let files = [
            ("seen".to_owned(), seen.note.clone().into_bytes()),
            ("offered".to_owned(), offered.note.clone().into_bytes()),
        ];
        write_files(&folder, &files)?;
        Ok(folder)
    }
}

#[cfg(test)]
mod tests;
