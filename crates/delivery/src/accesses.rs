//! Access records read back from the log: for bills, receipts, and the counters
//! that a restart has lost.
//!
//! The log is read in blocks. Of each whole block is remembered from when to
//! when its records are, so that a month or a receipt is found without reading
//! everything; the log is the truth, and this is computed from it again after
//! each start.

use parking_lot::Mutex;
use shuyu_ledger::{Access, Ledger};
use shuyu_model::Time;
use shuyu_model::id::ReceiptId;

use crate::error::DeliveryError;
use crate::receipt::Receipt;

/// Entries that are read at a time.
const BLOCK_ENTRIES: u64 = 1024;

/// How far a record may lie in the log from where its time would put it. Calls
/// wait for each other's flush, never this long.
pub(crate) const DISORDER_MICROS: i64 = 10 * 60 * 1_000_000;

/// From when to when a block's records are; `None` where it holds none.
type Span = Option<(Time, Time)>;

pub(crate) struct Accesses {
    ledger: Ledger,
    spans: Mutex<Vec<Span>>,
}

impl Accesses {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self { ledger, spans: Mutex::new(Vec::new()) }
    }

    /// Every record of `from` <= time < `to`, in the log's order.
    pub(crate) async fn for_each(
        &self,
        from: Time,
        to: Time,
        mut visit: impl FnMut(u64, Access) -> Result<(), DeliveryError>,
    ) -> Result<(), DeliveryError> {
        let size = self.ledger.log().size();
        let mut block = 0;
        while block * BLOCK_ENTRIES < size {
            if !self.known(block).is_some_and(|span| is_apart(span, from, to)) {
                for (index, access) in self.read(block, size).await? {
                    if from <= access.at && access.at < to {
                        visit(index, access)?;
                    }
                }
            }
            block += 1;
        }
        Ok(())
    }

    /// Records since `from`, read from the log's end backwards: a restart does
    /// not have to read years to count a day.
    pub(crate) async fn for_each_since(&self, from: Time, mut visit: impl FnMut(&Access)) -> Result<(), DeliveryError> {
        let size = self.ledger.log().size();
        let mut blocks = size.div_ceil(BLOCK_ENTRIES);
        while blocks > 0 {
            blocks -= 1;
            let records = self.read(blocks, size).await?;
            records.iter().map(|(_, access)| access).filter(|access| from <= access.at).for_each(&mut visit);
            // A block of events alone says nothing about time.
            if records
                .iter()
                .map(|(_, access)| access.at)
                .max()
                .is_some_and(|at| at.plus_micros(DISORDER_MICROS) < from)
            {
                break;
            }
        }
        Ok(())
    }

    /// The receipt of this name. Its name holds the time of its making, so that
    /// only the blocks of that time are read.
    pub(crate) async fn find(&self, id: &ReceiptId) -> Result<Option<Receipt>, DeliveryError> {
        let Some(made_at) = made_at(id) else { return Ok(None) };
        let (from, to) = (made_at.plus_micros(-DISORDER_MICROS), made_at.plus_micros(DISORDER_MICROS));
        let mut found = None;
        self.for_each(from, to, |index, access| {
            if access.receipt == *id {
                found = Some(Receipt::of_recorded(index, access));
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    fn known(&self, block: u64) -> Option<Span> {
        let block = usize::try_from(block).ok()?;
        self.spans.lock().get(block).copied()
    }

    async fn read(&self, block: u64, size: u64) -> Result<Vec<(u64, Access)>, DeliveryError> {
        let first = block * BLOCK_ENTRIES;
        let count = BLOCK_ENTRIES.min(size.saturating_sub(first));
        let (mut records, mut read) = (Vec::new(), 0);
        while read < count {
            let rows_max = usize::try_from(count - read).unwrap_or(usize::MAX);
            let entries = self.ledger.log().entries(first + read, rows_max).await?;
            if entries.is_empty() {
                return Err(DeliveryError::Ledger(shuyu_ledger::LedgerError::LogDamaged {
                    what: "it gives fewer entries than it has".to_owned(),
                }));
            }
            let indexed = (first + read..).zip(&entries);
            records.extend(indexed.filter_map(|(index, entry)| Some((index, Access::from_entry(entry)?))));
            read += u64::try_from(entries.len()).unwrap_or(u64::MAX);
        }
        self.remember(block, count, &records);
        Ok(records)
    }

    /// A whole block never changes again. Blocks are kept without a gap.
    fn remember(&self, block: u64, count: u64, records: &[(u64, Access)]) {
        let mut spans = self.spans.lock();
        if count == BLOCK_ENTRIES && u64::try_from(spans.len()) == Ok(block) {
            let times = records.iter().map(|(_, access)| access.at);
            spans.push(times.clone().min().zip(times.max()));
        }
    }
}

fn is_apart(span: Span, from: Time, to: Time) -> bool {
    span.is_none_or(|(first, last)| last < from || to <= first)
}

/// UUIDv7: the first 48 bits are milliseconds.
fn made_at(id: &ReceiptId) -> Option<Time> {
    let millis = i64::from_str_radix(id.as_str().get(4..16)?, 16).ok()?;
    Some(Time(millis.checked_mul(1000)?))
}

#[cfg(test)]
mod tests {
    use shuyu_ledger::Event;
    use shuyu_model::{CryptoProfile, UseKind};

    use super::*;
    use crate::testing::id;

    fn access(ledger: &Ledger) -> Access {
        let digest = CryptoProfile::International.digest(b"x");
        Access {
            subscription: id(1),
            product: id(1),
            receipt: ledger.new_id(),
            client: Some(id(1)),
            consent: None,
            use_kind: UseKind::Industry,
            request: digest,
            answer: digest,
            units: 1,
            at: ledger.now(),
        }
    }

    #[tokio::test]
    async fn finds_each_record_by_its_time_and_name_among_the_events() {
        for (backend, ledger, _folder) in shuyu_ledger::testing::ledgers().await {
            let start = ledger.now();
            let mut written = Vec::new();
            for day in 0..3 {
                ledger.clock().advance_to(start.plus_days(day)).unwrap();
                ledger.refuse(Event::done(None, "test.written", "X")).await.unwrap();
                let mut handles = Vec::new();
                for _ in 0..700 {
                    let (ledger, access) = (ledger.clone(), access(&ledger));
                    written.push(access.clone());
                    handles.push(tokio::spawn(async move { ledger.record(access).await.unwrap() }));
                }
                for handle in handles {
                    handle.await.unwrap();
                }
            }
            let accesses = Accesses::new(ledger.clone());
            for _ in 0..2 {
                let mut days = [0; 3];
                for (day, count) in (0_i64..).zip(&mut days) {
                    let visit = |_, _| {
                        *count += 1;
                        Ok(())
                    };
                    accesses.for_each(start.plus_days(day), start.plus_days(day + 1), visit).await.unwrap();
                }
                assert_eq!(days, [700; 3], "{backend}");
            }
            let mut since = 0;
            accesses.for_each_since(start.plus_days(2), |_| since += 1).await.unwrap();
            assert_eq!(since, 700);
            for access in written.iter().step_by(500) {
                let found = accesses.find(&access.receipt).await.unwrap().unwrap();
                assert_eq!(found.access(), access);
                let entry = ledger.log().entries(found.index(), 1).await.unwrap();
                assert_eq!(Access::from_entry(&entry[0]).as_ref(), Some(access));
            }
            assert_eq!(accesses.find(&id(5)).await.unwrap(), None);
        }
    }
}
