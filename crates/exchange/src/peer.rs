//! Other platforms: those above, which take our records, and those below, whose
//! records we take.

use serde::{Deserialize, Serialize};
use shuyu_ledger::verify::VerifierKey;
use shuyu_model::Time;
use shuyu_model::id::PeerId;
use shuyu_model::regime::words::Body;

use crate::identity::public_key;

/// Where a platform stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// It takes our records.
    Above,
    /// We take its records.
    Below,
}

impl Side {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Above, Self::Below].into_iter().find(|side| side.word() == word)
    }
}

/// Another platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Its id here.
    pub id: PeerId,
    /// Where it stands.
    pub side: Side,
    /// What people call it: 罗湖区.
    pub name: String,
    /// Where it is asked; above only.
    pub url: Option<String>,
    /// The bodies whose copies are filed by sending them there.
    pub stands_for: Vec<Body>,
    /// The key that its calls are signed with, in base64.
    pub public_key: String,
    /// The key of its log, which signs its receipts: `name+id+base64`.
    pub verifier: String,
    /// When it was entered.
    pub made_at: Time,
    /// Since when it is known no more.
    pub withdrawn_at: Option<Time>,
    /// Failed attempts since the last good one.
    pub failures: i64,
    /// Not asked before.
    pub next_at: Time,
}

/// A platform to be entered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPeer {
    /// Where it stands.
    pub side: Side,
    /// What people call it.
    pub name: String,
    /// Where it is asked; above only.
    #[serde(default)]
    pub url: Option<String>,
    /// The bodies whose copies are filed by sending them there; above only.
    #[serde(default)]
    pub stands_for: Vec<Body>,
    /// The key that its calls are signed with, as it shows it.
    pub public_key: String,
    /// The key of its log, as it shows it.
    pub verifier: String,
}

/// The longest name.
const NAME_CHARS_MAX: usize = 100;
/// The longest address.
const URL_CHARS_MAX: usize = 300;

impl NewPeer {
    pub(crate) fn faults(&self, own_key: &str) -> Vec<String> {
        let mut faults = Vec::new();
        let is_name = (1..=NAME_CHARS_MAX).contains(&self.name.trim().chars().count());
        if !is_name || self.name.chars().any(char::is_control) {
            faults.push(format!("`name` is one line of 1 to {NAME_CHARS_MAX} characters"));
        }
        match (self.side, &self.url) {
            (Side::Above, Some(url)) => {
                let (rest, is_clear) = match url.strip_prefix("https://") {
                    Some(rest) => (rest, false),
                    None => (url.strip_prefix("http://").unwrap_or_default(), true),
                };
                let is_address =
                    !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || ".:-[]".contains(c));
                if !is_address || url.len() > URL_CHARS_MAX {
                    faults.push("`url` is `https://HOST:PORT`, with nothing behind it".to_owned());
                } else if is_clear && !is_loopback(rest) {
                    // Nothing leaves this machine in the clear (CS26 十).
                    faults.push(
                        "`url` would carry records in the clear; name `https://…`, or the end of a tunnel on this \
                         machine, `http://127.0.0.1:PORT`"
                            .to_owned(),
                    );
                }
            }
            (Side::Above, None) => faults.push("`url` is missing; a platform above is called".to_owned()),
            (Side::Below, Some(_)) => faults.push("`url` is for a platform above; one below calls us".to_owned()),
            (Side::Below, None) => {}
        }
        if self.side == Side::Below && !self.stands_for.is_empty() {
            faults.push("`stands_for` is for a platform above; nothing is filed with one below".to_owned());
        }
        if public_key(&self.public_key).is_none() {
            faults.push("`public_key` is no Ed25519 public key in base64; GET /v1/exchange/identity there".to_owned());
        }
        if self.public_key == own_key {
            faults.push("`public_key` is this platform's own".to_owned());
        }
        if VerifierKey::parse(&self.verifier).is_err() {
            faults.push("`verifier` is no key of a log (`name+id+base64`); GET /v1/exchange/identity there".to_owned());
        }
        faults
    }
}

/// Whether `HOST:PORT` is on this machine.
fn is_loopback(address: &str) -> bool {
    let (host, _) = address.rsplit_once(':').unwrap_or((address, ""));
    let is_ip = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    is_ip || host == "localhost"
}
