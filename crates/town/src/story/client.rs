//! One person's way to the server: a session, its cookie and its CSRF token.
//!
//! Nothing here knows more than a stranger with the API's description would.

use anyhow::{Context as _, bail};
use reqwest::header::{HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One reason of a refusal, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// `AIR-003`.
    pub code: String,
    /// A sentence.
    pub what: String,
    /// Where the rule stands.
    pub clause: String,
    /// What is allowed instead.
    pub instead: String,
}

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Reply {
    /// What was asked, for errors: `POST /v1/resources`.
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) async fn of(asked: String, request: RequestBuilder) -> anyhow::Result<Self> {
        let response = request.send().await.with_context(|| format!("`{asked}` got no answer"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.with_context(|| format!("the answer to `{asked}` broke off"))?.to_vec();
        Ok(Self { asked, status, headers, body })
    }

    /// The JSON of a success.
    pub(crate) fn json(self) -> anyhow::Result<Value> {
        if !(200..300).contains(&self.status) {
            bail!("`{}` answered {}: {}", self.asked, self.status, String::from_utf8_lossy(&self.body));
        }
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).with_context(|| format!("`{}` answered no JSON", self.asked))
    }

    /// The reasons of a refusal, which must hold `code`, and each a clause.
    pub(crate) fn refusal(self, code: &str) -> anyhow::Result<(u16, Vec<Reason>)> {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        if !matches!(self.status, 401 | 403 | 422 | 429) {
            bail!("`{}` should have been refused with {code}, but answered {}: {text}", self.asked, self.status);
        }
        let problem: Value =
            serde_json::from_str(&text).with_context(|| format!("`{}` refused without JSON", self.asked))?;
        let reasons: Vec<Reason> = serde_json::from_value(problem.get("reasons").cloned().unwrap_or_default())
            .with_context(|| format!("`{}` refused without reasons: {text}", self.asked))?;
        if !reasons.iter().any(|reason| reason.code == code) {
            bail!("`{}` was refused, but {code} is not among the reasons: {text}", self.asked);
        }
        if let Some(bare) = reasons.iter().find(|r| r.clause.trim().is_empty() || r.what.trim().is_empty()) {
            bail!("`{}` was refused for {} without a sentence or clause", self.asked, bare.code);
        }
        Ok((self.status, reasons))
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }
}

/// A text field of a JSON object.
pub(crate) fn text(json: &Value, field: &str) -> anyhow::Result<String> {
    json.get(field)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("the answer has no text `{field}`: {}", brief(json)))
}

/// A whole number of a JSON object.
pub(crate) fn number(json: &Value, field: &str) -> anyhow::Result<i64> {
    json.get(field)
        .and_then(Value::as_i64)
        .with_context(|| format!("the answer has no whole number `{field}`: {}", brief(json)))
}

/// The items of a list.
pub(crate) fn items<'a>(json: &'a Value, field: &str) -> anyhow::Result<&'a [Value]> {
    json.get(field)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .with_context(|| format!("the answer has no list `{field}`: {}", brief(json)))
}

fn brief(json: &Value) -> String {
    json.to_string().chars().take(600).collect()
}

/// A person at work.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    cookie: String,
    csrf: String,
    /// `PER-…`.
    pub(crate) person: String,
    /// Name, for the stage.
    pub(crate) name: String,
}

impl Client {
    /// Signs in.
    pub(crate) async fn sign_in(
        http: &reqwest::Client,
        base: &str,
        login: &str,
        password: &str,
    ) -> anyhow::Result<Self> {
        let asked = format!("POST /v1/sessions as {login}");
        let body = json!({ "login": login, "password": password });
        let reply = Reply::of(asked, http.post(format!("{base}/v1/sessions")).json(&body)).await?;
        let cookie = reply
            .headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
            .find(|cookie| cookie.starts_with("shuyu_session="))
            .map(str::to_owned)
            .unwrap_or_default();
        let session = reply.json()?;
        if cookie.is_empty() {
            bail!("signing in as {login} gave no cookie `shuyu_session`");
        }
        Ok(Self {
            http: http.clone(),
            base: base.to_owned(),
            cookie,
            csrf: text(&session, "csrf")?,
            person: text(&session, "person")?,
            name: login.to_owned(),
        })
    }

    /// The same session at another address of the same server.
    pub(crate) fn move_to(&mut self, base: &str) {
        base.clone_into(&mut self.base);
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method.clone(), format!("{}{path}", self.base)).header("cookie", &self.cookie);
        if method == Method::GET { request } else { request.header("x-csrf-token", &self.csrf) }
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Reply> {
        let asked = format!("{method} {path} as {}", self.name);
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Reply::of(asked, request).await
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Reply> {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// The same request, sent so that a repetition is recognised.
    pub(crate) async fn post_once(&self, path: &str, key: &str, body: &Value) -> anyhow::Result<Reply> {
        let asked = format!("POST {path} as {} under {key}", self.name);
        Reply::of(asked, self.request(Method::POST, path).header("idempotency-key", key).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> anyhow::Result<Reply> {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<Reply> {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a file.
    pub(crate) async fn upload(&self, path: &str, media: &str, file: Vec<u8>) -> anyhow::Result<Reply> {
        let asked = format!("POST {path} as {}", self.name);
        Reply::of(asked, self.request(Method::POST, path).header("content-type", media).body(file)).await
    }
}
