//! The format of everything that lies in the vault: a header, then chunks of
//! 64 KiB, each sealed on its own, so that any range can be read alone.
//!
//! ```text
//! header   32 bytes   "SHUYUSF" 1 | profile | 3 zero | chunk bytes, u32 BE
//!                     | 7 random (STREAM's nonce prefix) | 9 zero
//! chunk    65,536 bytes sealed + 16 bytes tag, the last one shorter
//! ```
//!
//! Chunks follow STREAM (Hoang, Reyhanitabar, Rogaway and Vizár 2015) with a
//! 32-bit position and a last-chunk flag in the nonce; the cipher is AES-256-GCM
//! or SM4-GCM. Header and the file's id are authenticated with each chunk.
//!
//! INVARIANT (tampering shows): a changed, moved, missing or added chunk, a cut
//! or extended file, a changed header and another file's content all fail. The
//! last chunk is checked on opening, each other one when it is read.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use aes_gcm::{Aes256Gcm, KeyInit};
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use shuyu_model::{CryptoProfile, Digest, Hasher};

use crate::error::VaultError;
use crate::key::{DataKey, Sm4Gcm, random};

/// Plain bytes of a chunk.
pub const CHUNK_BYTES: usize = 1 << 16;
const TAG_BYTES: usize = 16;
const HEADER_BYTES: usize = 32;
const PREFIX_BYTES: usize = 7;
const MAGIC: &[u8; 8] = b"SHUYUSF\x01";
/// Chunks of a file: as many as a position of 32 bits can name.
const CHUNKS_MAX: u64 = 1 << 32;
/// Plain bytes of a file: 256 TiB.
pub const PLAIN_BYTES_MAX: u64 = CHUNKS_MAX * CHUNK_BYTES_U64;

const CHUNK_BYTES_U64: u64 = 1 << 16;
const TAG_BYTES_U64: u64 = 16;
const SEALED_BYTES_U64: u64 = CHUNK_BYTES_U64 + TAG_BYTES_U64;
const HEADER_BYTES_U64: u64 = 32;

/// What was sealed: how much, and the digest of the plain bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// Plain bytes.
    pub bytes: u64,
    /// The digest of the plain bytes, under the key's profile.
    pub digest: Digest,
}

/// The cipher, at any position.
enum Stream {
    International(Box<StreamBE32<Aes256Gcm>>),
    Guomi(Box<StreamBE32<Sm4Gcm>>),
}

impl Stream {
    fn new(key: &DataKey, prefix: [u8; PREFIX_BYTES]) -> Option<Self> {
        Some(match key.profile() {
            CryptoProfile::International => {
                let aead = Aes256Gcm::new_from_slice(key.bytes()).ok()?;
                Self::International(Box::new(StreamBE32::from_aead(aead, &prefix.into())))
            }
            CryptoProfile::Guomi => {
                let aead = Sm4Gcm::new_from_slice(key.bytes()).ok()?;
                Self::Guomi(Box::new(StreamBE32::from_aead(aead, &prefix.into())))
            }
        })
    }

    fn encrypt(&self, position: u32, is_last: bool, aad: &[u8], chunk: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::International(stream) => stream.encrypt_in_place(position, is_last, aad, chunk).ok(),
            Self::Guomi(stream) => stream.encrypt_in_place(position, is_last, aad, chunk).ok(),
        }
    }

    fn decrypt(&self, position: u32, is_last: bool, aad: &[u8], chunk: &mut Vec<u8>) -> Option<()> {
        match self {
            Self::International(stream) => stream.decrypt_in_place(position, is_last, aad, chunk).ok(),
            Self::Guomi(stream) => stream.decrypt_in_place(position, is_last, aad, chunk).ok(),
        }
    }
}

fn header(profile: CryptoProfile, prefix: [u8; PREFIX_BYTES]) -> Vec<u8> {
    let mut header = MAGIC.to_vec();
    header.push(match profile {
        CryptoProfile::International => 1,
        CryptoProfile::Guomi => 2,
    });
    header.extend_from_slice(&[0; 3]);
    header.extend_from_slice(&(1_u32 << 16).to_be_bytes());
    header.extend_from_slice(&prefix);
    header.resize(HEADER_BYTES, 0);
    header
}

