//! A signature is taken only when every part of it is right.

use ed25519_dalek::{Signer as _, SigningKey};

use super::*;

const CLIENT: &str = "CLK-0192f0c10000700080000000000000aa";
const NOW: Time = Time(1_780_275_600_000_000);

struct Draft {
    call: SignedCall,
    params: String,
}

/// A call as a client makes it, with its parameters in the client's own order.
fn draft(params: &str) -> Draft {
    let body = Bytes::from_static(br#"{"key":"x"}"#);
    let call = SignedCall {
        method: "POST".to_owned(),
        path: "/v1/products/PRD-0192f0c10000700080000000000000bb/answers".to_owned(),
        content_digest: Some(content_digest(&body)),
        body,
        ..SignedCall::default()
    };
    Draft { call, params: params.to_owned() }
}

fn usual() -> String {
    format!(
        r#"("@method" "@path" "content-digest");created={};keyid="{CLIENT}";alg="ed25519";nonce="0123456789abcdef""#,
        NOW.0 / 1_000_000
    )
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// Signs by hand, so that the reading side is checked against the RFC's text
/// and not against itself.
fn sign(draft: Draft) -> SignedCall {
    let Draft { mut call, params } = draft;
    let digest = call.content_digest.clone().unwrap_or_default();
    let lines: String = params
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(list, _)| list.to_owned())
        .unwrap_or_default()
        .split(' ')
        .map(|name| match name {
            "\"@method\"" => format!("{name}: {}\n", call.method),
            "\"@path\"" => format!("{name}: {}\n", call.path),
            "\"@query\"" => format!("{name}: {}\n", call.query),
            "\"content-digest\"" => format!("{name}: {digest}\n"),
            _ => String::new(),
        })
        .collect();
    let base = format!("{lines}\"@signature-params\": {params}");
    call.signature = Some(format!("sig1=:{}:", STANDARD.encode(key().sign(base.as_bytes()).to_bytes())));
    call.signature_input = Some(format!("sig1={params}"));
    call
}

#[track_caller]
fn check(call: &SignedCall, is_taken: bool) {
    let presented = Presented::read(call, NOW);
    let taken = presented.is_some_and(|p| p.is_by(&key().verifying_key()) && p.keyid == CLIENT);
    assert_eq!(taken, is_taken, "{call:?}");
}

#[test]
fn takes_a_signature_whatever_the_order_of_its_parameters() {
    let created = NOW.0 / 1_000_000;
    check(&sign(draft(&usual())), true);
    for params in [
        format!(r#"("content-digest" "@path" "@method");nonce="0123456789abcdef";keyid="{CLIENT}";created={created}"#),
        format!(
            r#"("@method" "@path" "content-digest");keyid="{CLIENT}";created={created};nonce="0123456789abcdef";tag="x""#
        ),
        format!(
            r#"("@method" "@path" "@query" "content-digest");created={created};keyid="{CLIENT}";nonce="0123456789abcdef""#
        ),
    ] {
        let mut draft = draft(&params);
        draft.call.query = "?a=1".to_owned();
        check(&sign(draft), true);
    }
}

#[test]
fn refuses_what_is_missing_stale_weak_or_not_understood() {
    let usual = usual();
    let created = format!("created={}", NOW.0 / 1_000_000);
    for (from, to) in [
        ("\"@method\" ", ""),
        ("\"@path\" ", ""),
        (" \"content-digest\"", ""),
        ("\"@path\"", "\"@path\";req"),
        ("\"@path\"", "\"@path\" \"x-unknown\""),
        (created.as_str(), "created=1"),
        (created.as_str(), "created=9999999999999"),
        (created.as_str(), "created=-5"),
        (&format!(";{created}"), ""),
        (";nonce=\"0123456789abcdef\"", ""),
        ("0123456789abcdef", "short"),
        (&format!(";keyid=\"{CLIENT}\""), ""),
        (CLIENT, "CLK-1"),
        ("ed25519", "hmac-sha256"),
        (";alg", ";expires=5;alg"),
    ] {
        let changed = usual.replace(from, to);
        assert_ne!(changed, usual, "{from}");
        check(&sign(draft(&changed)), false);
    }
}

#[test]
fn refuses_what_was_changed_on_the_way() {
    let good = sign(draft(&usual()));
    check(&good, true);
    check(&SignedCall { method: "PUT".to_owned(), ..good.clone() }, false);
    check(&SignedCall { path: good.path.replace("answers", "file"), ..good.clone() }, false);
    check(&SignedCall { body: Bytes::from_static(b"{}"), ..good.clone() }, false);
    check(
        &SignedCall { body: Bytes::from_static(b"{}"), content_digest: Some(content_digest(b"{}")), ..good.clone() },
        false,
    );
    check(&SignedCall { content_digest: None, ..good.clone() }, false);
    check(&SignedCall { signature: None, ..good.clone() }, false);
    check(&SignedCall { signature: Some("sig1=:AAAA:".to_owned()), ..good.clone() }, false);
    check(&SignedCall { signature_input: Some("x".repeat(HEADER_BYTES_MAX + 1)), ..good.clone() }, false);
    let twice = |header: &Option<String>| header.as_ref().map(|h| format!("{h}, {}", h.replace("sig1", "sig2")));
    check(
        &SignedCall { signature: twice(&good.signature), signature_input: twice(&good.signature_input), ..good },
        false,
    );
}

#[test]
fn is_fresh_for_five_minutes_to_either_side() {
    let call = sign(draft(&usual()));
    let after = |seconds: i64| Presented::read(&call, NOW.plus_micros(seconds * 1_000_000)).is_some();
    assert_eq!([-301, -300, 0, 300, 301].map(after), [false, true, true, true, false]);
    let until = Presented::read(&call, NOW).map(|p| p.fresh_until);
    assert_eq!(until, Some(NOW.plus_micros(301_000_000)));
}

#[test]
fn digests_differ_from_what_a_stranger_could_try_out() {
    let presented = Presented::read(&sign(draft(&usual())), NOW).unwrap();
    for profile in CryptoProfile::ALL {
        let guess = profile.digest(br#"{"found":false}"#);
        let ours = presented.answer_digest(profile, br#"{"found":false}"#);
        assert_ne!(ours, guess);
        assert_eq!(ours, blind_digest(profile, ANSWER_PREFIX, &presented.signature, br#"{"found":false}"#));
        assert_ne!(presented.request_digest(profile), ours);
    }
}
