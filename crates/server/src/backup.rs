//! Backups: a copy of everything that the platform is, taken while it runs, named by its
//! moment, proved by its manifest; and taking one back.
//!
//! INVARIANT (whole or none): a backup has its name once every file of it is on the disk
//! and the manifest lists them all; what a dead process left behind has another name.
//! INVARIANT (proved before it is used): a backup is taken back only where every file has
//! the digest that the manifest says and the log proves itself; else nothing is left.
//! INVARIANT (never over something): nothing is taken back into a folder that holds anything.
//!
//! What is in it: the database, the log, sealed data, documents, and the keys. Whoever has
//! a backup can read everything: it is kept as the data folder is. What is not: uploads
//! under way and scratch of running jobs, which are done again; a PostgreSQL of another
//! process, which `pg_dump` copies.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};
use shuyu_ledger::Event;
use shuyu_ledger::snapshot::{LOG_FOLDERS, SQLITE_NAME};
use shuyu_ledger::verify::verify_dir;
use shuyu_model::digest::Hasher;
use shuyu_model::{CryptoProfile, Digest, Time};

use crate::app::App;

/// How many backups are kept in a folder; older ones go.
pub const BACKUPS_KEPT: usize = 7;
/// The name of the list of files.
pub const MANIFEST: &str = "manifest.json";
/// What begins the name of a backup that is being made.
const PARTIAL: &str = ".partial-";
/// How much of a file is held at a time.
const CHUNK_BYTES: usize = 1_048_576;
/// Of the data folder: what is not copied, because it is scratch, locked, or copied by the
/// ledger itself.
const LEFT_OUT: [&str; 5] = ["lock", "spool", "workroom", "unfinished", "backups"];

/// Where backups go, and how often one is made by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The folder.
    pub folder: PathBuf,
    /// Hours from one to the next.
    pub every_hours: u32,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptFile {
    /// Where, below the backup.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes.
    pub digest: Digest,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program that made it.
    pub program: String,
    /// When, in microseconds.
    pub taken_at: Time,
    /// Every file, in the order of their paths.
    pub files: Vec<KeptFile>,
}

impl Manifest {
    /// The bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.bytes))
    }
}

/// Takes a backup into a folder. Says its name and what it holds.
pub async fn take(app: &App, folder: &Path) -> anyhow::Result<(PathBuf, Manifest)> {
    let at = app.ledger().now();
    let name = format!("{}-{}", at.day(), at.0);
    std::fs::create_dir_all(folder).with_context(|| format!("making `{}`", folder.display()))?;
    let partial = folder.join(format!("{PARTIAL}{name}"));
    if partial.exists() {
        bail!("`{}` is there: another backup is being made, or one was broken off; remove it", partial.display());
    }
    std::fs::create_dir(&partial).with_context(|| format!("making `{}`", partial.display()))?;
    let made = fill(app, &partial, at).await;
    let manifest = match made {
        Ok(manifest) => manifest,
        Err(error) => {
            // What is not whole is not left lying.
            std::fs::remove_dir_all(&partial).with_context(|| format!("removing `{}`", partial.display()))?;
            return Err(error);
        }
    };
    let whole = folder.join(&name);
    std::fs::rename(&partial, &whole).context("naming the backup")?;
    File::open(folder).and_then(|folder| folder.sync_all()).context("writing the folder of backups")?;
    let facts = serde_json::json!({ "files": manifest.files.len(), "bytes": manifest.bytes() });
    let event = Event::done(None, "backup.taken", &name).under(app.registry().regime()).facts(facts);
    app.ledger().change().await?.commit(event).await?;
    prune(folder)?;
    Ok((whole, manifest))
}

