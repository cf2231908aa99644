//! Where a program of the author's runs: Python's standard library, the files that it was
//! given, and nothing else of this machine.
//!
//! INVARIANT (alone): namespaces of its own, no network, no other process, no rights; a
//! filter of the kernel's calls that answers all but a short list with "no such call".
//! INVARIANT (bounded): memory, processor time, scratch space and each output have a named
//! limit. The whole file system is read-only but for the scratch space and two files.
//! INVARIANT (or not at all): a machine that cannot confine a program runs none.
//!
//! Needs `bwrap` (bubblewrap), `prlimit` (util-linux) and `python3`, all of Debian's. What a
//! program prints goes nowhere: it could hold a value.
//!
//! Not here: what is mounted and who may ask (`training`), the calls (`syscalls`).

mod syscalls;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::error::WorkroomError;
use crate::execute::{Stop, Watch};

/// The most bytes of a model, as a program writes it.
pub(crate) const MODEL_BYTES_MAX: u64 = 16 << 20;
/// The scratch space of a program, in memory.
const SCRATCH_BYTES_MAX: u64 = 16 << 20;
/// How many files a program may have open.
const OPEN_FILES_MAX: u32 = 64;
/// How often a running program is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The programs of this machine that confine and run what an author wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    /// bubblewrap, 0.6 or newer.
    pub bwrap: PathBuf,
    /// Python 3, below `/usr`, which is all of the machine that is mounted.
    pub python: PathBuf,
}

impl Default for Programs {
    fn default() -> Self {
        Self { bwrap: PathBuf::from("/usr/bin/bwrap"), python: PathBuf::from("/usr/bin/python3") }
    }
}

/// The folder of one program: what it reads, and the two files that it writes.
pub(crate) struct Cell {
    folder: tempfile::TempDir,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// With success.
    Well,
    /// With an error of its own, or at a limit.
    Badly,
}

fn spool(doing: &'static str) -> impl FnOnce(io::Error) -> WorkroomError {
    move |source| WorkroomError::Spool { doing, source }
}

impl Cell {
    /// An empty cell below `spool_dir`. It is gone when it is dropped.
    pub(crate) fn new(spool_dir: &Path) -> Result<Self, WorkroomError> {
        let failed = "making a cell";
        let folder = tempfile::tempdir_in(spool_dir).map_err(spool(failed))?;
        std::fs::create_dir(folder.path().join("in")).map_err(spool(failed))?;
        let cell = Self { folder };
        for empty in [cell.model(), cell.metrics()] {
            std::fs::write(empty, []).map_err(spool(failed))?;
        }
        Ok(cell)
    }

    /// Where the program finds `name` as `/in/name`.
    pub(crate) fn input(&self, name: &str) -> PathBuf {
        self.folder.path().join("in").join(name)
    }

    /// What it wrote as `/out/model`.
    pub(crate) fn model(&self) -> PathBuf {
        self.folder.path().join("model")
    }

    /// What it wrote as `/out/metrics.json`.
    pub(crate) fn metrics(&self) -> PathBuf {
        self.folder.path().join("metrics")
    }

    /// Why this machine cannot confine a program; none where it can.
    pub(crate) async fn against(&self, programs: &Programs, memory_bytes: usize) -> Result<Option<String>, Stop> {
        for program in [&programs.bwrap, &programs.python] {
            if !program.exists() {
                return Ok(Some(format!("`{}` is not installed", program.display())));
            }
        }
        let Some(filter) = syscalls::filter() else {
            return Ok(Some("no filter of kernel calls is known for this kind of machine".to_owned()));
        };
        std::fs::write(self.filter(), filter).map_err(spool("writing a filter"))?;
        let mut child = match self.start(programs, memory_bytes, 10, &["-c", "pass"]) {
            Ok(child) => child,
            Err(error) => return Ok(Some(format!("it cannot be started ({})", error.kind()))),
        };
        let status = child.wait().await.map_err(spool("waiting for a trial"))?;
        Ok((!status.success()).then(|| format!("the kernel refuses what confines a program ({status})")))
    }

    /// Runs `/in/program.py` until it ends, or the watch ends it. [`Cell::against`] came
    /// first.
    pub(crate) async fn run(&self, programs: &Programs, watch: &Watch<'_>) -> Result<Ended, Stop> {
        let (memory, seconds) = (watch.limits.memory_bytes_max, watch.limits.seconds_max);
        let started = self.start(programs, memory, seconds, &["/in/program.py"]);
        let mut child = started.map_err(spool("starting a program"))?;
        let status = loop {
            match tokio::time::timeout(LOOK_EVERY, child.wait()).await {
                Ok(status) => break status.map_err(spool("waiting for a program"))?,
                Err(_) => {
                    if let Err(stop) = watch.check() {
                        // Its namespace dies with its first process.
                        child.kill().await.map_err(spool("ending a program"))?;
                        return Err(stop);
                    }
                }
            }
        };
        watch.check()?;
        Ok(if ExitStatus::success(&status) { Ended::Well } else { Ended::Badly })
    }

    fn filter(&self) -> PathBuf {
        self.folder.path().join("filter")
    }

    /// Limits first, then the namespaces, then the filter, then the program.
    fn start(&self, programs: &Programs, memory_bytes: usize, seconds: u64, args: &[&str]) -> io::Result<Child> {
        let mut command = Command::new("/usr/bin/prlimit");
        // One byte more than allowed, so that who reaches it is seen to have.
        let output_bytes = MODEL_BYTES_MAX + 1;
        command.args([
            format!("--as={memory_bytes}"),
            format!("--cpu={seconds}"),
            format!("--fsize={output_bytes}"),
            format!("--nofile={OPEN_FILES_MAX}"),
            "--core=0".to_owned(),
        ]);
        command.args(["--", "/bin/sh", "-c", r#"exec "$@" 9<"$0""#]).arg(self.filter()).arg(&programs.bwrap);
        command.args(["--unshare-all", "--uid", "65534", "--gid", "65534", "--die-with-parent", "--new-session"]);
        command.args(["--hostname", "cell", "--clearenv", "--setenv", "PATH", "/usr/bin", "--setenv", "HOME", "/tmp"]);
        command.args(["--ro-bind", "/usr", "/usr", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64"]);
        command.args(["--proc", "/proc", "--dev", "/dev", "--size"]).arg(SCRATCH_BYTES_MAX.to_string());
        command.args(["--tmpfs", "/tmp", "--ro-bind"]).arg(self.folder.path().join("in")).arg("/in");
        command.arg("--bind").arg(self.model()).arg("/out/model");
        command.arg("--bind").arg(self.metrics()).arg("/out/metrics.json");
        command.args(["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--cap-drop", "ALL"]);
        command.args(["--seccomp", "9"]).arg(&programs.python).args(["-I", "-B"]).args(args);
        // Nothing of ours is inherited: no environment, no open file.
        command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        command.spawn()
    }
}
