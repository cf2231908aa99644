//! Two platforms in one process, the network being a function: what arrives, what is
//! lost on the way, what is forged.

use std::sync::Arc;

use serde_json::{Value, json};
use shuyu_ledger::Event;
use shuyu_ledger::Ledger;
use shuyu_ledger::testing::{ledgers, sqlite};
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::regime::words::{Body, Upward};
use shuyu_model::{Actor, CryptoProfile, Regime, Role, Verdict};
use tempfile::TempDir;

use crate::outbox::{self, Failure, FilingOf, Parcel, Record};
use crate::signature::SignedCall;
use crate::{Decided, DispatchState, Exchange, ExchangeError, NewPeer, Side, SubmissionState, Taken};

const CHANGCHUN: &str = include_str!("../../../regimes/changchun-2025/regime.toml");
const SHIPPED: &str = include_str!("../../../regimes/changsha-2026/regime.toml");
const HUNAN: &str = include_str!("../../../regimes/changsha-2023/regime.toml");

/// A district, the city above it, and the way between.
struct Pair {
    district: Exchange,
    city: Exchange,
    regime: Arc<Regime>,
    _folders: [TempDir; 2],
}

async fn pairs(regime: &str) -> Vec<(&'static str, Pair)> {
    let mut all = Vec::new();
    for (backend, ledger, folder) in ledgers().await {
        let (above, folder_above) = sqlite(CryptoProfile::Guomi).await;
        let regime = Arc::new(Regime::parse("regime.toml", regime).unwrap());
        let district = Exchange::open(ledger, Arc::clone(&regime)).unwrap();
        let city = Exchange::open(above, Arc::clone(&regime)).unwrap();
        let pair = Pair { district, city, regime, _folders: [folder, folder_above] };
        pair.acquaint().await;
        all.push((backend, pair));
    }
    all
}

fn actor(ledger: &Ledger, role: Role) -> Actor {
    Actor { person: ledger.new_id::<PersonId>(), organisation: ledger.new_id::<OrganisationId>(), roles: vec![role] }
}

fn allowed<T: std::fmt::Debug>(verdict: Verdict<T>) -> T {
    match verdict {
        Verdict::Allow(value) => value,
        Verdict::Refuse(reasons) => panic!("{reasons:?}"),
    }
}

fn codes<T: std::fmt::Debug>(verdict: Verdict<T>) -> Vec<String> {
    match verdict {
        Verdict::Allow(value) => panic!("allowed: {value:?}"),
        Verdict::Refuse(reasons) => reasons.iter().map(|reason| reason.code.to_string()).collect(),
    }
}

impl Pair {
    async fn acquaint(&self) {
        let above = NewPeer { url: Some("https://city:443".into()), ..self.known_as(&self.city, Side::Above) };
        let above = NewPeer { stands_for: vec![Body::Province], ..above };
        let below = self.known_as(&self.district, Side::Below);
        allowed(self.district.add_peer(&actor(self.district.ledger(), Role::SystemAdmin), above).await.unwrap());
        allowed(self.city.add_peer(&actor(self.city.ledger(), Role::SystemAdmin), below).await.unwrap());
    }

    fn known_as(&self, other: &Exchange, side: Side) -> NewPeer {
        let shown = other.shown();
        let name = if side == Side::Above { "市平台" } else { "某区" }.to_owned();
        NewPeer { side, name, url: None, stands_for: vec![], public_key: shown.public_key, verifier: shown.verifier }
    }

    /// A fact that wants telling.
    async fn fact(&self, kind: Upward, subject: &str, payload: Value, copies: &[FilingOf]) -> usize {
        let ledger = self.district.ledger();
        let mut change = ledger.change().await.unwrap();
        let record = Record { kind, subject: subject.to_owned(), payload };
        let queued = outbox::queue(ledger, &mut change, &self.regime, &record, copies).await.unwrap();
        change.commit(Event::done(None, "test.fact", subject)).await.unwrap();
        queued.len()
    }

    /// Sends what is due and brings the answer back.
    async fn send(&self) -> Option<Taken> {
        let parcel = self.district.due().await.unwrap().into_iter().next()?;
        let answer = allowed(self.city.receive(&call(&parcel)).await.unwrap());
        let answer = serde_json::to_vec(&answer).unwrap();
        let taken = self.district.read_answer(parcel, &answer).await.unwrap().expect("a word that holds");
        self.keep(&taken).await;
        Some(taken)
    }