async fn fill(app: &App, partial: &Path, at: Time) -> anyhow::Result<Manifest> {
    app.ledger().snapshot(partial).await.context("copying the book")?;
    let (data, to, profile) = (app.ledger().data_dir().to_path_buf(), partial.to_path_buf(), app.ledger().profile());
    tokio::task::spawn_blocking(move || {
        copy_rest(&data, &to)?;
        let files = listed(&to, profile)?;
        let manifest = Manifest { program: env!("CARGO_PKG_VERSION").to_owned(), taken_at: at, files };
        write_synced(&to.join(MANIFEST), &serde_json::to_vec_pretty(&manifest)?)?;
        anyhow::Ok(manifest)
    })
    .await
    .context("the copying thread ended")?
}

/// Everything of the data folder that the ledger has not copied.
fn copy_rest(data: &Path, to: &Path) -> anyhow::Result<()> {
    let mut left = vec![PathBuf::new()];
    while let Some(below) = left.pop() {
        let folder = data.join(&below);
        for entry in std::fs::read_dir(&folder).with_context(|| format!("reading `{}`", folder.display()))? {
            let entry = entry?;
            let name = entry.file_name();
            let is_of_ledger = below.as_os_str().is_empty()
                && name.to_str().is_some_and(|name| name.starts_with(SQLITE_NAME) || LOG_FOLDERS.contains(&name));
            if is_of_ledger || name.to_str().is_some_and(|name| LEFT_OUT.contains(&name)) {
                continue;
            }
            let path = below.join(&name);
            if entry.file_type()?.is_dir() {
                std::fs::create_dir_all(to.join(&path))?;
                left.push(path);
                continue;
            }
            match std::fs::copy(data.join(&path), to.join(&path)) {
                Ok(_) => {}
                // Data that was destroyed meanwhile is destroyed; the log says so.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("copying `{}`", path.display())),
            }
        }
    }
    Ok(())
}

