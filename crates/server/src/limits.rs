//! Every limit of the server, by name. A limit that a law sets stands in the
//! regime file; these are ours.

use std::time::Duration;

/// The largest JSON body.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The largest upload of one landing.
pub const UPLOAD_BYTES_MAX: u64 = 64 * 1024 * 1024 * 1024;
/// Free room on the disk below which no new work is taken.
pub const DISK_RESERVE_BYTES: u64 = 256 * 1024 * 1024;

/// Connections held at the same time; the next one waits to be taken.
pub const CONNECTIONS_MAX: usize = 4096;
/// How long a connection may take to send the head of its next request, idle
/// time before it included.
pub const HEAD_SECONDS_MAX: u64 = 60;
/// How long a TLS handshake may take.
pub const HANDSHAKE_SECONDS_MAX: u64 = 10;
/// How long to wait before taking another connection when the machine has no
/// file descriptor left for one.
pub const ACCEPT_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Requests served at the same time; the next one is told to come again.
pub const REQUESTS_AT_ONCE_MAX: usize = 1024;
/// How long one request may take.
pub const REQUEST_SECONDS_MAX: u64 = 30;
/// How long a draft may take, with what the regime grants its statement inside.
pub const DRAFT_SECONDS_MAX: u64 = 120;
/// How long an upload may take.
pub const UPLOAD_SECONDS_MAX: u64 = 6 * 3600;
/// How long the server waits for running requests when it goes down.
pub const SHUTDOWN_SECONDS_MAX: u64 = 30;

/// Items of a list when none are asked for.
pub const PAGE_ITEMS_DEFAULT: u32 = 50;
/// Items of a list at most.
pub const PAGE_ITEMS_MAX: u32 = 200;

const MINUTE_MICROS: i64 = 60 * 1_000_000;
/// A session ends when it was not used for so long.
pub const SESSION_IDLE_MICROS_MAX: i64 = 30 * MINUTE_MICROS;
/// A session ends, used or not.
pub const SESSION_MICROS_MAX: i64 = 12 * 60 * MINUTE_MICROS;
/// How stale the stored "last seen" of a session may be. A crash forgets at
/// most this much of a session's use.
pub const SESSION_SEEN_MICROS: i64 = 5 * MINUTE_MICROS;

/// Wrong passwords for one login name before it has to wait.
pub const LOGIN_FAILURES_MAX: u32 = 5;
/// How long it has to wait, from the last wrong one.
pub const LOGIN_WAIT_MICROS: i64 = 5 * MINUTE_MICROS;
/// Login names whose failures are remembered.
pub const LOGIN_NAMES_MAX: usize = 10_000;

/// How many voices of the public are taken from one address in a day.
pub const VOICES_OF_ADDRESS_MAX: u32 = 20;
/// How many files that are open to everybody go to one address in a day.
pub const FILES_OF_ADDRESS_MAX: u32 = 100;
/// Addresses that are counted apart.
pub const ADDRESSES_MAX: usize = 100_000;

/// The longest idempotency key.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 200;
/// How long the answer to a key is kept.
pub const IDEMPOTENCY_MICROS: i64 = 24 * 60 * MINUTE_MICROS;
/// The largest answer that is kept for a key.
pub const IDEMPOTENCY_ANSWER_BYTES_MAX: usize = 256 * 1024;

/// How often the platform looks for moves of its own whose day has come.
pub const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// How often it is looked for records that wait to go up to another platform.
pub const UPSTREAM_EVERY: Duration = Duration::from_secs(1);
/// How long another platform may take for one answer.
pub const UPSTREAM_ANSWER_MAX: Duration = Duration::from_secs(20);
/// The largest answer of another platform that is read.
pub const UPSTREAM_ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Jobs that run at the same time.
pub const JOBS_AT_ONCE_MAX: usize = 2;
/// How long a worker holds a job without renewing.
pub const JOB_LEASE_MICROS: i64 = 2 * MINUTE_MICROS;
/// How often it renews.
pub const JOB_RENEW: Duration = Duration::from_secs(30);
/// How often a job is begun before it counts as failed.
pub const JOB_ATTEMPTS_MAX: i64 = 3;
/// Jobs of one organisation that may wait; the next one is told to come later.
pub const JOBS_WAITING_MAX: i64 = 100;
/// How often the queue is looked at when nobody rings.
pub const JOBS_POLL: Duration = Duration::from_secs(1);
