//! Two platforms, two processes: a district below, the city above. What the district
//! does while the city is down arrives once, in order, whoever dies in between; what
//! the city's bureau says against it is read in the district.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use shuyu_town::story::StoryOptions;
use shuyu_town::story::cast;
use tempfile::TempDir;

use crate::process::{Place, Server, free_port, run, verify};

const REGIME: [&str; 2] = ["--regime", "changchun-2025"];
const ARRIVES_MAX: Duration = Duration::from_secs(120);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(100);
const PAPER: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Somebody signed in.
#[derive(Clone)]
struct Person {
    http: reqwest::Client,
    base: String,
    cookie: String,
    csrf: String,
}

impl Person {
    async fn sign_in(base: &str, login: &str, password: &str) -> Self {
        let http = reqwest::Client::new();
        let body = json!({ "login": login, "password": password });
        let reply = http.post(format!("{base}/v1/sessions")).json(&body).send().await.unwrap();
        let cookie = reply.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let csrf = reply.json::<Value>().await.unwrap()["csrf"].as_str().unwrap().to_owned();
        Self { http, base: base.to_owned(), cookie, csrf }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let mut request = request.header("cookie", &self.cookie).header("x-csrf-token", &self.csrf);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let reply = request.send().await.unwrap();
        let status = reply.status().as_u16();
        (status, serde_json::from_slice(&reply.bytes().await.unwrap()).unwrap_or_default())
    }

    #[track_caller]
    fn good((status, body): (u16, Value)) -> Value {
        assert!((200..300).contains(&status), "{status}: {body}");
        body
    }

    async fn get(&self, path: &str) -> Value {
        Self::good(self.ask(Method::GET, path, None).await)
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        Self::good(self.ask(Method::POST, path, Some(body)).await)
    }

    /// Posts what makes a thing; gives its id.
    async fn make(&self, path: &str, body: Value) -> String {
        self.post(path, body).await["id"].as_str().unwrap().to_owned()
    }
}

/// A platform with its people.
struct Platform {
    place: Place,
    server: Option<Server>,
    port: u16,
    admin: (String, String),
    organisations: Vec<String>,
}

/// Nobody is operator here before a selection has chosen.
const WHO: [(&str, &str); 4] =
    [("bureau", "he.zhiyuan"), ("centre", "fang.ming"), ("centre", "tan.hui"), ("fund", "zhou.min")];

impl Platform {
    async fn open(data: &TempDir, origin: &str) -> Self {
        let place = Place::plain(data.path());
        let code = cast::PLATFORM.credit_code();
        let bootstrap = ["admin", "bootstrap", "--credit-code", &code, "--data", place.data(), "--origin", origin];
        let (status, printed) = run(&place, &[&bootstrap[..], &REGIME[..]].concat());
        assert!(status.success(), "{printed}");
        let options = StoryOptions::bootstrapped(&printed, 400).unwrap();
        let admin = (options.system_admin.login.clone(), options.system_admin.password.clone());
        let mut platform = Self { place, server: None, port: free_port(), admin, organisations: Vec::new() };
        platform.start(origin).await;
        let system = platform.system().await;
        let security =
            Person::sign_in(platform.base(), &options.security_admin.login, &options.security_admin.password).await;
        for word in ["bureau", "centre", "fund"] {
            let known = cast::ORGANISATIONS.iter().find(|known| known.word == word).unwrap();
            let body = json!({ "name": known.name, "credit_code": known.credit_code(), "roles": known.roles });
            platform.organisations.push(system.make("/v1/organisations", body).await);
        }
        for (word, login) in WHO {
            let known = cast::PEOPLE.iter().find(|known| known.login == login).unwrap();
            let index = ["bureau", "centre", "fund"].iter().position(|known| *known == word).unwrap();
            let body = json!({
                "name": known.name, "login": login, "password": cast::PASSWORD,
                "organisation": platform.organisations[index],
            });
            let person = system.make("/v1/people", body).await;
            security.post(&format!("/v1/people/{person}/roles"), json!({ "role": known.role })).await;
        }
        platform
    }