/// Every file below a folder but the manifest, with its digest, each on the disk.
fn listed(folder: &Path, profile: CryptoProfile) -> anyhow::Result<Vec<KeptFile>> {
    let mut files = Vec::new();
    let mut left = vec![PathBuf::new()];
    while let Some(below) = left.pop() {
        for entry in std::fs::read_dir(folder.join(&below))? {
            let entry = entry?;
            let path = below.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                left.push(path);
            } else if path != Path::new(MANIFEST) {
                let (bytes, digest) = digest_of(&folder.join(&path), profile)?;
                let path = path.to_str().context("a file of the data folder has a name that is no text")?.to_owned();
                files.push(KeptFile { path, bytes, digest });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The length and digest of a file, once it is on the disk.
fn digest_of(path: &Path, profile: CryptoProfile) -> anyhow::Result<(u64, Digest)> {
    let mut file = File::open(path).with_context(|| format!("reading `{}`", path.display()))?;
    file.sync_all()?;
    let (mut hasher, mut chunk, mut bytes) = (Hasher::new(profile), vec![0; CHUNK_BYTES], 0_u64);
    loop {
        let read = file.read(&mut chunk)?;
        let Some(part) = chunk.get(..read).filter(|part| !part.is_empty()) else { break };
        hasher.update(part);
        bytes = bytes.saturating_add(part.len() as u64);
    }
    Ok((bytes, hasher.finish()))
}

fn write_synced(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = File::create(path).with_context(|| format!("writing `{}`", path.display()))?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

/// The whole backups in a folder, oldest first.
pub fn all(folder: &Path) -> anyhow::Result<Vec<(PathBuf, Manifest)>> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading `{}`", folder.display()))? {
        let path = entry?.path();
        let is_partial = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(PARTIAL));
        if !is_partial && path.join(MANIFEST).is_file() {
            let held = manifest(&path)?;
            found.push((path, held));
        }
    }
    found.sort_by_key(|(_, manifest)| manifest.taken_at);
    Ok(found)
}

/// What a backup says that it holds.
pub fn manifest(backup: &Path) -> anyhow::Result<Manifest> {
    let path = backup.join(MANIFEST);
    let bytes = std::fs::read(&path).with_context(|| format!("`{}` holds no whole backup", backup.display()))?;
    serde_json::from_slice(&bytes).with_context(|| format!("`{}` is no manifest", path.display()))
}

fn prune(folder: &Path) -> anyhow::Result<()> {
    let all = all(folder)?;
    let gone = all.len().saturating_sub(BACKUPS_KEPT);
    for (path, _) in all.iter().take(gone) {
        std::fs::remove_dir_all(path).with_context(|| format!("removing the old backup `{}`", path.display()))?;
    }
    Ok(())
}

/// Takes a backup where one is due.
pub(crate) async fn if_due(app: &App) -> anyhow::Result<Option<PathBuf>> {
    let Some(plan) = app.settings().backups.clone() else { return Ok(None) };
    let last = all(&plan.folder)?.last().map(|(_, manifest)| manifest.taken_at);
    let next = last.map(|last| last.plus_micros(i64::from(plan.every_hours).saturating_mul(3_600_000_000)));
    if next.is_some_and(|next| app.ledger().now() < next) {
        return Ok(None);
    }
    Ok(Some(take(app, &plan.folder).await?.0))
}

/// Everything wrong with the files of a backup, one line each; nothing where it is whole.
pub fn faults(backup: &Path, manifest: &Manifest) -> anyhow::Result<Vec<String>> {
    let mut found = Vec::new();
    for file in &manifest.files {
        let path = backup.join(&file.path);
        let is_below = Path::new(&file.path).components().all(|part| matches!(part, std::path::Component::Normal(_)));
        if !is_below {
            found.push(format!("`{}` lies outside of the backup", file.path));
        } else if !path.is_file() {
            found.push(format!("`{}` is missing", file.path));
        } else if digest_of(&path, file.digest.profile())? != (file.bytes, file.digest) {
            found.push(format!("`{}` was changed", file.path));
        }
    }
    Ok(found)
}

/// Takes a backup back into a data folder that is not there or empty. Upholds INVARIANT
/// (proved before it is used) and INVARIANT (never over something).
pub fn restore(backup: &Path, data: &Path) -> anyhow::Result<Manifest> {
    let is_empty = !data.exists() || std::fs::read_dir(data)?.next().is_none();
    if !is_empty {
        bail!("`{}` is not empty; name a folder that is not there", data.display());
    }
    let held = manifest(backup)?;
    let faults = faults(backup, &held)?;
    if !faults.is_empty() {
        bail!("the backup is not what was taken; nothing was restored:\n  {}", faults.join("\n  "));
    }
    let name = data.file_name().and_then(|name| name.to_str()).context("the data folder needs a name")?;
    let partial = data.with_file_name(format!("{PARTIAL}{name}"));
    if partial.exists() {
        bail!("`{}` is left from before; remove it", partial.display());
    }
    let restored = copy_back(backup, &partial, &held);
    if let Err(error) = restored {
        std::fs::remove_dir_all(&partial).with_context(|| format!("removing `{}`", partial.display()))?;
        return Err(error.context("nothing was restored"));
    }
    if data.exists() {
        std::fs::remove_dir(data)?;
    }
    std::fs::rename(&partial, data).context("naming the data folder")?;
    Ok(held)
}

fn copy_back(backup: &Path, partial: &Path, manifest: &Manifest) -> anyhow::Result<()> {
    std::fs::create_dir_all(partial)?;
    for file in &manifest.files {
        let to = partial.join(&file.path);
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::copy(backup.join(&file.path), &to).with_context(|| format!("restoring `{}`", file.path))?;
        // What was read is what was proved, also where the disk lies.
        if digest_of(&to, file.digest.profile())? != (file.bytes, file.digest) {
            bail!("`{}` did not arrive as it was", file.path);
        }
    }
    let log = partial.join("log");
    if log.join("checkpoint").is_file() {
        verify_dir(&log, None).context("the log of the backup does not prove what it claims")?;
    }
    Ok(())
}