    async fn keep(&self, taken: &Taken) -> Option<crate::outbox::FiledBy> {
        let ledger = self.district.ledger();
        let mut change = ledger.change().await.unwrap();
        let (filed, event) = outbox::taken(ledger, &mut change, taken).await.unwrap();
        change.commit(event).await.unwrap();
        filed
    }

    async fn later(&self, seconds: i64) {
        for exchange in [&self.district, &self.city] {
            let clock = exchange.ledger().clock();
            clock.advance_to(clock.now().plus_micros(seconds * 1_000_000)).unwrap();
        }
    }
}

fn call(parcel: &Parcel) -> SignedCall {
    let header = |name: &str| parcel.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    SignedCall {
        method: "POST".to_owned(),
        path: parcel.path.to_owned(),
        content_type: header("content-type"),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
        body: parcel.body.clone().into(),
        ..SignedCall::default()
    }
}

fn agreement(number: i64) -> Value {
    let digest = format!("sha256:{}", "a".repeat(64));
    json!({
        "agreement": format!("AGR-{number}"), "kind": "operator", "grantor": "某区大数据中心", "grantee": "某公司",
        "resources": ["公积金账户"], "from": "2026-06-01", "until": "2027-06-01", "document_digest": digest,
        "digest": digest, "signed_on": "2026-06-01",
    })
}

fn entry(title: &str) -> Value {
    json!({
        "resource": "RES-1", "name": "parking", "title": title, "description": "停车场", "source": "某区交通局",
        "update_every_days": 30, "columns": [{ "name": "lot", "title": "车场", "kind": "text", "class": "plain" }],
    })
}

fn copy(of: &str) -> FilingOf {
    FilingOf { of: of.to_owned(), version: 0, to: Body::Province }
}

#[tokio::test]
async fn a_record_arrives_once_is_acknowledged_and_files_its_copy_once() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        assert_eq!(pair.fact(Upward::Agreement, "AGR-1", agreement(1), &[copy("CAS-1")]).await, 1, "{backend}");
        let ledger = pair.district.ledger();
        let waits = |mut change: shuyu_ledger::Change| async move {
            outbox::files_itself(&mut change, "CAS-1", 0, Body::Province).await.unwrap()
        };
        assert_eq!(waits(ledger.change().await.unwrap()).await.as_deref(), Some("市平台"));
        // The answer is lost; the record is sent again and gets the very same receipt.
        let lost = pair.district.due().await.unwrap().remove(0);
        let first = allowed(pair.city.receive(&call(&lost)).await.unwrap());
        pair.district.failed(&lost, &Failure::Unreachable("no answer")).await.unwrap();
        assert!(pair.district.due().await.unwrap().is_empty(), "it waits a little first");
        pair.later(2).await;
        let parcel = pair.district.due().await.unwrap().remove(0);
        assert_eq!((&parcel.body, &parcel.dispatch), (&lost.body, &lost.dispatch));
        let second = allowed(pair.city.receive(&call(&parcel)).await.unwrap());
        assert_eq!(first, second, "the same receipt");
        let answer = serde_json::to_vec(&second).unwrap();
        let taken = pair.district.read_answer(parcel, &answer).await.unwrap().unwrap();
        assert_eq!(taken.state(), DispatchState::Acknowledged);
        let filed = pair.keep(&taken).await.expect("the copy is filed by the receipt");
        assert_eq!((filed.of.as_str(), filed.to, filed.at), ("CAS-1", Body::Province, taken.at()));
        assert_eq!(pair.keep(&taken).await, None, "once");
        assert_eq!(waits(ledger.change().await.unwrap()).await, None);
        let came = pair.city.submissions(None, "", 10).await.unwrap();
        assert_eq!((came.total, came.items[0].state), (1, SubmissionState::Pending), "{backend}");
        assert_eq!(came.items[0].payload, agreement(1));
        let sent = pair.district.dispatches(None, "", 10).await.unwrap();
        assert_eq!(sent.items[0].attempts_count, 3);
        assert_eq!(sent.items[0].receipt.as_deref(), Some(first.receipt.as_str()));
    }
}

