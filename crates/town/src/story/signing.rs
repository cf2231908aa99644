//! A client's key and its signed requests (RFC 9421 with Ed25519, RFC 9530).
//!
//! Covers `@method`, `@path` and `content-digest`; says `created`, `keyid` and
//! a fresh `nonce`. Any program that can do as much can be a client.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use httpsig::prelude::message_component::{HttpMessageComponent, HttpMessageComponentId};
use httpsig::prelude::{AlgorithmName, HttpSignatureBase, HttpSignatureParams, SecretKey};
use reqwest::Method;
use sha2::{Digest as _, Sha256};

use super::client::Reply;

/// What every signature covers, in this order.
const COVERED: [&str; 3] = ["@method", "@path", "content-digest"];

/// A program of an entity that holds a private key.
#[derive(Clone)]
pub(crate) struct SigningClient {
    http: reqwest::Client,
    base: String,
    seed: [u8; 32],
    /// `CLK-…`, once the server knows the public key.
    pub(crate) key_id: String,
}

impl SigningClient {
    /// Draws a key.
    pub(crate) fn new(http: &reqwest::Client, base: &str) -> anyhow::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
        Ok(Self { http: http.clone(), base: base.to_owned(), seed, key_id: String::new() })
    }

    /// The public key in base64, to be registered.
    pub(crate) fn public_key(&self) -> String {
        STANDARD.encode(ed25519_dalek::SigningKey::from_bytes(&self.seed).verifying_key().as_bytes())
    }

    /// A signed `POST` of JSON. `now_seconds` is the server's clock.
    pub(crate) async fn post(&self, path: &str, body: Vec<u8>, now_seconds: u64) -> anyhow::Result<Reply> {
        self.send(Method::POST, path, "", body, now_seconds).await
    }

    /// A signed `GET`.
    pub(crate) async fn get(&self, path: &str, query: &str, now_seconds: u64) -> anyhow::Result<Reply> {
        self.send(Method::GET, path, query, Vec::new(), now_seconds).await
    }

    async fn send(&self, method: Method, path: &str, query: &str, body: Vec<u8>, now: u64) -> anyhow::Result<Reply> {
        let asked = format!("{method} {path}{query} signed by {}", self.key_id);
        let headers = self.headers(method.as_str(), path, &body, now)?;
        let mut request = self.http.request(method, format!("{}{path}{query}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        Reply::of(asked, request).await
    }

    /// The headers that make a request a signed one.
    pub(crate) fn headers(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        now: u64,
    ) -> anyhow::Result<Vec<(&'static str, String)>> {
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
        let (input, signature) = self.sign(method, path, &digest, now)?;
        Ok(vec![
            ("content-type", "application/json".to_owned()),
            ("content-digest", digest),
            ("signature-input", input),
            ("signature", signature),
        ])
    }

    fn sign(&self, method: &str, path: &str, digest: &str, now: u64) -> anyhow::Result<(String, String)> {
        let ids = COVERED.map(HttpMessageComponentId::try_from).into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut params = HttpSignatureParams::try_new(&ids).context("signature parameters")?;
        params.set_created(now).set_keyid(&self.key_id).set_nonce(&nonce()?);
        let lines =
            [format!("\"@method\": {method}"), format!("\"@path\": {path}"), format!("\"content-digest\": {digest}")];
        let lines =
            lines.iter().map(|line| HttpMessageComponent::try_from(line.as_str())).collect::<Result<Vec<_>, _>>()?;
        let key = SecretKey::from_bytes(&AlgorithmName::Ed25519, &self.seed)?;
        let headers = HttpSignatureBase::try_new(&lines, &params)?.build_signature_headers(&key, Some("sig"))?;
        Ok((headers.signature_input_header_value(), headers.signature_header_value()))
    }
}

/// 128 random bits.
fn nonce() -> anyhow::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))?;
    Ok(hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signature, SigningKey};

    use super::*;

    #[test]
    fn a_verifier_of_its_own_accepts_the_signature_over_what_the_standard_says() {
        let client = SigningClient {
            http: reqwest::Client::new(),
            base: String::new(),
            seed: [7; 32],
            key_id: "CLK-1".to_owned(),
        };
        let (input, signature) = client.sign("POST", "/v1/x", "sha-256=:AAAA:", 1_800_000_000).unwrap();
        let params = input.strip_prefix("sig=").unwrap();
        for part in [r#"("@method" "@path" "content-digest")"#, ";created=1800000000", r#";keyid="CLK-1""#, ";nonce=\""]
        {
            assert!(params.contains(part), "{params}");
        }
        let base = format!(
            "\"@method\": POST\n\"@path\": /v1/x\n\"content-digest\": sha-256=:AAAA:\n\"@signature-params\": {params}"
        );
        let signature = signature.strip_prefix("sig=:").unwrap().strip_suffix(':').unwrap();
        let signature = Signature::from_slice(&STANDARD.decode(signature).unwrap()).unwrap();
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        key.verify_strict(base.as_bytes(), &signature).unwrap();
        assert_eq!(client.public_key(), STANDARD.encode(key.as_bytes()));
    }
}
