//! Whether the sandbox holds: statements that would reach out of it are put to the gate of
//! a real session, and each must be refused.
//!
//! Not here: what the gate compares with (`gate`), who asks (`server::controls`).

use shuyu_model::Verdict;

use crate::error::WorkroomError;
use crate::gate::Gate;
use crate::session::{self, Limits};
use crate::workrooms::Workrooms;

/// What no author gets through: files, writing, a second statement, another table.
const MUST_BE_REFUSED: [&str; 6] = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "CREATE TABLE kept AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT * FROM information_schema.tables",
    "EXPLAIN SELECT 1",
];

impl Workrooms {
    /// How many statements that must be refused were let through; none where it holds.
    pub async fn let_through(&self) -> Result<usize, WorkroomError> {
        let rules = &self.regime().workroom;
        let limits = Limits {
            memory_bytes_max: 1 << 20,
            rows_max: 1,
            seconds_max: u64::from(rules.run_seconds_max.value),
            spool_dir: self.spool_dir().to_path_buf(),
        };
        let runtime = session::runtime(&limits).map_err(WorkroomError::engine("opening a session"))?;
        let session = session::open(runtime, Vec::new()).map_err(WorkroomError::engine("opening a session"))?;
        let gate = Gate { regime: self.regime(), tables: &[] };
        let mut through = 0;
        for statement in MUST_BE_REFUSED {
            if let Verdict::Allow(_) = gate.admit(&session, statement).await {
                through += 1;
            }
        }
        Ok(through)
    }
}
