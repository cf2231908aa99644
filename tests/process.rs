//! The real program as a child process: started, spoken to, killed.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempPath;

/// How long a start may take before the test gives up. Not a promise of speed.
const START_MAX: Duration = Duration::from_secs(120);
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// The program that this build made, beside this test's own.
pub(crate) fn program() -> PathBuf {
    let me = std::env::current_exe().expect("this test's own path");
    let built = me.parent().and_then(Path::parent).expect("target/PROFILE/deps").join("shuyu");
    assert!(built.is_file(), "{} is not built; run `make test`, which builds the whole workspace", built.display());
    built
}

/// Where the program keeps its data: a folder, perhaps on a file system that only
/// a process of its own can see.
pub(crate) struct Place {
    data: PathBuf,
    /// The process that holds the file system.
    holder: Option<Child>,
}

impl Place {
    /// A folder as any other.
    pub(crate) fn plain(data: &Path) -> Self {
        Self { data: data.to_path_buf(), holder: None }
    }

    /// A folder that is a file system of so many mebibytes; `None` where this
    /// machine lets nobody make one.
    pub(crate) fn small(data: &Path, mebibytes: u32) -> Option<Self> {
        let mount = format!("mount -t tmpfs -o size={mebibytes}m,mode=700 tmpfs \"$1\" && echo mounted && exec cat");
        let mut holder = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount, "sh"])
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = [0; 8];
        let is_mounted = holder.stdout.as_mut().is_some_and(|out| out.read_exact(&mut said).is_ok());
        let place = Self { data: data.to_path_buf(), holder: Some(holder) };
        (is_mounted && &said == b"mounted\n").then_some(place)
    }

    /// The folder, as the program sees it.
    pub(crate) fn data(&self) -> &str {
        self.data.to_str().expect("a plain path")
    }

    /// The folder, as this process sees it.
    pub(crate) fn seen(&self) -> PathBuf {
        match &self.holder {
            None => self.data.clone(),
            Some(holder) => PathBuf::from(format!("/proc/{}/root{}", holder.id(), self.data())),
        }
    }

    fn program(&self) -> Command {
        let Some(holder) = &self.holder else { return Command::new(program()) };
        let mut command = Command::new("nsenter");
        let holder = holder.id().to_string();
        command.args(["--user", "--mount", "--preserve-credentials", "--target", &holder]).arg(program());
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(holder) = &mut self.holder {
            // The file system goes with its holder; one already gone is fine.
            let _ = holder.kill();
            let _ = holder.wait();
        }
    }
}

/// Runs `shuyu …` to its end; gives what it printed.
pub(crate) fn run(place: &Place, arguments: &[&str]) -> (ExitStatus, String) {
    let done = place.program().args(arguments).stdin(Stdio::null()).output().expect("the program starts");
    let printed = [done.stdout, done.stderr].concat();
    (done.status, String::from_utf8_lossy(&printed).into_owned())
}

/// Proves the log from its files alone.
pub(crate) fn verify(place: &Place) -> String {
    let (status, printed) = run(place, &["verify", "--data", place.data()]);
    assert!(status.success(), "`shuyu verify` found fault:\n{printed}");
    printed
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

/// A running `shuyu serve`.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    said: TempPath,
}

impl Server {
    /// Starts one on a free port and waits until it is healthy.
    pub(crate) async fn start(place: &Place, more: &[&str]) -> Self {
        Self::start_at(place, free_port(), more).await
    }

    /// The same on a port that others know.
    pub(crate) async fn start_at(place: &Place, port: u16, more: &[&str]) -> Self {
        // On a disk of its own: what it says about a full one must not need room there.
        let said = tempfile::Builder::new().prefix("shuyu-said-").tempfile().expect("a file for what the server says");
        let (out, said) = said.into_parts();
        let child = place
            .program()
            .args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}"), "--data", place.data()])
            .args(more)
            .stdin(Stdio::null())
            .stdout(out.try_clone().expect("a second handle"))
            .stderr(out)
            .spawn()
            .expect("the server starts");
        let mut server = Self { child, base: format!("http://127.0.0.1:{port}"), said };
        server.wait_until_healthy().await;
        server
    }

    async fn wait_until_healthy(&mut self) {
        let since = Instant::now();
        let http = reqwest::Client::new();
        loop {
            if let Ok(answer) = http.get(format!("{}/healthz", self.base)).send().await
                && answer.status().is_success()
            {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("the server's state") {
                panic!("the server ended with {status}:\n{}", self.said());
            }
            assert!(since.elapsed() < START_MAX, "the server did not become healthy:\n{}", self.said());
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    /// What it said on its output and error.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap_or_default()
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the server is killed");
        self.child.wait().expect("the server is gone");
    }

    /// Asks it to end; it must end well.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        let status = self.child.wait().expect("the server's end");
        assert!(status.success(), "the server ended with {status}:\n{}", self.said());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A failed test must not leave a server behind; one already gone is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