    async fn start(&mut self, origin: &str) {
        let more = [&REGIME[..], &["--origin", origin][..]].concat();
        self.server = Some(Server::start_at(&self.place, self.port, &more).await);
    }

    fn base(&self) -> &str {
        &self.server.as_ref().unwrap().base
    }

    fn kill(&mut self) {
        self.server.take().unwrap().kill();
    }

    async fn system(&self) -> Person {
        Person::sign_in(self.base(), &self.admin.0, &self.admin.1).await
    }

    async fn person(&self, login: &str) -> Person {
        Person::sign_in(self.base(), login, cast::PASSWORD).await
    }

    async fn now(&self) -> i64 {
        let health = reqwest::get(format!("{}/healthz", self.base())).await.unwrap();
        health.json::<Value>().await.unwrap()["now_at"].as_i64().unwrap()
    }

    /// What the document wants stated of a resource before it is registered.
    async fn origin_stated(&self, source: &Person, resource: &str) {
        let unit = json!({ "unit_kind": "public_institution", "division": "220100", "takes_part": "duty" });
        let fund = format!("/v1/organisations/{}/unit", self.organisations[2]);
        Person::good(self.system().await.ask(Method::PUT, &fund, Some(unit)).await);
        let origin = json!({ "arose_in": "statutory_duty", "way": "produced", "duty": "停车管理" });
        Person::good(source.ask(Method::PUT, &format!("/v1/resources/{resource}/origin"), Some(origin)).await);
    }

    /// Moves the demonstration's clock ahead to a moment; one that has passed is left.
    async fn move_to(&self, to: i64) {
        if self.now().await < to {
            self.system().await.post("/v1/demo/clock", json!({ "to": to })).await;
        }
    }
}

async fn sign(person: &Person, case: &str, step: &str, digest: &Value) {
    let body = json!({
        "step": step, "outcome": "approve", "reason": "已核对材料，符合规定", "subject_digest": digest, "evidence": PAPER,
    });
    person.post(&format!("/v1/cases/{case}/signatures"), body).await;
}

/// What a scheme says under these rules.
const SCHEME: [(&str, &str); 13] = [
    ("mode", "whole"),
    ("data_scope", "见方案"),
    ("operator_conditions", "见方案"),
    ("term_years", "3"),
    ("exit", "见方案"),
    ("exit_grounds", "breach"),
    ("supervision_and_assessment", "见方案"),
    ("indicators", "调用量, 满意度"),
    ("cost_and_revenue", "见方案"),
    ("cost_items", "平台建设, 人员"),
    ("revenue_sharing", "见方案"),
    ("revenue_shares", "财政=60, 运营机构=40"),
    ("security_and_emergency", "见方案"),
];

/// The district's scheme: drafted, advised, referred as practicable, approved. Gives the matter.
async fn scheme(district: &Platform, title: &str) -> String {
    let (agency, bureau) = (district.person("fang.ming").await, district.person("he.zhiyuan").await);
    let facts: serde_json::Map<String, Value> =
        SCHEME.iter().map(|(key, told)| ((*key).to_owned(), json!(told))).collect();
    let new = json!({ "kind": "scheme", "subject": district.organisations[1], "title": title, "facts": facts });
    let matter = agency.make("/v1/matters", new).await;
    let moves = [
        (&agency, "submit", json!({})),
        (&bureau, "advise", json!({ "advice": "写明退出机制" })),
        (&agency, "submit", json!({})),
        (&bureau, "refer", json!({ "practicability": "practicable", "practicability_opinion": "切实可行" })),
        (&bureau, "approve", json!({ "decided_by": "区政府常务会议", "decided_on": "2025-11-20" })),
    ];
    let mut version = 1;
    for (index, (person, name, facts)) in moves.into_iter().enumerate() {
        let body = json!({
            "name": name, "reason": "按程序办理", "evidence": PAPER, "seen_version": version, "facts": facts,
        });
        let (status, told) = person.ask(Method::POST, &format!("/v1/matters/{matter}/moves"), Some(body)).await;
        if index == 0 {
            assert_eq!((status, &told["reasons"][0]["code"]), (422, &json!("CAS-020")), "before the advice: {told}");
        } else {
            Person::good((status, told));
            version += 1;
        }
    }
    matter
}

