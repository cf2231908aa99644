//! Chapter eight: a stranger re-hashes the public log to the root that its
//! checkpoint signs, and the auditor finds the story in the journal.
//!
//! An SM2 signature, and the journal behind the entries, are proved by
//! `shuyu verify` from the files alone.

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shuyu_model::{CryptoProfile, Hasher};

use super::client::{Reply, items, number, text};
use super::{StoryOptions, World};

/// Entries in a full bundle (C2SP tlog-tiles).
const BUNDLE: u64 = 256;

pub(super) async fn chapter(w: &mut World<'_>, options: &StoryOptions) -> anyhow::Result<()> {
    w.stage.chapter("八、存证", "Eight: proof")?;
    w.stage.step("审计管理员查阅流水", "the audit administrator reads the journal");
    let audit =
        super::client::Client::sign_in(&w.http, &w.base, &options.audit_admin.login, &options.audit_admin.password)
            .await?;
    let journal = audit.get("/v1/journal?limit=50").await?.json()?;
    let events = items(&journal, "items")?;
    ensure!(!events.is_empty(), "the journal is empty");
    let total = journal.get("total").and_then(Value::as_i64).unwrap_or(0);
    w.stage.done(format!("{total} 条 events"))?;

    w.stage.step("证明“协议终止”在日志里", "the end of the agreement is proved to lie in the log");
    let ended =
        events.iter().find(|entry| entry.pointer("/event/action").is_some_and(|action| action == "agreement.ended"));
    let seq = number(ended.context("the journal does not tell the end of the agreement")?, "seq")?;
    let proof = audit.get(&format!("/v1/journal/{seq}/proof")).await?.json()?;
    ensure!(included(&proof)?, "the proof does not lead to the root of its checkpoint");
    w.stage.done(format!("第 {seq} 条 event {seq}, 路径 path of {}", items(&proof, "path")?.len()))?;

    w.stage.step("陌生人取公开日志，重算默克尔树根", "a stranger re-hashes the public log to its signed root");
    let entries = rehash(w).await?;
    w.report.log_entries = entries;
    w.stage.done(format!("{entries} 条记录 entries"))
}

async fn rehash(w: &World<'_>) -> anyhow::Result<u64> {
    let note = String::from_utf8(public(w, "checkpoint").await?).context("a checkpoint is text")?;
    let Head { profile, size, root } = Head::read(&note)?;
    if profile == CryptoProfile::International {
        let key = String::from_utf8(public(w, "verifier.key").await?).context("a key is text")?;
        ensure!(is_signed(&note, key.trim())?, "the checkpoint is not signed by the log's key");
    }
    let mut tree = Tree { profile, edge: Vec::new() };
    let mut index = 0;
    while index * BUNDLE < size {
        let width = (size - index * BUNDLE).min(BUNDLE);
        let bundle = public(w, &format!("tile/entries/{}", place(index, width))).await?;
        let mut rest = bundle.as_slice();
        for _ in 0..width {
            let (length, tail) = rest.split_at_checked(2).context("an entry has a length")?;
            let length = length.iter().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
            let (entry, tail) = tail.split_at_checked(length).context("an entry is as long as it says")?;
            tree.push(entry);
            rest = tail;
        }
        ensure!(rest.is_empty(), "a bundle of entries holds more than it says");
        index += 1;
    }
    ensure!(tree.root() == root, "the log does not hash to the root that its checkpoint signs");
    Ok(size)
}

async fn public(w: &World<'_>, path: &str) -> anyhow::Result<Vec<u8>> {
    let reply = Reply::of(format!("GET /log/{path}"), w.http.get(format!("{}/log/{path}", w.base))).await?;
    ensure!(reply.status == 200, "`/log/{path}` answered {}", reply.status);
    Ok(reply.body)
}

/// `x001/x234/067`, and `.p/W` for a partial one.
fn place(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut left = index / 1000;
    while left > 0 {
        path = format!("x{:03}/{path}", left % 1000);
        left /= 1000;
    }
    if width == BUNDLE { path } else { format!("{path}.p/{width}") }
}

/// C2SP signed-note: `NAME+ID+KEY`, and below the text a line `— NAME SIGNATURE`,
/// with the key's id before the signature itself.
fn is_signed(note: &str, key: &str) -> anyhow::Result<bool> {
    let mut parts = key.splitn(3, '+');
    let (name, id, key) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let key = STANDARD.decode(key).context("a key is base64")?;
    let (kind, key) = key.split_first().context("a key has a kind")?;
    ensure!(*kind == ED25519, "the log's key is not of Ed25519");
    let key = ed25519_dalek::VerifyingKey::from_bytes(key.try_into().context("a key has 32 bytes")?)?;
    let (text, signatures) = note.split_once("\n\n").context("a note has signatures")?;
    let signed = format!("{text}\n");
    Ok(signatures.lines().filter_map(|line| line.strip_prefix("— ")?.split_once(' ')).any(|(signer, signature)| {
        let bytes = STANDARD.decode(signature).unwrap_or_default();
        bytes.split_at_checked(4).is_some_and(|(signer_id, signature)| {
            let signature = ed25519_dalek::Signature::from_slice(signature);
            signer == name
                && hex::encode(signer_id) == id
                && signature.is_ok_and(|signature| key.verify_strict(signed.as_bytes(), &signature).is_ok())
        })
    }))
}

