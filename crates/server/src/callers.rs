//! How often whoever has no account may write, or read what is open to everybody, from one
//! address in a day.
//!
//! Kept in memory alone: an address is never written down, neither in the book nor in a
//! log, and a restart forgets it.
//!
//! INVARIANT (nobody is named): an address leaves this file for nowhere.
//!
//! Not here: how many voices are taken, and files given, of everybody together
//! (`casework::voices`, `delivery::open`).

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use parking_lot::Mutex;
use shuyu_model::{Day, Reason, Reasons};

use crate::endpoint::{Doc, Part};
use crate::error::Problem;
use crate::limits::{ADDRESSES_MAX, FILES_OF_ADDRESS_MAX, VOICES_OF_ADDRESS_MAX};
use crate::reasons;

/// Where a connection comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Where a request comes from: the connection's address, or where a proxy on this very
/// machine is in front, the last address that the proxy has added.
#[derive(Debug, Clone, Copy)]
pub struct Caller(IpAddr);

impl Part for Caller {
    fn describe(_doc: &mut Doc) {}
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0);
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        let last = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|one| one.trim().parse().ok());
        Ok(Self(last.filter(|_| peer.is_loopback()).unwrap_or(peer)))
    }
}

/// How often something came from where on the day.
pub struct Callers {
    /// How often at most.
    most: u32,
    /// Why no more, and what to do instead.
    too_often: fn() -> Reason,
    held: Mutex<(Option<Day>, HashMap<IpAddr, u32>)>,
}

impl Callers {
    /// Of those who write.
    pub fn of_voices() -> Self {
        Self { most: VOICES_OF_ADDRESS_MAX, too_often: too_many_voices, held: Mutex::default() }
    }

    /// Of those who fetch files that are open to everybody.
    pub fn of_files() -> Self {
        Self { most: FILES_OF_ADDRESS_MAX, too_often: too_many_files, held: Mutex::default() }
    }

    /// Counts one more of this caller; SRV-005 where there were too many today.
    pub fn count(&self, caller: Caller, today: Day) -> Result<(), Problem> {
        let mut held = self.held.lock();
        let (day, counts) = &mut *held;
        if *day != Some(today) {
            *day = Some(today);
            counts.clear();
        }
        // Full of addresses: somebody writes from many. Who is new is then counted as one.
        let key = if counts.len() >= ADDRESSES_MAX && !counts.contains_key(&caller.0) {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED)
        } else {
            caller.0
        };
        let count = counts.entry(key).or_insert(0);
        if *count >= self.most {
            return Err(Problem::refused_as(StatusCode::TOO_MANY_REQUESTS, Reasons::one((self.too_often)())));
        }
        *count = count.saturating_add(1);
        Ok(())
    }
}

fn too_many_files() -> Reason {
    Reason::new(
        reasons::TOO_OFTEN,
        format!(
            "今日同一地址获取文件已满 {FILES_OF_ADDRESS_MAX} 次 · {FILES_OF_ADDRESS_MAX} files went to one address today"
        ),
        "setting",
        "请明日再来，或申请订阅 · come again tomorrow, or subscribe to the product",
    )
}

fn too_many_voices() -> Reason {
    Reason::new(
        reasons::TOO_OFTEN,
        format!(
            "今日同一地址来信已满 {VOICES_OF_ADDRESS_MAX} 件 · {VOICES_OF_ADDRESS_MAX} voices came from one address today"
        ),
        "setting",
        "请明日再来，或直接致函主管部门 · come again tomorrow, or write to the managing body",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(address: &str) -> Caller {
        Caller(address.parse().unwrap())
    }

    #[test]
    fn an_address_may_write_so_often_a_day_and_others_are_not_held_up_by_it() {
        let (callers, day) = (Callers::of_voices(), jiff_day("2026-06-01"));
        for _ in 0..VOICES_OF_ADDRESS_MAX {
            assert!(callers.count(from("192.0.2.1"), day).is_ok());
        }
        let refused = callers.count(from("192.0.2.1"), day).unwrap_err();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(callers.count(from("192.0.2.2"), day).is_ok());
        assert!(callers.count(from("192.0.2.1"), jiff_day("2026-06-02")).is_ok());
    }

    #[test]
    fn files_have_a_bound_of_their_own() {
        let (callers, day) = (Callers::of_files(), jiff_day("2026-06-01"));
        let taken = (0..=FILES_OF_ADDRESS_MAX).filter(|_| callers.count(from("192.0.2.1"), day).is_ok());
        assert_eq!(u32::try_from(taken.count()), Ok(FILES_OF_ADDRESS_MAX));
    }

    fn jiff_day(text: &str) -> Day {
        text.parse().unwrap()
    }
}