/// A table of the fund, registered by the prescribed procedure.
async fn resource(district: &Platform) {
    let source = district.person("zhou.min").await;
    let column = |name: &str| {
        json!({
            "name": name, "title": name, "type": "text", "class": "plain", "grade": "l2", "mask": { "mask": "none" },
        })
    };
    let new = json!({
        "name": "parking_lots", "title": "停车场", "description": "全区停车场名录", "update_every_days": 30,
        "columns": [column("lot"), column("street")],
    });
    let resource = source.make("/v1/resources", new).await;
    district.origin_stated(&source, &resource).await;
    let papers =
        ["subject_info", "lawful_source", "description", "preserved_evidence", "scenario_info", "risk_assessment"];
    let materials: serde_json::Map<String, Value> =
        papers.iter().map(|paper| ((*paper).to_owned(), json!(PAPER))).collect();
    let new = json!({ "subject": resource, "kind": "first", "materials": materials });
    let applied = source.post("/v1/registrations/applications", new).await;
    let digest = applied["subject_digest"].clone();
    let new = json!({ "procedure": applied["procedure"], "subject": resource, "subject_digest": digest });
    let case = source.make("/v1/cases", new).await;
    sign(&district.person("fang.ming").await, &case, "acceptance", &digest).await;
    sign(&district.person("tan.hui").await, &case, "formal_review", &digest).await;
    district.move_to(district.now().await + 20 * 86_400_000_000).await;
    sign(&district.person("he.zhiyuan").await, &case, "public_notice", &digest).await;
}

/// Looks until it is so.
async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(since.elapsed() < ARRIVES_MAX, "{what} did not come about");
        tokio::time::sleep(LOOK_AGAIN_AFTER).await;
    }
}

async fn acquaint(district: &Platform, city: &Platform) {
    let (below, above) = (district.system().await, city.system().await);
    let mut new = below.get("/v1/exchange/identity").await;
    (new["side"], new["name"]) = (json!("below"), json!("城东区"));
    above.make("/v1/exchange/peers", new).await;
    let mut new = above.get("/v1/exchange/identity").await;
    (new["side"], new["name"]) = (json!("above"), json!("市平台"));
    (new["url"], new["stands_for"]) = (json!(city.base()), json!(["province"]));
    below.make("/v1/exchange/peers", new).await;
}

/// Moves both clocks to one moment, later than any wait between two attempts.
async fn together(district: &Platform, city: &Platform) {
    let to = district.now().await + 700_000_000;
    city.move_to(to).await;
    district.move_to(to).await;
}