/// The kind of a key in a note.
const ED25519: u8 = 1;

/// What a checkpoint says.
struct Head {
    profile: CryptoProfile,
    size: u64,
    root: Vec<u8>,
}

impl Head {
    fn read(note: &str) -> anyhow::Result<Self> {
        let mut lines = note.lines();
        let origin = lines.next().context("a checkpoint begins with its origin")?;
        let size = lines.next().context("a checkpoint says its size")?.parse().context("a size is a number")?;
        let root = STANDARD.decode(lines.next().context("a checkpoint says its root")?).context("a root is base64")?;
        let profile = if origin.ends_with("+sm3") { CryptoProfile::Guomi } else { CryptoProfile::International };
        Ok(Self { profile, size, root })
    }
}

fn hash(profile: CryptoProfile, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Hasher::new(profile);
    parts.iter().for_each(|part| hasher.update(part));
    *hasher.finish().bytes()
}

/// RFC 9162, 2.1.3.2: whether an entry and its path give the checkpoint's root.
fn included(proof: &Value) -> anyhow::Result<bool> {
    let Head { profile, size, root } = Head::read(&text(proof, "checkpoint")?)?;
    let mut place = u64::try_from(number(proof, "leaf_index")?)?;
    let mut last = size.checked_sub(1).context("nothing lies in an empty log")?;
    ensure!(place <= last, "the entry lies beyond the log");
    let mut sum = hash(profile, &[&[0], text(proof, "entry")?.as_bytes()]);
    for step in items(proof, "path")? {
        let step = hex::decode(step.as_str().context("a path is of digests")?)?;
        if place % 2 == 1 || place == last {
            sum = hash(profile, &[&[1], &step, &sum]);
            while place % 2 == 0 && place > 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            sum = hash(profile, &[&[1], &sum, &step]);
        }
        (place, last) = (place / 2, last / 2);
    }
    Ok(last == 0 && sum.as_slice() == root)
}

/// RFC 6962, by its right edge: the roots of full subtrees, largest first.
struct Tree {
    profile: CryptoProfile,
    /// Leaves under it, and its hash.
    edge: Vec<(u64, [u8; 32])>,
}

impl Tree {
    fn hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        hash(self.profile, parts)
    }

    fn push(&mut self, entry: &[u8]) {
        let mut one = (1, self.hash(&[&[0], entry]));
        while let Some((leaves, hash)) = self.edge.pop_if(|(leaves, _)| *leaves == one.0) {
            one = (leaves * 2, self.hash(&[&[1], &hash, &one.1]));
        }
        self.edge.push(one);
    }

    fn root(&self) -> Vec<u8> {
        let mut smaller = self.edge.iter().rev().map(|(_, hash)| *hash);
        let Some(mut root) = smaller.next() else { return self.hash(&[]).to_vec() };
        for hash in smaller {
            root = self.hash(&[&[1], &hash, &root]);
        }
        root.to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_named_as_the_layout_says() {
        for (index, width, expected) in [
            (0, 256, "000"),
            (0, 3, "000.p/3"),
            (5, 256, "005"),
            (1234, 256, "x001/234"),
            (1_234_067, 1, "x001/x234/067.p/1"),
        ] {
            assert_eq!(place(index, width), expected);
        }
    }

    #[test]
    fn the_root_agrees_with_the_published_vectors() {
        // RFC 6962 test data: the root over its first entries, from certificate-transparency's merkletree tests.
        let entries: [&[u8]; 3] = [b"", b"\x00", b"\x10"];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ];
        let mut tree = Tree { profile: CryptoProfile::International, edge: Vec::new() };
        for (entry, root) in entries.iter().zip(roots) {
            tree.push(entry);
            assert_eq!(hex::encode(tree.root()), root);
        }
    }

    #[test]
    fn an_entry_is_included_by_its_path_and_by_no_other() {
        let profile = CryptoProfile::International;
        let leaves: Vec<_> = ["a", "b", "c"].map(|entry| hash(profile, &[&[0], entry.as_bytes()])).to_vec();
        let left = hash(profile, &[&[1], &leaves[0], &leaves[1]]);
        let root = hash(profile, &[&[1], &left, &leaves[2]]);
        let checkpoint = format!("example/log\n3\n{}\n", STANDARD.encode(root));
        let check = |leaf_index: u64, entry: &str, path: &[[u8; 32]], expected: bool| {
            let path: Vec<_> = path.iter().map(hex::encode).collect();
            let proof =
                serde_json::json!({ "checkpoint": checkpoint, "leaf_index": leaf_index, "entry": entry, "path": path });
            assert_eq!(included(&proof).unwrap(), expected, "{entry}");
        };
        check(0, "a", &[leaves[1], leaves[2]], true);
        check(1, "b", &[leaves[0], leaves[2]], true);
        check(2, "c", &[left], true);
        check(2, "d", &[left], false);
        check(1, "a", &[leaves[1], leaves[2]], false);
        check(0, "a", &[leaves[1]], false);
    }
}
