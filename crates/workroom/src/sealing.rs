//! A result on its way into the vault: batches become Parquet, Parquet becomes
//! sealed chunks, and the plain bytes are never on disk.
//!
//! INVARIANT (whole or not at all): the sealing side sees an error instead of an
//! end unless [`Sealing::finish`] was called, so that no cut result is sealed.

use std::io::{self, Read};

use bytes::{Buf as _, Bytes};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use shuyu_vault::{SealedResult, Vault, VaultError};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::WorkroomError;

/// How many pieces may wait to be sealed.
const PIECES_MAX: usize = 4;
/// A piece is handed on when it has grown to this.
const PIECE_BYTES_MIN: usize = 256 * 1024;
/// A part of the file is closed when it has grown to this.
const ROW_GROUP_ROWS_MAX: usize = 128 * 1024;

/// A file that is being written and sealed.
pub(crate) struct Sealing {
    writer: ArrowWriter<Vec<u8>>,
    pieces: mpsc::Sender<Piece>,
    sealed: JoinHandle<Result<SealedResult, VaultError>>,
}

enum Piece {
    Bytes(Bytes),
    End,
}

impl Sealing {
    /// Begins the sealed result of `id`.
    pub(crate) fn begin(vault: &Vault, id: String, schema: SchemaRef) -> Result<Self, WorkroomError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS_MAX))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).map_err(writing)?;
        let (pieces, receiver) = mpsc::channel(PIECES_MAX);
        let (vault, input) = (vault.clone(), Pipe { receiver, piece: Bytes::new(), is_ended: false });
        let sealed = tokio::spawn(async move { vault.seal_result(&id, input).await });
        Ok(Self { writer, pieces, sealed })
    }

    /// Adds rows.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<(), WorkroomError> {
        self.writer.write(batch).map_err(writing)?;
        if self.writer.inner_mut().len() >= PIECE_BYTES_MIN {
            self.hand_on().await?;
        }
        Ok(())
    }

    /// Closes the file; what comes back is to be kept with its row.
    pub(crate) async fn finish(mut self) -> Result<SealedResult, WorkroomError> {
        self.writer.finish().map_err(writing)?;
        // If the vault has stopped reading, its own error says why.
        if self.hand_on().await.is_ok() {
            let _ = self.pieces.send(Piece::End).await;
        }
        drop(self.pieces);
        let sealed = self.sealed.await.map_err(vault_failed)?;
        sealed.map_err(vault_failed)
    }

    /// Gives the file up. On return nothing of it is left.
    pub(crate) async fn abandon(self) {
        drop(self.pieces);
        // The vault's error is the one that we have just caused.
        let _ = self.sealed.await;
    }

    async fn hand_on(&mut self) -> Result<(), WorkroomError> {
        let piece = std::mem::take(self.writer.inner_mut());
        let sent = self.pieces.send(Piece::Bytes(piece.into())).await;
        sent.map_err(|_| vault_failed("the vault stopped reading"))
    }
}

fn writing(_: parquet::errors::ParquetError) -> WorkroomError {
    WorkroomError::Engine { doing: "writing a result", kind: "parquet" }
}

pub(crate) fn vault_failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> WorkroomError {
    WorkroomError::Vault { doing: "sealing a result", source: source.into() }
}

/// The reading side, on a thread that may block.
struct Pipe {
    receiver: mpsc::Receiver<Piece>,
    piece: Bytes,
    is_ended: bool,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !self.is_ended {
            match self.receiver.blocking_recv() {
                Some(Piece::Bytes(piece)) => self.piece = piece,
                Some(Piece::End) => self.is_ended = true,
                // INVARIANT (whole or not at all).
                None => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the run ended early")),
            }
        }
        let count = into.len().min(self.piece.len());
        if let Some(into) = into.get_mut(..count) {
            self.piece.copy_to_slice(into);
        }
        Ok(count)
    }
}
