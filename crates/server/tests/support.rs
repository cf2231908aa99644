//! A server in a scratch folder, with people of each role signed in.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use shuyu_ledger::testing::ledgers;
use shuyu_model::id::{HoldingId, JobId, ResourceId, ScenarioId};
use shuyu_model::{Actor, Role, UseKind};
use shuyu_registry::rules::{self, Rules};
use shuyu_registry::testing::{Town, fund_columns, regime_of, town, town_under};
use shuyu_server::app::App;
use shuyu_server::wiring::{Settings, wire_over};
use shuyu_server::{jobs, router};
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A server and those who use it.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) town: Town,
    /// Somebody of each role.
    pub(crate) people: BTreeMap<Role, Actor>,
    /// Somebody of each role at another organisation, where there is one.
    pub(crate) others: BTreeMap<Role, Actor>,
    router: Router,
    _dir: TempDir,
}

/// What a route's `{id}` can name.
#[derive(Clone)]
pub(crate) struct Things {
    pub(crate) resource: ResourceId,
    pub(crate) holding: HoldingId,
    pub(crate) scenario: ScenarioId,
    pub(crate) job: JobId,
    pub(crate) candidate: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {:?}", String::from_utf8_lossy(&self.body)))
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        if self.body.is_empty() { Value::Null } else { self.json() }
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        let reasons = self.json()["reasons"].as_array().cloned().unwrap_or_default();
        reasons.iter().map(|reason| reason["code"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// A server on SQLite.
pub(crate) async fn server() -> Server {
    let (_, ledger, dir) = ledgers().await.into_iter().next().unwrap();
    on(ledger, dir, 0).await
}

/// One under other rules.
pub(crate) async fn server_under(code: &str) -> Server {
    let (_, ledger, dir) = ledgers().await.into_iter().next().unwrap();
    let rules = rules::shipped(code).unwrap();
    let town = town_under(&ledger, regime_of(&ledger, code)).await;
    over(town, rules, dir, 0, DEMO).await
}

/// The same on every database that the tests have.
pub(crate) async fn servers() -> Vec<(&'static str, Server)> {
    let mut all = Vec::new();
    for (backend, ledger, dir) in ledgers().await {
        all.push((backend, on(ledger, dir, 0).await));
    }
    all
}

/// A server whose disk counts as full below this reserve.
pub(crate) async fn server_with_reserve(reserve_bytes: u64) -> Server {
    let (_, ledger, dir) = ledgers().await.into_iter().next().unwrap();
    on(ledger, dir, reserve_bytes).await
}

async fn on(ledger: shuyu_ledger::Ledger, dir: TempDir, reserve_bytes: u64) -> Server {
    let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
    over(town(&ledger).await, rules, dir, reserve_bytes, DEMO).await
}

/// What most of these servers are told: a demonstration that this machine alone reaches.
const DEMO: Settings = Settings { is_demo: true, has_open_parts: true, has_secure_cookies: false, backups: None };

/// A server that is told something else.
pub(crate) async fn server_told(settings: Settings) -> Server {
    let (_, ledger, dir) = ledgers().await.into_iter().next().unwrap();
    let rules = rules::shipped(rules::SHIPPED_CODE).unwrap();
    over(town(&ledger).await, rules, dir, 0, settings).await
}

async fn over(town: Town, rules: Rules, dir: TempDir, reserve_bytes: u64, settings: Settings) -> Server {
    let app = wire_over(town.registry.clone(), rules.calendar, rules.national, reserve_bytes, settings).await.unwrap();
    let router = router::build(&app);
    let mut people = BTreeMap::from([
        (Role::Regulator, town.regulators[0].clone()),
        (Role::Agency, town.agency[0].clone()),
        (Role::Source, town.source[0].clone()),
        (Role::Operator, town.operator[0].clone()),
        (Role::Entity, town.bank[0].clone()),
        (Role::SystemAdmin, town.admins[0].clone()),
        (Role::SecurityAdmin, town.admins[1].clone()),
        (Role::AuditAdmin, town.admins[2].clone()),
    ]);
    people.extend(town.processor.first().map(|person| (Role::Processor, person.clone())));
    for (index, role) in [Role::Supervisor, Role::Finance, Role::Subject].into_iter().enumerate() {
        people.insert(role, newcomer(&app, &town, role, index).await);
    }
    let others = BTreeMap::from([
        (Role::Source, town.other_source[0].clone()),
        (Role::Operator, town.other_operator[0].clone()),
        (Role::Entity, town.affiliate[0].clone()),
    ]);
    Server { app, town, people, others, router, _dir: dir }
}

/// Somebody in a role that the town of `registry::testing` has nobody in.
async fn newcomer(app: &App, town: &Town, role: Role, index: usize) -> Actor {
    use shuyu_registry::testing::allowed;
    use shuyu_registry::{NewOrganisation, NewPerson, Password};
    let code17 = format!("12430100MB1B0000{index}");
    let check = shuyu_model::identifier::credit_code_check(&code17).unwrap();
    let organisation = NewOrganisation {
        identity_number: None,
        name: format!("{} 的单位", role.word()),
        credit_code: format!("{code17}{check}"),
        roles: vec![role],
        entity_kind: None,
        owned_by: Vec::new(),
    };
    let organisation = allowed(app.registry().add_organisation(&town.admins[0], organisation).await.unwrap());
    let person = NewPerson {
        name: role.word().to_owned(),
        login: format!("some.{}", role.word().replace('_', ".")),
        password: Password::new(PASSWORD),
        organisation,
    };
    let person = allowed(app.registry().add_person(&town.admins[0], person).await.unwrap());
    allowed(app.registry().grant_role(&town.admins[1], &person, role).await.unwrap());
    app.registry().actor(&person).await.unwrap().unwrap()
}

/// The password of newcomers.
pub(crate) const PASSWORD: &str = "correct horse battery";

impl Server {
    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response: Response<Body> = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status, headers: parts.headers, body }
    }

    /// A request of somebody who has just signed in.
    pub(crate) async fn signed_in(&self, actor: &Actor, method: Method, path: &str) -> axum::http::request::Builder {
        let opened = self.app.sessions().open(actor).await.unwrap();
        Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", format!("shuyu_session={}", opened.token))
            .header("x-csrf-token", opened.csrf)
    }

    pub(crate) async fn get(&self, actor: &Actor, path: &str) -> Reply {
        let request = self.signed_in(actor, Method::GET, path).await.body(Body::empty()).unwrap();
        self.send(request).await
    }

    pub(crate) async fn post(&self, actor: &Actor, path: &str, body: &Value) -> Reply {
        self.json(actor, Method::POST, path, body.to_string().into_bytes()).await
    }

    pub(crate) async fn json(&self, actor: &Actor, method: Method, path: &str, body: Vec<u8>) -> Reply {
        let request = self.signed_in(actor, method, path).await.header("content-type", "application/json");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Somebody in this role.
    pub(crate) fn person(&self, role: Role) -> &Actor {
        &self.people[&role]
    }

    /// A landed resource, an approved scenario on it, and a result of a run:
    /// made by the real stations.
    pub(crate) async fn things(&self) -> Things {
        let resource = self.town.resource("fund_accounts", fund_columns()).await;
        let agreement = self.town.agreement(std::slice::from_ref(&resource), 2).await;
        let columns: &[&str] = &["id_card", "district"];
        let scenario = self.town.scenario("核验", UseKind::Industry, &agreement, &[(&resource, columns)]).await;
        let source = self.person(Role::Source);
        let job = self.upload(&resource, accounts().into_bytes()).await.ok();
        let landed = self.finish(source, &job).await;
        let run = json!({
            "sql": "SELECT district, count(DISTINCT id_card) AS people FROM fund_accounts GROUP BY district",
            "title": "各区人数",
            "output": { "kind": "report", "columns": [
                { "name": "district", "title": "区", "class": "plain" },
                { "name": "people", "title": "人数", "class": "plain", "is_count": true },
            ] },
        });
        let operator = self.person(Role::Operator);
        let queued = self.post(operator, &format!("/v1/scenarios/{scenario}/runs"), &run).await.ok();
        let ran = self.finish(operator, &queued).await;
        Things {
            holding: HoldingId::parse(landed["result"]["holding"].as_str().unwrap()).unwrap(),
            job: JobId::parse(job["job"].as_str().unwrap()).unwrap(),
            candidate: ran["result"]["candidate"].as_str().unwrap().to_owned(),
            resource,
            scenario,
        }
    }

    /// Lands a CSV.
    pub(crate) async fn upload(&self, resource: &ResourceId, bytes: Vec<u8>) -> Reply {
        self.upload_as(self.person(Role::Source), resource.as_str(), bytes).await
    }

    pub(crate) async fn upload_as(&self, actor: &Actor, table: &str, bytes: Vec<u8>) -> Reply {
        let path = format!("/v1/resources/{table}/landings?format=csv");
        let request = self.signed_in(actor, Method::POST, &path).await;
        self.send(request.header("content-type", "text/csv").body(Body::from(bytes)).unwrap()).await
    }

    /// Works on what waits, and shows the job that was queued.
    pub(crate) async fn finish(&self, actor: &Actor, queued: &Value) -> Value {
        jobs::work_until_idle(self.app.clone()).await.unwrap();
        let job = self.get(actor, &format!("/v1/jobs/{}", queued["job"].as_str().unwrap())).await.ok();
        assert_eq!(job["state"], "done", "{job}");
        job
    }
}

/// A few hundred made-up accounts in three districts.
pub(crate) fn accounts() -> String {
    let mut csv = "id_card,account,balance,opened_on,district\n".to_owned();
    for number in 0..300_i64 {
        let district = ["江北区", "江南区", "江心区"][usize::try_from(number % 3).unwrap()];
        let body = format!("4301011980010{:04}", 1000 + number);
        let check = shuyu_model::identifier::id_card_check(&body).unwrap();
        csv.push_str(&format!("{body}{check},GJJ{number:06},{},2020-01-02,{district}\n", number * 100));
    }
    csv
}