#[tokio::test]
async fn what_the_bureau_above_decides_comes_down_with_all_its_sentences() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        pair.fact(Upward::Agreement, "AGR-1", agreement(1), &[copy("CAS-1")]).await;
        pair.fact(Upward::Catalog, "RES-1", entry("停车场"), &[]).await;
        pair.send().await.unwrap();
        pair.send().await.unwrap();
        let mut came = pair.city.submissions(Some(SubmissionState::Pending), "", 10).await.unwrap().items;
        came.sort_by_key(|record| record.sequence);
        let bureau = actor(pair.city.ledger(), Role::Regulator);
        let no =
            Decided { against: vec!["期限超过市级方案的上限".into(), "缺少定价条款的附件".into()] };
        let agency = actor(pair.city.ledger(), Role::Agency);
        assert_eq!(codes(pair.city.decide(&agency, &came[0].id, no.clone()).await.unwrap()), ["EXC-010"]);
        let decided = pair.city.decide(&bureau, &came[0].id, no.clone()).await.unwrap();
        assert_eq!(allowed(decided), SubmissionState::Refused, "{backend}");
        assert_eq!(codes(pair.city.decide(&bureau, &came[0].id, no).await.unwrap()), ["EXC-011"]);
        assert!(pair.city.held_below("", 10).await.unwrap().items.is_empty(), "not accepted yet");
        let yes = Decided { against: vec![] };
        assert_eq!(allowed(pair.city.decide(&bureau, &came[1].id, yes).await.unwrap()), SubmissionState::Accepted);
        let held = pair.city.held_below("", 10).await.unwrap();
        assert_eq!((held.total, held.items[0].held_by.as_str()), (1, "某区"));
        pair.later(60).await;
        pair.send().await.unwrap();
        pair.send().await.unwrap();
        assert!(pair.send().await.is_none(), "nothing is asked again once it is decided");
        let mut sent = pair.district.dispatches(None, "", 10).await.unwrap().items;
        sent.sort_by_key(|record| record.sequence);
        assert_eq!([sent[0].state, sent[1].state], [DispatchState::Refused, DispatchState::Accepted]);
        let said: Vec<&str> = sent[0].reasons.iter().map(|reason| reason.what.as_str()).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said.contains(&"缺少定价条款的附件"));
        // A newer version takes the older one's place, once it is accepted.
        pair.fact(Upward::Catalog, "RES-1", entry("停车场库"), &[]).await;
        pair.send().await.unwrap();
        assert_eq!(pair.city.held_below("", 10).await.unwrap().items[0].entry["title"], "停车场");
        let newer = pair.city.submissions(Some(SubmissionState::Pending), "", 10).await.unwrap().items.remove(0);
        assert_eq!(newer.version, 2);
        allowed(pair.city.decide(&bureau, &newer.id, Decided { against: vec![] }).await.unwrap());
        let held = pair.city.held_below("", 10).await.unwrap();
        assert_eq!((held.total, &held.items[0].entry["title"]), (1, &json!("停车场库")));
    }
}

