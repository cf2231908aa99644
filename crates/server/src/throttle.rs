//! How often a password may be wrong for one login name.
//!
//! Kept in memory: a restart forgets it, and takes longer than the wait that it
//! would save an attacker only where somebody can restart us at will.
//!
//! INVARIANT (no lock-out by strangers for long): after
//! [`LOGIN_WAIT_MICROS`] without a try, the name may try again.

use std::collections::HashMap;

use parking_lot::Mutex;
use shuyu_model::Time;

use crate::limits::{LOGIN_FAILURES_MAX, LOGIN_NAMES_MAX, LOGIN_WAIT_MICROS};

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Time,
}

/// Failures by login name.
#[derive(Default)]
pub struct Throttle(Mutex<HashMap<String, Failures>>);

impl Throttle {
    /// The seconds that this name must wait, or none.
    pub fn seconds_to_wait(&self, login: &str, now: Time) -> Option<u64> {
        let failures = self.0.lock().get(login).copied()?;
        let open_again = failures.last.plus_micros(LOGIN_WAIT_MICROS);
        if failures.count < LOGIN_FAILURES_MAX || open_again <= now {
            return None;
        }
        u64::try_from((open_again.0 - now.0).div_euclid(1_000_000) + 1).ok()
    }

    /// A password was wrong. Says whether the name has to wait from now on.
    pub fn failed(&self, login: &str, now: Time) -> bool {
        let mut names = self.0.lock();
        if names.len() >= LOGIN_NAMES_MAX {
            names.retain(|_, failures| now < failures.last.plus_micros(LOGIN_WAIT_MICROS));
        }
        // Full of names that still wait: somebody tries many. A new name then
        // is not remembered, and password checks are few at a time anyway.
        if names.len() >= LOGIN_NAMES_MAX && !names.contains_key(login) {
            return false;
        }
        let failures = names.entry(login.to_owned()).or_insert(Failures { count: 0, last: now });
        let has_waited = failures.last.plus_micros(LOGIN_WAIT_MICROS) <= now;
        failures.count = if has_waited { 1 } else { failures.count.saturating_add(1) };
        failures.last = now;
        failures.count == LOGIN_FAILURES_MAX
    }

    /// A password was right.
    pub fn succeeded(&self, login: &str) {
        self.0.lock().remove(login);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_waits_after_the_last_allowed_failure_and_then_may_try_again() {
        let throttle = Throttle::default();
        let start = Time(0);
        for _ in 0..LOGIN_FAILURES_MAX {
            assert_eq!(throttle.seconds_to_wait("li", start), None);
            throttle.failed("li", start);
        }
        assert_eq!(throttle.seconds_to_wait("li", start), Some(301));
        assert_eq!(throttle.seconds_to_wait("wang", start), None);
        assert_eq!(throttle.seconds_to_wait("li", start.plus_micros(LOGIN_WAIT_MICROS)), None);
        // One more failure after the wait begins a new count.
        throttle.failed("li", start.plus_micros(LOGIN_WAIT_MICROS));
        assert_eq!(throttle.seconds_to_wait("li", start.plus_micros(LOGIN_WAIT_MICROS)), None);
    }

    #[test]
    fn a_right_password_forgets_the_wrong_ones() {
        let throttle = Throttle::default();
        for _ in 0..LOGIN_FAILURES_MAX {
            throttle.failed("li", Time(0));
        }
        throttle.succeeded("li");
        assert_eq!(throttle.seconds_to_wait("li", Time(0)), None);
    }
}
