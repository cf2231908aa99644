//! Uploads on their way in: streamed to a file, on disk before the caller is
//! told, kept until their job has ended.
//!
//! INVARIANT (acknowledged is on disk): when [`Spool::take`] returns, the bytes
//! and the name of the file survive a crash.
//! INVARIANT (room to finish): nothing new is begun when less than the reserve
//! is free, so that what was begun can end.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::HeaderMap;
use futures::StreamExt as _;
use shuyu_model::id::JobId;
use shuyu_model::{CryptoProfile, Digest, Hasher};
use tokio::io::AsyncWriteExt as _;

use crate::error::Problem;

/// The folder of uploads.
#[derive(Debug, Clone)]
pub struct Spool {
    dir: PathBuf,
    reserve_bytes: u64,
    upload_bytes_max: u64,
}

/// An upload on disk.
#[derive(Debug)]
pub struct Spooled {
    /// How many bytes.
    pub bytes: u64,
    /// Their digest (SHA-256).
    pub digest: Digest,
}

impl Spool {
    /// Makes the folder.
    pub fn open(dir: PathBuf, reserve_bytes: u64, upload_bytes_max: u64) -> io::Result<Self> {
        std::fs::create_dir_all(&dir)?;
        Ok(Self { dir, reserve_bytes, upload_bytes_max })
    }

    /// Where the upload of a job lies.
    pub fn path(&self, job: &JobId) -> PathBuf {
        self.dir.join(format!("{job}.upload"))
    }

    /// The folder, for the scratch files of landings.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// INVARIANT (room to finish).
    pub fn has_room_for(&self, bytes: u64) -> bool {
        self.reserve_bytes.saturating_add(bytes) <= self.free_bytes()
    }

    /// Free room on the disk; none where the disk cannot be asked, which is not
    /// a disk to begin work on.
    pub fn free_bytes(&self) -> u64 {
        rustix::fs::statvfs(&self.dir).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Streams a body to the job's file.
    pub async fn take(&self, job: &JobId, headers: &HeaderMap, body: Body) -> Result<Spooled, Problem> {
        self.take_up_to(job, headers, body, self.upload_bytes_max).await
    }

    /// The same with a limit of its own.
    pub async fn take_up_to(
        &self,
        job: &JobId,
        headers: &HeaderMap,
        body: Body,
        bytes_max: u64,
    ) -> Result<Spooled, Problem> {
        let announced = headers
            .get(axum::http::header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0);
        if announced > bytes_max {
            return Err(Problem::too_large(bytes_max));
        }
        if !self.has_room_for(announced) {
            return Err(Problem::disk_full());
        }
        let expected = content_digest(headers)?;
        let path = self.path(job);
        let taken = self.stream(&path, body, bytes_max).await;
        let checked = taken.and_then(|spooled| match expected {
            Some(expected) if expected != *spooled.digest.bytes() => {
                Err(Problem::malformed("the body does not have the digest that `content-digest` names; send it again"))
            }
            _ => Ok(spooled),
        });
        if checked.is_err() {
            self.forget(job);
        }
        checked
    }

    async fn stream(&self, path: &Path, body: Body, bytes_max: u64) -> Result<Spooled, Problem> {
        let mut file = tokio::fs::File::create(path).await.map_err(Problem::fault)?;
        let mut hasher = Hasher::new(CryptoProfile::International);
        let mut bytes = 0_u64;
        let mut unchecked = 0_u64;
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk =
                chunk.map_err(|_| Problem::malformed("the upload broke off; nothing of it was kept, send it again"))?;
            let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
            bytes = bytes.saturating_add(length);
            unchecked = unchecked.saturating_add(length);
            if bytes > bytes_max {
                return Err(Problem::too_large(bytes_max));
            }
            if unchecked > ROOM_CHECK_BYTES {
                unchecked = 0;
                if !self.has_room_for(0) {
                    return Err(Problem::disk_full());
                }
            }
            hasher.update(&chunk);
            file.write_all(&chunk).await.map_err(Problem::fault)?;
        }
        file.flush().await.map_err(Problem::fault)?;
        file.sync_all().await.map_err(Problem::fault)?;
        sync_dir(&self.dir).await.map_err(Problem::fault)?;
        Ok(Spooled { bytes, digest: hasher.finish() })
    }