#[tokio::test]
async fn a_replay_a_forgery_and_a_stranger_get_nothing() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        pair.fact(Upward::Agreement, "AGR-1", agreement(1), &[]).await;
        let parcel = pair.district.due().await.unwrap().remove(0);
        let good = call(&parcel);
        let text = String::from_utf8(parcel.body.clone()).unwrap();
        let changed = text.replace("某公司", "另一公司").into_bytes();
        let body = SignedCall { body: changed.clone().into(), ..good.clone() };
        let digest = Some(crate::signature::content_digest(&changed));
        let both = SignedCall { body: changed.into(), content_digest: digest, ..good.clone() };
        let elsewhere = SignedCall { path: "/v1/exchange/other".into(), ..good.clone() };
        let bare = SignedCall { signature: None, ..good.clone() };
        for forged in [body, both, elsewhere, bare] {
            assert_eq!(codes(pair.city.receive(&forged).await.unwrap()), ["EXC-001"], "{backend}");
        }
        allowed(pair.city.receive(&good).await.unwrap());
        assert_eq!(codes(pair.city.receive(&good).await.unwrap()), ["EXC-002"], "the very same call");
        pair.later(400).await;
        assert_eq!(codes(pair.city.receive(&good).await.unwrap()), ["EXC-001"], "a stale call");
        // A platform that was never entered, and one that is known no more.
        let (ledger, _folder) = sqlite(CryptoProfile::International).await;
        let stranger = Exchange::open(ledger, Arc::clone(&pair.regime)).unwrap();
        let mut strange = parcel.clone();
        let now = pair.city.ledger().now();
        strange.headers = stranger.identity().sign("POST", parcel.path, &parcel.body, now).unwrap();
        assert_eq!(codes(pair.city.receive(&call(&strange)).await.unwrap()), ["EXC-001"]);
        let admin = actor(pair.city.ledger(), Role::SystemAdmin);
        let known = pair.city.peers().await.unwrap().remove(0).id;
        assert_eq!(
            codes(pair.city.withdraw_peer(&actor(pair.city.ledger(), Role::Agency), &known).await.unwrap()),
            ["EXC-012"]
        );
        allowed(pair.city.withdraw_peer(&admin, &known).await.unwrap());
        let fresh = pair.district.due().await.unwrap().remove(0);
        assert_eq!(codes(pair.city.receive(&call(&fresh)).await.unwrap()), ["EXC-001"]);
        assert_eq!(pair.city.submissions(None, "", 10).await.unwrap().total, 1, "{backend}");
    }
}

#[tokio::test]
async fn a_bad_record_is_kept_refused_and_answered_with_everything_that_is_wrong() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        let bad = |sequence: i64, kind: &str, payload: Value, digest: Option<&str>| {
            let payload = payload.to_string();
            let of = CryptoProfile::International.digest(payload.as_bytes()).to_string();
            json!({
                "sequence": sequence, "kind": kind, "subject": "AGR-1", "version": 1, "regime": "x@1",
                "digest": digest.unwrap_or(&of), "payload": payload,
            })
        };
        let other = format!("sha256:{}", "0".repeat(64));
        let mut more = agreement(1);
        more["phone"] = json!("13800138000");
        more.as_object_mut().unwrap().remove("grantee");
        more["from"] = json!("soon");
        let rows = [
            (bad(1, "agreement", more, Some(&other)), vec!["EXC-004", "EXC-005", "EXC-006", "EXC-007"]),
            (bad(2, "wedding", json!({}), None), vec!["EXC-003"]),
            (bad(3, "agreement", agreement(1), None), vec![]),
            (bad(4, "agreement", agreement(2), None), vec!["EXC-008"]),
        ];
        for (letter, expected) in rows {
            let answer = post(&pair, letter.to_string().as_bytes()).await.unwrap();
            let found: Vec<&str> = answer.reasons.iter().map(|reason| &*reason.code).collect();
            assert_eq!(found, expected, "{backend}");
            assert!(!format!("{:?}", answer.reasons).contains("13800138000"));
            assert_eq!(answer.state, if expected.is_empty() { "pending" } else { "refused" });
        }
        let again = bad(3, "agreement", agreement(9), None).to_string();
        assert!(matches!(post(&pair, again.as_bytes()).await, Err(ExchangeError::Conflict { .. })));
        for nonsense in ["", "[]", "{\"sequence\":1}"] {
            let answer = post(&pair, nonsense.as_bytes()).await;
            assert!(matches!(answer, Err(ExchangeError::Malformed { .. })), "{nonsense}");
        }
    }
}

/// A signed call of the district with any body.
async fn post(pair: &Pair, body: &[u8]) -> Result<crate::Answer, ExchangeError> {
    let now = pair.city.ledger().now();
    let headers = pair.district.identity().sign("POST", crate::CALL_PATH, body, now).unwrap();
    let header = |name: &str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let call = SignedCall {
        method: "POST".to_owned(),
        path: crate::CALL_PATH.to_owned(),
        content_digest: header("content-digest"),
        signature_input: header("signature-input"),
        signature: header("signature"),
        body: body.to_vec().into(),
        ..SignedCall::default()
    };
    Ok(allowed(pair.city.receive(&call).await?))
}

