//! Signed calls: HTTP Message Signatures (RFC 9421) with Ed25519.
//!
//! A call must cover `@method`, `@path` and `content-digest` (RFC 9530,
//! `sha-256`, also of an empty body), name its key in `keyid`, and carry
//! `created` and `nonce`. The structured fields are read by `httpsig`; the
//! signature base is put together here from the text of `signature-input` as it
//! came, because `httpsig` writes the parameters in an order of its own and a
//! client may have signed them in another. Time is the ledger's, not the
//! machine's, for the same reason that `httpsig`'s own expiry check is not used.
//!
//! INVARIANT (one vague no): every way in which a signature can be wrong gives
//! the same answer, so that a stranger learns nothing from it.
//! INVARIANT (blind digests): what goes into the public log about a request or
//! an answer is hashed together with the signature, which only the holder of
//! the private key can make. Without that, the few possible identity numbers or
//! answers could be tried out against the log.
//!
//! Not here: which key may do what (`delivery::gateway` for clients, `inbox` for
//! other platforms), repeated nonces (the same), making one (`identity`).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};
use httpsig::prelude::HttpSignatureHeaders;
use httpsig::prelude::message_component::{DerivedComponentName, HttpMessageComponentId, HttpMessageComponentName};
use sha2::{Digest as _, Sha256};
use shuyu_model::{CryptoProfile, Digest, Hasher, Time};

/// How far `created` may lie from now, before or after.
pub const SIGNATURE_SECONDS_MAX: i64 = 300;
/// The shortest nonce, in characters.
pub const NONCE_CHARS_MIN: usize = 16;
/// The longest nonce, in characters.
pub const NONCE_CHARS_MAX: usize = 128;
/// The longest header of those that are read here, in bytes.
pub const HEADER_BYTES_MAX: usize = 4096;

/// A request as it came over the wire. Header lines that came several times are
/// joined with `, `.
#[derive(Debug, Clone, Default)]
pub struct SignedCall {
    /// `POST`.
    pub method: String,
    /// `/v1/products/PRD-…/answers`, as it came.
    pub path: String,
    /// With its leading `?`; empty where there is none.
    pub query: String,
    /// `Host`, where the client signs it.
    pub authority: Option<String>,
    /// `Content-Type`, where the client signs it.
    pub content_type: Option<String>,
    /// `Content-Digest`.
    pub content_digest: Option<String>,
    /// `Signature-Input`.
    pub signature_input: Option<String>,
    /// `Signature`.
    pub signature: Option<String>,
    /// The body; empty for a `GET`.
    pub body: Bytes,
}

/// A call that is well made and fresh; whose it is still has to be shown.
pub struct Presented {
    /// The key that it says it was signed with.
    pub keyid: String,
    /// Until when a repetition would pass for fresh.
    pub fresh_until: Time,
    /// What the caller made up for this call alone.
    pub nonce: String,
    base: String,
    signature: [u8; 64],
}

impl Presented {
    /// Reads a call; `None` for whatever is wrong with it, see
    /// INVARIANT (one vague no).
    pub fn read(call: &SignedCall, now: Time) -> Option<Self> {
        let input = short(call.signature_input.as_deref())?;
        let mut signatures = HttpSignatureHeaders::try_parse(short(call.signature.as_deref())?, input).ok()?;
        // One signature: with two, which of them was meant would be a guess.
        let (label, headers) = signatures.pop().filter(|_| signatures.is_empty())?;
        let params = headers.signature_params();
        let created = i64::try_from(params.created?).ok().filter(|seconds| *seconds < SECONDS_MAX)?;
        let now_seconds = now.0.div_euclid(MICROS);
        if (now_seconds - created).abs() > SIGNATURE_SECONDS_MAX {
            return None;
        }
        if params.expires.is_some_and(|expires| i64::try_from(expires).is_ok_and(|e| e < now_seconds)) {
            return None;
        }
        if params.alg.as_deref().is_some_and(|alg| alg != "ed25519") {
            return None;
        }
        let nonce = params.nonce.clone().filter(|n| (NONCE_CHARS_MIN..=NONCE_CHARS_MAX).contains(&n.len()))?;
        let keyid = params.keyid.clone()?;
        if !is_digest_of(short(call.content_digest.as_deref())?, &call.body) {
            return None;
        }
        let written_params = input.trim().strip_prefix(label.as_str())?.strip_prefix('=')?;
        let base = signature_base(call, &params.covered_components, written_params)?;
        let signature = STANDARD.decode(headers.signature().to_string()).ok()?.try_into().ok()?;
        let fresh_until = Time((created + SIGNATURE_SECONDS_MAX + 1).saturating_mul(MICROS));
        Some(Self { keyid, fresh_until, nonce, base, signature })
    }