/// Seals all of `input` into `out` as the file `id`. A key is used once.
pub fn seal(input: &mut impl Read, key: &DataKey, id: &str, out: &mut impl Write) -> Result<Sealed, VaultError> {
    seal_from(input, key, id, out, 0)
}

/// `position` is 0 except where a test begins near the end.
fn seal_from(
    input: &mut impl Read,
    key: &DataKey,
    id: &str,
    out: &mut impl Write,
    mut position: u32,
) -> Result<Sealed, VaultError> {
    let doing = "write a sealed file";
    let prefix = random::<PREFIX_BYTES>()?;
    let stream = Stream::new(key, prefix).ok_or_else(|| VaultError::tampered(id))?;
    let header = header(key.profile(), prefix);
    let aad = [header.as_slice(), id.as_bytes()].concat();
    out.write_all(&header).map_err(VaultError::folder(doing))?;
    let mut hasher = Hasher::new(key.profile());
    let mut bytes = 0_u64;
    let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
    let mut next = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
    fill(input, &mut chunk)?;
    loop {
        // A short chunk is the last. After a full one only looking tells.
        next.clear();
        if chunk.len() == CHUNK_BYTES {
            fill(input, &mut next)?;
        }
        let is_last = next.is_empty();
        hasher.update(&chunk);
        bytes = bytes.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        stream.encrypt(position, is_last, &aad, &mut chunk).ok_or_else(|| VaultError::tampered(id))?;
        out.write_all(&chunk).map_err(VaultError::folder(doing))?;
        if is_last {
            return Ok(Sealed { bytes, digest: hasher.finish() });
        }
        position = position.checked_add(1).ok_or(VaultError::TooLarge { bytes_max: PLAIN_BYTES_MAX })?;
        std::mem::swap(&mut chunk, &mut next);
    }
}

/// Reads a whole chunk, or what is left.
fn fill(input: &mut impl Read, chunk: &mut Vec<u8>) -> Result<(), VaultError> {
    chunk.clear();
    let read = input.by_ref().take(CHUNK_BYTES_U64).read_to_end(chunk);
    read.map(|_| ()).map_err(VaultError::folder("read what is to be sealed"))
}

/// A sealed file, open for reading. Cheap to clone; safe to share.
#[derive(Clone)]
pub struct SealedReader(Arc<Inner>);

struct Inner {
    id: String,
    file: File,
    stream: Stream,
    aad: Vec<u8>,
    bytes: u64,
    chunks: u64,
}

impl std::fmt::Debug for SealedReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedReader({}, {} bytes)", self.0.id, self.0.bytes)
    }
}

impl SealedReader {
    /// Opens the file `id`; checks its header, its length and its last chunk.
    pub fn open(file: File, key: &DataKey, id: &str) -> Result<Self, VaultError> {
        let tampered = || VaultError::tampered(id);
        let length = file.metadata().map_err(VaultError::folder("open a sealed file"))?.len();
        let mut given = [0; HEADER_BYTES];
        file.read_exact_at(&mut given, 0).map_err(|error| read_error(id, error))?;
        let prefix = given.get(16..).and_then(|tail| tail.first_chunk::<PREFIX_BYTES>()).ok_or_else(tampered)?;
        let header = header(key.profile(), *prefix);
        if header != given {
            return Err(tampered());
        }
        let body = length.checked_sub(HEADER_BYTES_U64).ok_or_else(tampered)?;
        let chunks = body.div_ceil(SEALED_BYTES_U64);
        let bytes = body.checked_sub(chunks * TAG_BYTES_U64).ok_or_else(tampered)?;
        // The last chunk has a tag at least, so that what is before it is whole.
        if chunks == 0 || chunks > CHUNKS_MAX || bytes < (chunks - 1) * CHUNK_BYTES_U64 {
            return Err(tampered());
        }
        let stream = Stream::new(key, *prefix).ok_or_else(tampered)?;
        let aad = [header.as_slice(), id.as_bytes()].concat();
        let reader = Self(Arc::new(Inner { id: id.to_owned(), file, stream, aad, bytes, chunks }));
        reader.0.chunk(chunks - 1, &mut Vec::new())?;
        Ok(reader)
    }

    /// The file's id.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// How many plain bytes there are.
    pub fn bytes(&self) -> u64 {
        self.0.bytes
    }

