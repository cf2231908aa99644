//! The one place where time comes from.
//!
//! A clock only goes forward, also when the machine's clock is set back. The
//! made-up city lives faster than we do: its clock can be moved ahead, never
//! back, and each move is an event.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use shuyu_model::Time;

/// A clock. Clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Face>);

#[derive(Debug)]
struct Face {
    /// Whether the machine's clock runs underneath.
    is_running: bool,
    /// Added to the machine's clock; or the time itself where none runs.
    ahead_micros: AtomicI64,
    /// The latest time ever shown.
    latest_micros: AtomicI64,
}

/// Why a clock was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the clock shows {now} and only goes forward; {asked} has passed")]
pub struct ClockError {
    now: Time,
    asked: Time,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::new(true, 0)
    }

    /// The machine's clock and so many microseconds more.
    pub fn ahead_by(micros: i64) -> Self {
        Self::new(true, micros)
    }

    /// A clock that stands still until it is moved: for tests.
    pub fn stepped(start: Time) -> Self {
        Self::new(false, start.0)
    }

    fn new(is_running: bool, ahead: i64) -> Self {
        Self(Arc::new(Face {
            is_running,
            ahead_micros: AtomicI64::new(ahead),
            latest_micros: AtomicI64::new(i64::MIN),
        }))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        let ahead = self.0.ahead_micros.load(Ordering::SeqCst);
        let shown = if self.0.is_running { machine_micros().saturating_add(ahead) } else { ahead };
        Time(self.0.latest_micros.fetch_max(shown, Ordering::SeqCst).max(shown))
    }

    /// By how much the machine's clock lies behind what was shown already: it was set back,
    /// and time stands still here until it has caught up.
    pub fn behind_micros(&self) -> i64 {
        // What was shown is read first: a move between the two must not look like a fall.
        let shown = self.0.latest_micros.load(Ordering::SeqCst);
        let ahead = self.0.ahead_micros.load(Ordering::SeqCst);
        let machine = if self.0.is_running { machine_micros().saturating_add(ahead) } else { ahead };
        shown.saturating_sub(machine).max(0)
    }

    /// How far this clock is ahead of the machine's, to be kept over a restart.
    pub fn ahead_micros(&self) -> i64 {
        self.0.ahead_micros.load(Ordering::SeqCst)
    }

    /// Moves the clock forward to `to`.
    pub fn advance_to(&self, to: Time) -> Result<(), ClockError> {
        let now = self.now();
        if to < now {
            return Err(ClockError { now, asked: to });
        }
        self.0.ahead_micros.fetch_add(to.0.saturating_sub(now.0), Ordering::SeqCst);
        Ok(())
    }
}

fn machine_micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_goes_forward() {
        let clock = Clock::stepped(Time(1_000));
        assert_eq!(clock.now(), Time(1_000));
        assert!(clock.advance_to(Time(999)).is_err());
        assert_eq!(clock.advance_to(Time(5_000)), Ok(()));
        assert_eq!(clock.clone().now(), Time(5_000));
    }

    #[test]
    fn a_running_clock_can_be_moved_ahead() {
        let clock = Clock::system();
        let before = clock.now();
        assert_eq!(clock.advance_to(before.plus_days(30)), Ok(()));
        assert!(clock.now() >= before.plus_days(30));
        assert!(Clock::ahead_by(clock.ahead_micros()).now() >= before.plus_days(30));
    }
}
