//! What a watcher sees of the story: chapters, steps with a mark and a time,
//! the progress of long jobs, and each refusal with its reasons.
//!
//! Chinese first, English beside it. The mark is ✓ for what went as it must,
//! which for a forbidden thing is a refusal, and ✗ for what did not.

use std::io::Write;
use std::time::{Duration, Instant};

use super::client::Reason;

/// Where the story is told.
pub(crate) struct Stage<'a> {
    out: &'a mut (dyn Write + Send),
    is_terminal: bool,
    began: Instant,
    step: Option<Step>,
    steps_count: usize,
}

struct Step {
    chinese: String,
    english: String,
    began: Instant,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(out: &'a mut (dyn Write + Send), is_terminal: bool) -> Self {
        Self { out, is_terminal, began: Instant::now(), step: None, steps_count: 0 }
    }

    /// Since the curtain rose.
    pub(crate) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Steps that went as they must.
    pub(crate) fn steps_count(&self) -> usize {
        self.steps_count
    }

    /// A new chapter.
    pub(crate) fn chapter(&mut self, chinese: &str, english: &str) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "\n── {chinese}  {english}")?)
    }

    /// A step begins. Its name is what an error will name.
    pub(crate) fn step(&mut self, chinese: impl Into<String>, english: impl Into<String>) {
        self.step = Some(Step { chinese: chinese.into(), english: english.into(), began: Instant::now() });
    }

    /// The English name of the step under way.
    pub(crate) fn step_name(&self) -> String {
        self.step.as_ref().map_or_else(|| "between two steps".to_owned(), |step| step.english.clone())
    }

    /// It went as it must; `facts` say how.
    pub(crate) fn done(&mut self, facts: impl AsRef<str>) -> anyhow::Result<()> {
        self.finish("✓", facts.as_ref())?;
        self.steps_count += 1;
        Ok(())
    }

    /// It was refused, as it must be.
    pub(crate) fn refused(&mut self, reasons: &[Reason]) -> anyhow::Result<()> {
        self.done("拒绝 refused")?;
        for Reason { code, what, clause, instead } in reasons {
            writeln!(self.out, "        {code}  {what}")?;
            writeln!(self.out, "                 〔{clause}〕 → {instead}")?;
        }
        Ok(())
    }

    /// It did not go as it must.
    pub(crate) fn failed(&mut self) -> anyhow::Result<()> {
        self.finish("✗", "")
    }

    fn finish(&mut self, mark: &str, facts: &str) -> anyhow::Result<()> {
        self.clear_line()?;
        if let Some(step) = self.step.take() {
            let took = step.began.elapsed();
            writeln!(self.out, "  {mark} {}  {}  [{:.2} s]", step.chinese, step.english, took.as_secs_f32())?;
            if !facts.is_empty() {
                writeln!(self.out, "      {facts}")?;
            }
        }
        self.out.flush()?;
        Ok(())
    }

    /// A line under the last step.
    pub(crate) fn note(&mut self, line: impl AsRef<str>) -> anyhow::Result<()> {
        Ok(writeln!(self.out, "      {}", line.as_ref())?)
    }

    /// How far a job is. On a terminal only: elsewhere it would fill a file.
    pub(crate) fn progress(&mut self, done: u64, total: u64, unit: &str) -> anyhow::Result<()> {
        if self.is_terminal {
            let of_total = if total > 0 { format!("/{total}") } else { String::new() };
            write!(self.out, "\r\x1b[K  … {done}{of_total} {unit}")?;
            self.out.flush()?;
        }
        Ok(())
    }

    fn clear_line(&mut self) -> anyhow::Result<()> {
        if self.is_terminal {
            write!(self.out, "\r\x1b[K")?;
        }
        Ok(())
    }
}