fn items(list: &Value) -> Vec<Value> {
    list["items"].as_array().cloned().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_district_does_while_the_city_is_down_arrives_once_whoever_dies_in_between() {
    let (below, above) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut city = Platform::open(&above, "city.example/shuyu").await;
    let mut district = Platform::open(&below, "district.example/shuyu").await;
    acquaint(&district, &city).await;
    city.kill();

    let matter = scheme(&district, "城东区实施方案").await;
    resource(&district).await;
    let bureau = district.person("he.zhiyuan").await;
    let waiting = until("a failed attempt", async || {
        let status = bureau.get("/v1/exchange/status").await["items"][0].clone();
        (status["failures"].as_i64() > Some(0)).then_some(status)
    })
    .await;
    assert_eq!((&waiting["waiting"], &waiting["last_failure"]["outcome"]), (&json!(3), &json!("unreachable")));
    let copy = bureau.get(&format!("/v1/matters/{matter}")).await["filings"][0].clone();
    let by_hand = format!("/v1/matters/{matter}/filings/{}/{}", copy["version"], copy["to"].as_str().unwrap());
    let (status, refused) = bureau.ask(Method::POST, &by_hand, Some(json!({ "evidence": PAPER }))).await;
    assert_eq!((status, &refused["reasons"][0]["code"]), (422, &json!("CAS-087")), "{refused}");

    // The district dies, the city comes up, both die while records are on their way.
    district.kill();
    district.start("district.example/shuyu").await;
    city.start("city.example/shuyu").await;
    for life in [0_u64, 30, 90] {
        together(&district, &city).await;
        tokio::time::sleep(Duration::from_millis(life)).await;
        if life % 60 == 0 {
            city.kill();
            city.start("city.example/shuyu").await;
        } else {
            district.kill();
            district.start("district.example/shuyu").await;
        }
    }
    together(&district, &city).await;
    let bureau = district.person("he.zhiyuan").await;
    until("every receipt", async || {
        let sent = items(&bureau.get("/v1/exchange/dispatches").await);
        sent.iter().all(|one| one["state"] == "acknowledged").then_some(())
    })
    .await;

    // Each once, in order, and the copies are filed by their receipts.
    let above_bureau = city.person("he.zhiyuan").await;
    let mut came = items(&above_bureau.get("/v1/exchange/submissions").await);
    came.sort_by_key(|one| one["sequence"].as_i64());
    let told: Vec<_> =
        came.iter().map(|one| (one["sequence"].as_i64().unwrap(), one["kind"].as_str().unwrap())).collect();
    assert_eq!(told, [(1, "scheme"), (2, "registration"), (3, "catalog_entry")]);
    assert_eq!(came[0]["subject"], json!(matter));
    let text = came.iter().map(Value::to_string).collect::<String>();
    for person in cast::PEOPLE {
        assert!(!text.contains(person.name) && !text.contains(person.login), "{} is told", person.name);
    }
    let filing = bureau.get(&format!("/v1/matters/{matter}")).await["filings"][0].clone();
    assert!(filing["filed_at"].is_i64() && filing["evidence"].is_string(), "{filing}");

    // The bureau above decides; the district's officer reads all of it.
    let decide = async |index: usize, against: Value| {
        let path = format!("/v1/exchange/submissions/{}/decision", came[index]["id"].as_str().unwrap());
        above_bureau.post(&path, json!({ "against": against })).await
    };
    decide(0, json!(["缺少组织架构一章", "期限与市级方案不一致"])).await;
    decide(2, json!([])).await;
    together(&district, &city).await;
    let refused = until("the bureau's word", async || {
        let sent = items(&bureau.get("/v1/exchange/dispatches?state=refused").await);
        sent.into_iter().next()
    })
    .await;
    let said: Vec<&str> = refused["reasons"].as_array().unwrap().iter().filter_map(|r| r["what"].as_str()).collect();
    assert_eq!((refused["kind"].as_str(), said.len()), (Some("scheme"), 2), "{refused}");
    assert!(said.contains(&"缺少组织架构一章"));
    let held = above_bureau.get("/v1/catalog/below").await;
    assert_eq!((&held["total"], &held["items"][0]["held_by"]), (&json!(1), &json!("城东区")));
    assert_eq!(above_bureau.get("/v1/catalog").await["total"], json!(0), "what is held below is not usable here");

    // A stranger's record, and one with a signature of nobody.
    let letter = json!({
        "sequence": 9, "kind": "scheme", "subject": "MAT-9", "version": 1, "regime": "x@1", "payload": "{}",
        "digest": PAPER,
    });
    let forged = reqwest::Client::new()
        .post(format!("{}/v1/exchange/submissions", city.base()))
        .header("content-digest", "sha-256=:AAAA:")
        .header("signature-input", "sig=(\"@method\");created=1;keyid=\"x\";nonce=\"0123456789abcdef\"")
        .header("signature", "sig=:AAAA:")
        .json(&letter);
    let forged = forged.send().await.unwrap();
    assert_eq!(forged.status().as_u16(), 401);
    assert_eq!(forged.json::<Value>().await.unwrap()["reasons"][0]["code"], "EXC-001");
    assert_eq!(above_bureau.get("/v1/exchange/submissions").await["total"], json!(3));

    district.server.take().unwrap().stop();
    city.server.take().unwrap().stop();
    verify(&district.place);
    verify(&city.place);
}