    /// Deletes the upload of a job that has ended.
    pub fn forget(&self, job: &JobId) {
        if let Err(error) = std::fs::remove_file(self.path(job))
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%job, %error, "an upload that is not needed any more cannot be deleted");
        }
    }

    /// Deletes what a crash left: uploads that no unfinished job waits for, and
    /// scratch files of landings that were cut off.
    pub fn sweep(&self, needed: &HashSet<String>) -> io::Result<u64> {
        let mut swept = 0;
        for entry in std::fs::read_dir(&self.dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let job = name.strip_suffix(".upload").unwrap_or_default();
            if !needed.contains(job) && entry.file_type()?.is_file() {
                std::fs::remove_file(entry.path())?;
                swept += 1;
            }
        }
        Ok(swept)
    }
}

/// How often an upload asks whether the disk still has room.
const ROOM_CHECK_BYTES: u64 = 16 * 1024 * 1024;

async fn sync_dir(dir: &Path) -> io::Result<()> {
    tokio::fs::File::open(dir).await?.sync_all().await
}

/// The SHA-256 of `content-digest: sha-256=:…:` (RFC 9530), if it is given.
fn content_digest(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let Some(given) = headers.get("content-digest") else { return Ok(None) };
    let error = || Problem::malformed("`content-digest` looks like `sha-256=:<base64 of 32 bytes>:`");
    let text = given.to_str().map_err(|_| error())?;
    let inner = text.trim().strip_prefix("sha-256=:").and_then(|rest| rest.strip_suffix(':')).ok_or_else(error)?;
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, inner).map_err(|_| error())?;
    <[u8; 32]>::try_from(bytes).map(Some).map_err(|_| error())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use shuyu_model::id::Key;

    use super::*;

    fn job(number: u128) -> JobId {
        JobId::parse(&format!("{}-{number:032x}", JobId::PREFIX)).unwrap()
    }

    async fn take(spool: &Spool, headers: HeaderMap, body: &'static [u8]) -> Result<u64, StatusCode> {
        spool.take(&job(1), &headers, Body::from(body)).await.map(|s| s.bytes).map_err(|p| p.status())
    }

    #[tokio::test]
    async fn takes_what_fits_and_leaves_nothing_of_what_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_path_buf(), 0, 4).unwrap();
        assert_eq!(take(&spool, HeaderMap::new(), b"abcd").await, Ok(4));
        assert_eq!(std::fs::read(spool.path(&job(1))).unwrap(), b"abcd");
        assert_eq!(take(&spool, HeaderMap::new(), b"abcde").await, Err(StatusCode::PAYLOAD_TOO_LARGE));
        assert!(!spool.path(&job(1)).exists());
    }

    #[tokio::test]
    async fn a_disk_without_the_reserve_takes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_path_buf(), u64::MAX, 4).unwrap();
        assert_eq!(take(&spool, HeaderMap::new(), b"abcd").await, Err(StatusCode::INSUFFICIENT_STORAGE));
        assert!(!spool.path(&job(1)).exists());
    }

    #[tokio::test]
    async fn an_upload_that_is_not_what_it_says_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_path_buf(), 0, 1000).unwrap();
        let mut headers = HeaderMap::new();
        // The digest of "abc".
        let abc = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
        headers.insert("content-digest", abc.parse().unwrap());
        assert_eq!(take(&spool, headers.clone(), b"abc").await, Ok(3));
        assert_eq!(take(&spool, headers.clone(), b"abd").await, Err(StatusCode::BAD_REQUEST));
        assert!(!spool.path(&job(1)).exists());
        headers.insert("content-digest", "md5=:00:".parse().unwrap());
        assert_eq!(take(&spool, headers, b"abc").await, Err(StatusCode::BAD_REQUEST));
    }

    #[test]
    fn sweeps_what_nobody_waits_for() {
        let dir = tempfile::tempdir().unwrap();
        let spool = Spool::open(dir.path().to_path_buf(), 0, 4).unwrap();
        for name in [format!("{}.upload", job(1)), format!("{}.upload", job(2)), ".tmpX".to_owned()] {
            std::fs::write(dir.path().join(name), b"x").unwrap();
        }
        assert_eq!(spool.sweep(&HashSet::from([job(2).to_string()])).unwrap(), 2);
        assert!(spool.path(&job(2)).exists() && !spool.path(&job(1)).exists());
    }
}
