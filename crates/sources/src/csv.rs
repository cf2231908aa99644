//! A CSV text becomes batches.

use std::io::Read;

use shuyu_model::Column;

use crate::buffers::Table;
use crate::charset::Encoding;
use crate::error::SourceError;
use crate::intake::{Intake, Progress};
use crate::meter::Meter;
use crate::reasons::Fault;
use crate::report::ReportDraft;
use crate::rows::{Next, Row, Rows};
use crate::spool::Encoder;

/// Reads the input to its end.
pub(crate) fn read<R: Read>(
    intake: &Intake,
    meter: &mut Meter<'_, R>,
    encoder: &Encoder,
    report: &mut ReportDraft,
    progress: &dyn Fn(Progress),
) -> Result<(), SourceError> {
    let (mut rows, encoding) = Rows::open(meter, intake.limits.row_bytes_max)?;
    report.found(encoding);
    let mut scratch = Scratch::default();
    let order = match rows.next()? {
        Next::Row { .. } => order(&rows.row(), encoding, &intake.columns, &mut scratch)?,
        Next::Bad { .. } => match_headers(&intake.columns, &[])?,
        Next::End => return Err(SourceError::Empty),
    };
    let mut table = Table::new(&intake.columns, intake.limits.cell_bytes_max);
    let mut lines_blank_before = rows.lines_blank();
    loop {
        let next = rows.next()?;
        report.lines_blank += rows.lines_blank() - lines_blank_before;
        lines_blank_before = rows.lines_blank();
        match next {
            Next::End => break,
            Next::Bad { line, fault } => report.bad(line, None, fault),
            Next::Row { line } => match take_row(&rows.row(), encoding, &order, &mut table, &mut scratch) {
                Ok(()) => {
                    table.keep_row();
                    report.rows_good += 1;
                }
                Err((column, fault)) => {
                    table.drop_row();
                    let column = column.and_then(|index| Some((index, intake.columns.get(index)?)));
                    report.bad(line, column, fault);
                }
            },
        }
        if report.rows() > intake.limits.rows_max {
            return Err(SourceError::TooMuch { what: "rows", max: intake.limits.rows_max });
        }
        if table.is_full() {
            encoder.send(&mut table)?;
            progress(Progress { bytes: rows.bytes(), rows: report.rows() });
        }
    }
    encoder.send(&mut table)?;
    progress(Progress { bytes: rows.bytes(), rows: report.rows() });
    Ok(())
}

/// Room for a cell that must be unescaped, decoded, or both.
#[derive(Default)]
struct Scratch {
    unescaped: Vec<u8>,
    decoded: Vec<u8>,
}

/// Fills the table's next row; says which column is at fault.
fn take_row(
    row: &Row<'_>,
    encoding: Encoding,
    order: &[usize],
    table: &mut Table,
    scratch: &mut Scratch,
) -> Result<(), (Option<usize>, Fault)> {
    if row.len() != order.len() {
        return Err((None, Fault::CellCount));
    }
    let is_ascii = row.is_ascii();
    for (index, column) in order.iter().enumerate() {
        let mut cell = row.cell(index, &mut scratch.unescaped);
        if !is_ascii {
            cell = encoding.decode(cell, &mut scratch.decoded).map_err(|fault| (Some(*column), fault))?;
        }
        table.push(*column, cell).map_err(|fault| (Some(*column), fault))?;
    }
    Ok(())
}

/// For each cell of a row, the declared column that it belongs to.
fn order(
    row: &Row<'_>,
    encoding: Encoding,
    columns: &[Column],
    scratch: &mut Scratch,
) -> Result<Vec<usize>, SourceError> {
    let mut headers = Vec::new();
    for index in 0..row.len() {
        let cell = row.cell(index, &mut scratch.unescaped);
        let cell = encoding.decode(cell, &mut scratch.decoded).unwrap_or_default();
        headers.push(String::from_utf8_lossy(cell).trim().to_owned());
    }
    match_headers(columns, &headers)
}

/// Maps headers, each a column's name or title, to declared columns; or says
/// everything that does not fit.
pub(crate) fn match_headers(columns: &[Column], headers: &[String]) -> Result<Vec<usize>, SourceError> {
    let (mut order, mut unknown, mut duplicate) = (Vec::new(), Vec::new(), Vec::new());
    for (position, header) in headers.iter().enumerate() {
        let by_name = columns.iter().position(|column| column.name == *header);
        match by_name.or_else(|| columns.iter().position(|column| column.title == *header)) {
            None => unknown.push(position + 1),
            Some(index) if order.contains(&index) => {
                duplicate.extend(columns.get(index).map(|column| column.name.clone()));
            }
            Some(index) => order.push(index),
        }
    }
    let missing: Vec<_> = columns
        .iter()
        .enumerate()
        .filter(|(index, _)| !order.contains(index))
        .map(|(_, column)| column.name.clone())
        .collect();
    if missing.is_empty() && unknown.is_empty() && duplicate.is_empty() {
        Ok(order)
    } else {
        Err(SourceError::Header { missing, unknown, duplicate })
    }
}
