//! The spool file: batches become Parquet on a thread of their own.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Scope, ScopedJoinHandle};

use arrow::array::{Array, RecordBatch, StringArray};
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use shuyu_model::{Column, ColumnClass, ColumnType, identifier};

use crate::buffers::Table;
use crate::error::SourceError;
use crate::report::{Held, IdentifierFormats};

/// Rows of a row group.
const GROUP_ROWS_MAX: usize = 128 * 1024;
/// Bytes of a row group; what the encoder holds in memory.
const GROUP_BYTES_MAX: usize = 128 << 20;
/// Batches that may wait for the encoder.
const QUEUE_BATCHES_MAX: usize = 4;

/// A file without a name in `dir`, so that nothing is left of it after a crash.
pub(crate) fn create(dir: &Path) -> Result<File, SourceError> {
    tempfile::tempfile_in(dir).map_err(SourceError::spool)
}

/// The near end of the queue to the encoder's thread.
pub(crate) struct Encoder {
    batches: SyncSender<RecordBatch>,
}

/// What the encoder's thread gives back.
pub(crate) struct Encoded<W> {
    pub(crate) file: W,
    pub(crate) held: Vec<Held>,
}

impl Encoder {
    /// Starts the thread. It ends when the encoder is dropped.
    pub(crate) fn start<'scope, W: Write + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        out: W,
        schema: SchemaRef,
        columns: &'scope [Column],
    ) -> (Self, ScopedJoinHandle<'scope, Result<Encoded<W>, SourceError>>) {
        let (sender, receiver) = sync_channel(QUEUE_BATCHES_MAX);
        let thread = scope.spawn(move || encode(out, schema, columns, receiver));
        (Self { batches: sender }, thread)
    }

    /// Hands over the table's rows; waits while the queue is full.
    pub(crate) fn send(&self, table: &mut Table) -> Result<(), SourceError> {
        let batch = table.take().map_err(|error| SourceError::Encode { source: error.into() })?;
        batch.map_or(Ok(()), |batch| self.send_batch(batch))
    }

    /// Hands over a batch.
    pub(crate) fn send_batch(&self, batch: RecordBatch) -> Result<(), SourceError> {
        self.batches.send(batch).map_err(|_| SourceError::Worker("encoder"))
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS_MAX))
        .set_max_row_group_bytes(Some(GROUP_BYTES_MAX))
        .set_created_by("shuyu".to_owned())
        .build())
}

fn encode<W: Write + Send>(
    out: W,
    schema: SchemaRef,
    columns: &[Column],
    batches: Receiver<RecordBatch>,
) -> Result<Encoded<W>, SourceError> {
    let properties = properties().map_err(SourceError::encode)?;
    let mut writer = ArrowWriter::try_new(out, schema, Some(properties)).map_err(SourceError::encode)?;
    let mut held: Vec<_> = columns.iter().map(held_at_first).collect();
    for batch in batches {
        for (held, array) in held.iter_mut().zip(batch.columns()) {
            add(held, array.as_ref());
        }
        writer.write(&batch).map_err(SourceError::encode)?;
    }
    let file = writer.into_inner().map_err(SourceError::encode)?;
    Ok(Encoded { file, held })
}

fn held_at_first(column: &Column) -> Held {
    let is_identifying = column.class == ColumnClass::DirectIdentifier && column.kind == ColumnType::Text;
    Held { nulls: 0, formats: is_identifying.then(IdentifierFormats::default) }
}

fn add(held: &mut Held, array: &dyn Array) {
    held.nulls += u64::try_from(array.null_count()).unwrap_or_default();
    let texts = array.as_any().downcast_ref::<StringArray>();
    if let (Some(formats), Some(texts)) = (&mut held.formats, texts) {
        for text in texts.iter().flatten() {
            let count = match text.len() {
                18 if identifier::is_id_card(text) => &mut formats.id_cards,
                18 if identifier::is_credit_code(text) => &mut formats.credit_codes,
                11 if identifier::is_mobile(text) => &mut formats.mobiles,
                _ => &mut formats.others,
            };
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::buffers;

    /// A disk with room for so many bytes.
    struct SmallDisk(usize);

    impl Write for SmallDisk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_told_as_such() {
        let columns: Vec<Column> = crate::tests::columns(&[("a", ColumnType::Text)]);
        for room in [0, 4, 100] {
            let mut table = Table::new(&columns, 100);
            for row in 0..1000_u64 {
                table.push(0, row.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_string().as_bytes()).unwrap();
                table.keep_row();
            }
            let result = std::thread::scope(|scope| {
                let (encoder, thread) = Encoder::start(scope, SmallDisk(room), buffers::schema(&columns), &columns);
                encoder.send(&mut table).ok();
                drop(encoder);
                thread.join().unwrap()
            });
            assert!(matches!(result, Err(SourceError::DiskFull)), "{room}");
        }
    }
}