    /// The plain bytes of a range, all of which must exist. Blocks.
    pub fn read_range(&self, range: Range<u64>) -> Result<Bytes, VaultError> {
        if range.start > range.end || range.end > self.0.bytes {
            return Err(VaultError::Range { start: range.start, end: range.end, bytes: self.0.bytes });
        }
        let room = usize::try_from(range.end - range.start);
        let mut plain = Vec::with_capacity(room.map_err(|_| VaultError::TooLarge { bytes_max: PLAIN_BYTES_MAX })?);
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        let mut at = range.start;
        while at < range.end {
            let position = at / CHUNK_BYTES_U64;
            let chunk_start = position * CHUNK_BYTES_U64;
            self.0.chunk(position, &mut chunk)?;
            let until = range.end.min(chunk_start + CHUNK_BYTES_U64);
            let within = |offset: u64| usize::try_from(offset - chunk_start).unwrap_or(usize::MAX);
            let piece = chunk.get(within(at)..within(until)).ok_or_else(|| VaultError::tampered(&self.0.id))?;
            plain.extend_from_slice(piece);
            at = until;
        }
        Ok(plain.into())
    }

    /// The plain bytes from `start` on, as a reader that holds one chunk.
    pub fn stream_from(&self, start: u64) -> SealedStream {
        SealedStream { reader: self.clone(), at: start, piece: Bytes::new() }
    }

    /// Reads everything and says what it is, to be compared with what was
    /// written down.
    pub fn digest(&self) -> Result<Digest, VaultError> {
        let profile = match self.0.stream {
            Stream::International(_) => CryptoProfile::International,
            Stream::Guomi(_) => CryptoProfile::Guomi,
        };
        let mut hasher = Hasher::new(profile);
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + TAG_BYTES);
        for position in 0..self.0.chunks {
            self.0.chunk(position, &mut chunk)?;
            hasher.update(&chunk);
        }
        Ok(hasher.finish())
    }
}

fn read_error(id: &str, error: io::Error) -> VaultError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => VaultError::tampered(id),
        _ => VaultError::folder("read a sealed file")(error),
    }
}

impl Inner {
    /// One chunk's plain bytes, in `chunk`.
    fn chunk(&self, position: u64, chunk: &mut Vec<u8>) -> Result<(), VaultError> {
        let tampered = || VaultError::tampered(&self.id);
        let is_last = position + 1 == self.chunks;
        let sealed_bytes =
            if is_last { self.bytes - position * CHUNK_BYTES_U64 + TAG_BYTES_U64 } else { SEALED_BYTES_U64 };
        chunk.clear();
        chunk.resize(usize::try_from(sealed_bytes).map_err(|_| tampered())?, 0);
        let offset = HEADER_BYTES_U64 + position * SEALED_BYTES_U64;
        self.file.read_exact_at(chunk, offset).map_err(|error| read_error(&self.id, error))?;
        let position = u32::try_from(position).map_err(|_| tampered())?;
        self.stream.decrypt(position, is_last, &self.aad, chunk).ok_or_else(tampered)
    }
}

/// Plain bytes one after the other.
#[derive(Debug)]
pub struct SealedStream {
    reader: SealedReader,
    at: u64,
    piece: Bytes,
}

impl Read for SealedStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.at < self.reader.bytes() {
            let chunk_end = (self.at / CHUNK_BYTES_U64 + 1) * CHUNK_BYTES_U64;
            let end = chunk_end.min(self.reader.bytes());
            self.piece = self.reader.read_range(self.at..end).map_err(io::Error::other)?;
            self.at = end;
        }
        let count = into.len().min(self.piece.len());
        if let Some(into) = into.get_mut(..count) {
            self.piece.copy_to_slice(into);
        }
        Ok(count)
    }
}

impl Length for SealedReader {
    fn len(&self) -> u64 {
        self.bytes()
    }
}

/// So that Parquet is read out of a sealed file as out of any other.
impl ChunkReader for SealedReader {
    type T = SealedStream;

    fn get_read(&self, start: u64) -> Result<SealedStream, ParquetError> {
        Ok(self.stream_from(start))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = u64::try_from(length).ok().and_then(|length| start.checked_add(length));
        let end = end.ok_or_else(|| ParquetError::EOF("beyond the end".to_owned()))?;
        self.read_range(start..end).map_err(|error| ParquetError::External(Box::new(error)))
    }
}

#[cfg(test)]
mod tests;