#[tokio::test]
async fn an_answer_that_is_not_the_word_of_the_known_platform_about_this_record_is_none() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        pair.fact(Upward::Agreement, "AGR-1", agreement(1), &[]).await;
        pair.fact(Upward::Agreement, "AGR-2", agreement(2), &[]).await;
        let parcel = pair.district.due().await.unwrap().remove(0);
        let answer = allowed(pair.city.receive(&call(&parcel)).await.unwrap());
        let (ledger, _folder) = sqlite(CryptoProfile::Guomi).await;
        let impostor = Exchange::open(ledger, Arc::clone(&pair.regime)).unwrap();
        let below = pair.known_as(&pair.district, Side::Below);
        allowed(impostor.add_peer(&actor(impostor.ledger(), Role::SystemAdmin), below).await.unwrap());
        let foreign = allowed(impostor.receive(&call(&parcel)).await.unwrap());
        let mut reasoned = answer.clone();
        reasoned.reasons.push(shuyu_model::Reason::new("EXC-013", "x", "c", "d"));
        let as_outcome = crate::Answer { outcome: Some(answer.receipt.clone()), ..answer.clone() };
        for wrong in [foreign, reasoned, as_outcome] {
            let wrong = serde_json::to_vec(&wrong).unwrap();
            assert!(pair.district.read_answer(parcel.clone(), &wrong).await.unwrap().is_none(), "{backend}");
        }
        assert!(pair.district.read_answer(parcel.clone(), b"<html>").await.unwrap().is_none());
        let good = serde_json::to_vec(&answer).unwrap();
        let taken = pair.district.read_answer(parcel, &good).await.unwrap().unwrap();
        pair.keep(&taken).await;
        // The receipt of the first is none for the second.
        let second = pair.district.due().await.unwrap().remove(0);
        assert!(pair.district.read_answer(second, &good).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn records_wait_in_order_back_off_and_are_given_up_when_they_are_too_old() {
    for (backend, pair) in pairs(CHANGCHUN).await {
        for number in 1..=3 {
            pair.fact(Upward::Agreement, &format!("AGR-{number}"), agreement(number), &[]).await;
        }
        let mut waited = 0;
        for _ in 0..40 {
            match pair.district.due().await.unwrap().first() {
                Some(parcel) => {
                    assert!(
                        String::from_utf8_lossy(&parcel.body).contains("\"subject\":\"AGR-1\""),
                        "the first, always"
                    );
                    pair.district.failed(parcel, &Failure::Status(503)).await.unwrap();
                }
                None => waited += 1,
            }
            pair.later(5).await;
        }
        assert!(waited > 20, "{backend}: {waited} of 40 looks found that it is too early");
        let status = pair.district.status().await.unwrap().remove(0);
        assert_eq!((status.waiting, status.last_receipt_at), (3, None));
        assert_eq!(status.last_failure.unwrap().detail, "status 503");
        assert!(status.failures > 3 && status.oldest_at.is_some());
        // One that can never be taken makes way, and says why.
        pair.later(700).await;
        let parcel = pair.district.due().await.unwrap().remove(0);
        pair.district.failed(&parcel, &Failure::Status(422)).await.unwrap();
        let refused = pair.district.dispatch(&parcel.dispatch).await.unwrap().unwrap();
        assert_eq!((refused.state, &*refused.reasons[0].code), (DispatchState::Refused, "EXC-009"));
        pair.later(1).await;
        let order: Vec<i64> =
            [pair.send().await.unwrap(), pair.send().await.unwrap()].map(|taken| taken.sequence()).to_vec();
        assert_eq!(order, [2, 3], "{backend}");
        pair.fact(Upward::Agreement, "AGR-9", agreement(9), &[]).await;
        pair.later(31 * 86_400).await;
        pair.district.due().await.unwrap();
        assert_eq!(pair.district.status().await.unwrap()[0].expired, 1);
    }
}

#[tokio::test]
async fn goes_up_what_the_rules_send_up_and_what_is_filed_there_and_nothing_else() {
    let scenario = json!({
        "scenario": "SCN-1", "title": "x", "use_kind": "industry", "operator": "x", "agreement": "AGR-1",
        "resources": ["x"], "digest": format!("sha256:{}", "a".repeat(64)), "approved_on": "2026-06-01",
    });
    for (text, kind, payload, copies, expected) in [
        (CHANGCHUN, Upward::Agreement, agreement(1), vec![], 1),
        (CHANGCHUN, Upward::Scenario, scenario.clone(), vec![], 0),
        (HUNAN, Upward::Agreement, agreement(1), vec![], 0),
        (HUNAN, Upward::Agreement, agreement(1), vec![copy("CAS-1")], 1),
        (HUNAN, Upward::Agreement, agreement(1), vec![FilingOf { to: Body::Regulator, ..copy("CAS-1") }], 0),
    ] {
        for (backend, pair) in pairs(text).await {
            assert_eq!(pair.fact(kind, "S", payload.clone(), &copies).await, expected, "{backend} {kind:?} {copies:?}");
        }
    }
    for (_, pair) in pairs(CHANGCHUN).await {
        let ledger = pair.district.ledger();
        let mut change = ledger.change().await.unwrap();
        let mut payload = agreement(1);
        payload["author"] = json!("张三");
        let record = Record { kind: Upward::Agreement, subject: "S".into(), payload };
        let queued = outbox::queue(ledger, &mut change, &pair.regime, &record, &[]).await;
        assert!(matches!(queued, Err(ExchangeError::Damaged { .. })), "what is not on the list does not go up");
    }
}

#[tokio::test]
async fn a_platform_is_entered_whole_or_with_all_its_faults() {
    for (_, pair) in pairs(CHANGCHUN).await {
        let admin = actor(pair.district.ledger(), Role::SystemAdmin);
        let bad = NewPeer {
            side: Side::Above,
            name: String::new(),
            url: Some("https://x/y".into()),
            stands_for: vec![],
            public_key: pair.district.shown().public_key,
            verifier: "x".into(),
        };
        for clear in ["http://city.example:80", "http://10.0.0.7:8080", "http://127.0.0.1.example:80"] {
            let plain = NewPeer { url: Some(clear.into()), ..pair.known_as(&pair.city, Side::Above) };
            match pair.district.add_peer(&admin, plain).await {
                Err(ExchangeError::Malformed { faults }) => assert!(faults[0].contains("in the clear"), "{faults:?}"),
                other => panic!("{clear}: {other:?}"),
            }
        }
        match pair.district.add_peer(&admin, bad).await {
            Err(ExchangeError::Malformed { faults }) => assert_eq!(faults.len(), 4, "{faults:?}"),
            other => panic!("{other:?}"),
        }
        let again = NewPeer { url: Some("https://city:443".into()), ..pair.known_as(&pair.city, Side::Above) };
        let again = pair.district.add_peer(&admin, NewPeer { name: "另一名".into(), ..again }).await;
        assert!(matches!(again, Err(ExchangeError::Conflict { .. })));
        let other = Exchange::open(sqlite(CryptoProfile::International).await.0, Arc::clone(&pair.regime)).unwrap();
        let new = NewPeer { name: "县".into(), ..pair.known_as(&other, Side::Below) };
        let nobody = actor(pair.city.ledger(), Role::Regulator);
        assert_eq!(codes(pair.city.add_peer(&nobody, new).await.unwrap()), ["EXC-012"]);
    }
}

#[tokio::test]
async fn where_districts_build_no_platform_of_their_own_none_is_entered() {
    let (ledger, _folder) = sqlite(CryptoProfile::International).await;
    let (other, _other_folder) = sqlite(CryptoProfile::International).await;
    let regime = Arc::new(Regime::parse("regime.toml", SHIPPED).unwrap());
    let city = Exchange::open(ledger, Arc::clone(&regime)).unwrap();
    let shown = Exchange::open(other, regime).unwrap().shown();
    let new = |side, url: Option<&str>| NewPeer {
        side,
        name: "某平台".into(),
        url: url.map(str::to_owned),
        stands_for: vec![],
        public_key: shown.public_key.clone(),
        verifier: shown.verifier.clone(),
    };
    let (admin, agency) = (actor(city.ledger(), Role::SystemAdmin), actor(city.ledger(), Role::Agency));
    assert_eq!(codes(city.add_peer(&agency, new(Side::Below, None)).await.unwrap()), ["EXC-012", "EXC-014"]);
    let refused = city.add_peer(&admin, new(Side::Below, None)).await.unwrap().into_result().unwrap_err();
    assert_eq!(refused.iter().map(|r| r.clause.as_str()).collect::<Vec<_>>(), ["changsha-2026 十一"]);
    allowed(city.add_peer(&admin, new(Side::Above, Some("https://province:443"))).await.unwrap());
}
