//! How far a demonstration's clock is ahead of the machine's, kept over
//! restarts: a clock that fell back would contradict its own log.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use shuyu_ledger::Clock;

/// The file, whether or not it is there.
#[derive(Debug, Clone)]
pub struct ClockFile {
    path: PathBuf,
}

impl ClockFile {
    /// The file of a data folder.
    pub fn of(data: &Path) -> Self {
        Self { path: data.join("clock") }
    }

    /// The microseconds in the file; none where the clock was never moved.
    pub fn read(&self) -> io::Result<Option<i64>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| {
                io::Error::other(format!("`{}` does not hold a whole number of microseconds", self.path.display()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes down where the clock stands, whole or not at all.
    pub fn write(&self, clock: &Clock) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let temporary = self.path.with_extension("new");
        let mut file = std::fs::File::create(&temporary)?;
        writeln!(file, "{}", clock.ahead_micros())?;
        file.sync_all()?;
        std::fs::rename(&temporary, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_moved_is_still_ahead_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let file = ClockFile::of(dir.path());
        assert_eq!(file.read().unwrap(), None);
        file.write(&Clock::ahead_by(7)).unwrap();
        assert_eq!(file.read().unwrap(), Some(7));
        std::fs::write(dir.path().join("clock"), "soon").unwrap();
        assert!(file.read().is_err());
    }
}
