//! A live product under load, beside a bare axum handler on a map.
//!
//! Both servers are asked by the same client over 32 kept-alive connections, in
//! turn. Ours verifies a signature (RFC 9421), the permit, the person's consent
//! and the quota, and answers once the access record is on disk; the peer looks
//! a key up. Signed requests are made before the clock starts. Each server is a
//! process of its own: one that shared the client's threads would be asked for
//! less than it takes to serve.

#![expect(clippy::float_arithmetic, reason = "figures of speed are ratios of measured times")]

use std::collections::HashMap;
use std::io::BufRead as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use shuyu_town::story::open::{OpenCity, open};
use shuyu_town::story::{StoryOptions, cast};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::ROUNDS;
use crate::rows::{Pair, Row, alone};

/// The word with which this program is the peer.
pub(crate) const PEER: &str = "peer";
const CONNECTIONS: usize = 32;
const REQUESTS_PER_CONNECTION: usize = 1000;
const START_MAX: Duration = Duration::from_secs(60);

pub(crate) async fn measure(shuyu: &Path) -> anyhow::Result<Vec<Row>> {
    let data = tempfile::TempDir::new()?;
    let options = bootstrap(shuyu, data.path())?;
    let mut server = Server::start(shuyu, data.path()).await?;
    let city = open(&server.base, options, &mut std::io::sink()).await?;
    let peer = Peer::start()?;
    let mut pair = Pair::default();
    for _ in 0..ROUNDS {
        let ours = load(&server.address, signed(&city).await?).await?;
        let theirs = load(&peer.address, plain()).await?;
        pair.push(ours, theirs);
    }
    drop((city, peer));
    server.end()?;

    let mut rows = vec![pair.row(
        "lookups with signature, permit, consent and durable record, 32 connections",
        "/s",
        "bare axum handler on a map",
        ">= 0.2",
    )];
    // The same data folder once more: how soon it is healthy, what it takes idle.
    let start = Instant::now();
    server = Server::start(shuyu, data.path()).await?;
    rows.push(alone("start to healthy, after the story", start.elapsed().as_secs_f64() * 1000.0, "ms", "<= 1000"));
    tokio::time::sleep(Duration::from_secs(3)).await;
    rows.push(alone("idle memory, after the story", server.resident_megabytes()?, "MB", "<= 150"));
    server.end()?;
    Ok(rows)
}

fn bootstrap(shuyu: &Path, data: &Path) -> anyhow::Result<StoryOptions> {
    let code = cast::PLATFORM.credit_code();
    let done = Command::new(shuyu).args(["admin", "bootstrap", "--credit-code", &code, "--data"]).arg(data).output()?;
    let printed = String::from_utf8_lossy(&done.stdout);
    ensure!(done.status.success(), "bootstrap failed: {}", String::from_utf8_lossy(&done.stderr));
    StoryOptions::bootstrapped(&printed, 2000)
}

struct Server {
    child: Child,
    address: String,
    base: String,
}

impl Server {
    async fn start(shuyu: &Path, data: &Path) -> anyhow::Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.to_string();
        let child = Command::new(shuyu)
            .args(["serve", "--demo", "--listen", &address, "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self { child, base: format!("http://{address}"), address };
        let since = Instant::now();
        let http = reqwest::Client::new();
        loop {
            if let Ok(answer) = http.get(format!("{}/healthz", server.base)).send().await
                && answer.status().is_success()
            {
                return Ok(server);
            }
            ensure!(since.elapsed() < START_MAX, "the server did not become healthy");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn resident_megabytes(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("VmRSS")?;
        let kilobytes: u32 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(f64::from(kilobytes) / 1000.0)
    }

    fn end(&mut self) -> anyhow::Result<()> {
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `end` there is nobody left to kill, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One queue of raw requests for each connection.
type Load = Vec<Vec<Vec<u8>>>;

async fn signed(city: &OpenCity) -> anyhow::Result<Load> {
    let now = city.now_seconds().await?;
    (0..CONNECTIONS)
        .map(|_| {
            (0..REQUESTS_PER_CONNECTION)
                .map(|_| {
                    let question = city.question(now)?;
                    let mut raw = format!("POST {} HTTP/1.1\r\nhost: localhost\r\n", question.path);
                    for (name, value) in &question.headers {
                        raw.push_str(&format!("{name}: {value}\r\n"));
                    }
                    raw.push_str(&format!("content-length: {}\r\n\r\n", question.body.len()));
                    let mut raw = raw.into_bytes();
                    raw.extend(question.body);
                    Ok(raw)
                })
                .collect()
        })
        .collect()
}

fn plain() -> Load {
    let request = |n: usize| {
        let body = format!(r#"{{"key":"{:018}"}}"#, n % 2000);
        format!("POST /answers HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    (0..CONNECTIONS).map(|_| (0..REQUESTS_PER_CONNECTION).map(request).collect()).collect()
}

/// The peer: no signature, no permit, no record. Prints its address, and serves
/// until it is killed.
pub(crate) async fn serve_peer() -> anyhow::Result<()> {
    let map: HashMap<String, String> = (0..2000).map(|n| (format!("{n:018}"), format!("level {}", n % 5))).collect();
    let map = Arc::new(map);
    let answer = move |axum::Json(asked): axum::Json<HashMap<String, String>>| {
        let map = Arc::clone(&map);
        async move { axum::Json(serde_json::json!({ "answer": asked.get("key").and_then(|key| map.get(key)) })) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let app = axum::Router::new().route("/answers", axum::routing::post(answer));
    Ok(axum::serve(listener, app).await?)
}

struct Peer {
    child: Child,
    address: String,
}

impl Peer {
    fn start() -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?).arg(PEER).stdout(Stdio::piped()).spawn()?;
        let mut address = String::new();
        let out = child.stdout.take().context("the peer's output")?;
        std::io::BufReader::new(out).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // One that is gone already is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Requests a second over all connections.
async fn load(address: &str, load: Load) -> anyhow::Result<f64> {
    let count = load.iter().map(Vec::len).sum::<usize>();
    let mut connections = Vec::new();
    for queue in load {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        connections.push((stream, queue));
    }
    let start = Instant::now();
    let tasks: Vec<_> = connections.into_iter().map(|(stream, queue)| tokio::spawn(ask_all(stream, queue))).collect();
    for task in tasks {
        task.await??;
    }
    Ok(f64::from(u32::try_from(count)?) / start.elapsed().as_secs_f64())
}

async fn ask_all(mut stream: TcpStream, queue: Vec<Vec<u8>>) -> anyhow::Result<()> {
    let mut buffer = Vec::with_capacity(4096);
    for request in queue {
        stream.write_all(&request).await?;
        buffer.clear();
        loop {
            ensure!(stream.read_buf(&mut buffer).await? > 0, "the server hung up");
            let Some(head) = buffer.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
            let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).to_ascii_lowercase();
            if !text.starts_with("http/1.1 200") {
                bail!("not answered: {}", String::from_utf8_lossy(&buffer));
            }
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok())
                .context("a length")?;
            if buffer.len() >= head + 4 + length {
                break;
            }
        }
    }
    Ok(())
}
