//! What a case asks of matters before it opens and before a step of it is approved:
//! one file a thing that must be in force.
//!
//! Not here: what the registry says against the subject (`registry::Subject`).

pub(crate) mod agreement;
pub(crate) mod assessed;
pub(crate) mod scenario;
pub(crate) mod scheme;
