//! The server's own SQL: sessions, idempotency keys, jobs. Nothing else in this
//! crate speaks SQL, and nothing here knows a rule.

pub(crate) mod controls;
pub(crate) mod idempotency;
pub(crate) mod jobs;
pub(crate) mod sessions;