    /// Whether the holder of this key made it (RFC 8032 5.1.7). `verify_strict`
    /// would look for weak keys, which are not registered at all, once more at
    /// each call (`product`); a malleable signature does not pass either way.
    pub fn is_by(&self, key: &VerifyingKey) -> bool {
        key.verify(self.base.as_bytes(), &Signature::from_bytes(&self.signature)).is_ok()
    }

    /// What must not come twice: the key and the nonce.
    pub fn once(&self) -> [u8; 16] {
        let mut hasher = Sha256::new();
        hasher.update(&self.keyid);
        hasher.update(self.nonce.as_bytes());
        first_half(&hasher.finalize().into())
    }

    /// The digest of the request, see INVARIANT (blind digests).
    pub fn request_digest(&self, profile: CryptoProfile) -> Digest {
        blind_digest(profile, REQUEST_PREFIX, &self.signature, self.base.as_bytes())
    }

    /// The digest of the answer, see INVARIANT (blind digests).
    pub fn answer_digest(&self, profile: CryptoProfile, answer: &[u8]) -> Digest {
        blind_digest(profile, ANSWER_PREFIX, &self.signature, answer)
    }
}

/// The digest with which the log names a request or an answer: the client
/// recomputes it from its own signature (64 bytes) and from the signature base
/// that it signed or the bytes that it got.
pub fn blind_digest(profile: CryptoProfile, prefix: &str, signature: &[u8], content: &[u8]) -> Digest {
    let mut hasher = Hasher::new(profile);
    hasher.update(prefix.as_bytes());
    hasher.update(signature);
    hasher.update(content);
    hasher.finish()
}

/// What is hashed before a request's signature and base.
pub const REQUEST_PREFIX: &str = "shuyu request v1\n";
/// What is hashed before an answer's signature and bytes.
pub const ANSWER_PREFIX: &str = "shuyu answer v1\n";

const MICROS: i64 = 1_000_000;
/// The year 4000; keeps the sums above far from overflow.
const SECONDS_MAX: i64 = 64_060_588_800;

fn short(header: Option<&str>) -> Option<&str> {
    header.filter(|text| text.len() <= HEADER_BYTES_MAX)
}

/// The first 16 bytes of a hash: enough to tell calls apart.
pub fn first_half(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    half
}

/// RFC 9421 section 2.5.
fn signature_base(call: &SignedCall, covered: &[HttpMessageComponentId], written_params: &str) -> Option<String> {
    let mut base = String::with_capacity(512);
    let mut required = [false; 3];
    for id in covered {
        if !id.params.0.is_empty() {
            return None;
        }
        let (name, value) = match &id.name {
            HttpMessageComponentName::Derived(DerivedComponentName::Method) => {
                required[0] = true;
                ("@method", call.method.as_str())
            }
            HttpMessageComponentName::Derived(DerivedComponentName::Path) => {
                required[1] = true;
                ("@path", call.path.as_str())
            }
            HttpMessageComponentName::Derived(DerivedComponentName::Query) => {
                ("@query", if call.query.is_empty() { "?" } else { call.query.as_str() })
            }
            HttpMessageComponentName::Derived(DerivedComponentName::Authority) => {
                ("@authority", call.authority.as_deref()?)
            }
            HttpMessageComponentName::HttpField(field) if field == "content-digest" => {
                required[2] = true;
                ("content-digest", call.content_digest.as_deref()?.trim())
            }
            HttpMessageComponentName::HttpField(field) if field == "content-type" => {
                ("content-type", call.content_type.as_deref()?.trim())
            }
            _ => return None,
        };
        for part in ["\"", name, "\": ", value, "\n"] {
            base.push_str(part);
        }
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(written_params);
    (required == [true; 3]).then_some(base)
}

/// RFC 9530: `sha-256=:BASE64:`, perhaps among others.
fn is_digest_of(header: &str, body: &[u8]) -> bool {
    let given = header.split(',').find_map(|item| item.trim().strip_prefix("sha-256=:")?.strip_suffix(':'));
    given.and_then(|text| STANDARD.decode(text).ok()).is_some_and(|bytes| bytes == Sha256::digest(body).as_slice())
}

/// `sha-256=:…:` of a body, as `Content-Digest` wants it.
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

#[cfg(test)]
mod tests;
