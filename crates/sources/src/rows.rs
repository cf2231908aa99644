//! Finds rows and cells in CSV bytes (RFC 4180), without copying them.
//!
//! A cell that begins with a quote ends at the next quote that is not doubled;
//! commas and line ends inside are its own. A quote elsewhere is a character
//! like any other. Rows end with LF or CRLF. Lines with nothing on them are no
//! rows; they are counted.
//!
//! The `csv` crate is not used here because it keeps a row of any length in
//! memory and repairs what stands after a closing quote. It is the oracle in
//! the tests.
//!
//! INVARIANT (bounded): no row is held beyond `row_bytes_max`. Where a quote is
//! not closed within it, the line that the row began on is bad and reading goes
//! on at the next line.

use std::io::Read;

use memchr::{memchr, memchr_iter, memchr2};

use crate::charset::{DETECT_BYTES_MAX, Encoding};
use crate::error::SourceError;
use crate::meter::Meter;
use crate::reasons::Fault;

/// How many bytes are asked for at once.
const READ_BYTES: usize = 1 << 18;

/// A cell within its row's bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    start: usize,
    end: usize,
    has_escapes: bool,
}

/// What comes next in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// A row whose cells lie in [`Rows::row`].
    Row { line: u64 },
    /// A row that cannot be read.
    Bad { line: u64, fault: Fault },
    /// The end.
    End,
}

/// The rows of an input.
pub(crate) struct Rows<'m, 'a, R> {
    meter: &'m mut Meter<'a, R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    row: (usize, usize),
    cells: Vec<Span>,
    line: u64,
    lines_blank: u64,
    is_at_end: bool,
    row_bytes_max: usize,
}

/// One row's bytes and cells.
pub(crate) struct Row<'r> {
    bytes: &'r [u8],
    cells: &'r [Span],
}

impl<'r> Row<'r> {
    /// How many cells it has.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether it needs no decoding.
    pub(crate) fn is_ascii(&self) -> bool {
        self.bytes.is_ascii()
    }

    /// The cells, with doubled quotes made single in `scratch`.
    pub(crate) fn cell<'c>(&self, index: usize, scratch: &'c mut Vec<u8>) -> &'c [u8]
    where
        'r: 'c,
    {
        let Some(span) = self.cells.get(index) else { return &[] };
        let raw = self.bytes.get(span.start..span.end).unwrap_or_default();
        if span.has_escapes { unescape(raw, scratch) } else { raw }
    }
}

fn unescape<'c>(raw: &[u8], scratch: &'c mut Vec<u8>) -> &'c [u8] {
    scratch.clear();
    let mut was_quote = false;
    for byte in raw {
        was_quote = *byte == b'"' && !was_quote;
        if !was_quote {
            scratch.push(*byte);
        }
    }
    scratch
}

impl<'m, 'a, R: Read> Rows<'m, 'a, R> {
    /// Reads the beginning, judges its encoding and stands before the header.
    pub(crate) fn open(meter: &'m mut Meter<'a, R>, row_bytes_max: usize) -> Result<(Self, Encoding), SourceError> {
        let mut rows = Self {
            meter,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            row: (0, 0),
            cells: Vec::new(),
            line: 1,
            lines_blank: 0,
            is_at_end: false,
            row_bytes_max,
        };
        while rows.end < DETECT_BYTES_MAX && !rows.is_at_end {
            rows.fill()?;
        }
        let head = rows.buffer.get(..rows.end.min(DETECT_BYTES_MAX)).unwrap_or_default();
        let encoding = Encoding::detect(head, rows.is_at_end && rows.end <= DETECT_BYTES_MAX)?;
        rows.start = encoding.mark_bytes();
        Ok((rows, encoding))
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.meter.bytes()
    }

    /// Lines with nothing on them, so far.
    pub(crate) fn lines_blank(&self) -> u64 {
        self.lines_blank
    }

    /// The row that [`Rows::next`] found last.
    pub(crate) fn row(&self) -> Row<'_> {
        Row { bytes: self.buffer.get(self.row.0..self.row.1).unwrap_or_default(), cells: &self.cells }
    }

    /// Goes to the next row.
    pub(crate) fn next(&mut self) -> Result<Next, SourceError> {
        loop {
            let data = self.buffer.get(self.start..self.end).unwrap_or_default();
            let blank_bytes = match data {
                [] if self.is_at_end => return Ok(Next::End),
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                [b'\r'] if self.is_at_end => 1,
                [] | [b'\r'] => {
                    self.fill()?;
                    continue;
                }
                _ => 0,
            };
            if blank_bytes > 0 {
                self.start += blank_bytes;
                self.line += 1;
                self.lines_blank += 1;
                continue;
            }
            // Two bytes more than a row may have: its line end.
            let window_bytes_max = self.row_bytes_max.saturating_add(2);
            let window = data.get(..window_bytes_max).unwrap_or(data);
            let is_last = self.is_at_end && window.len() == data.len();
            self.cells.clear();
            let line = self.line;
            match scan(window, is_last, &mut self.cells) {
                Scan::Row { bytes, lines, has_text_after_quote } => {
                    self.row = (self.start, self.start + bytes);
                    self.start += bytes;
                    self.line += lines;
                    if has_text_after_quote {
                        return Ok(Next::Bad { line, fault: Fault::TextAfterQuote });
                    }
                    return Ok(Next::Row { line });
                }
                Scan::Cut { .. } if window.len() < window_bytes_max && !is_last => self.fill()?,
                Scan::Cut { is_quoted } => {
                    self.skip_line()?;
                    return Ok(Next::Bad { line, fault: if is_quoted { Fault::QuoteOpen } else { Fault::RowTooLong } });
                }
            }
        }
    }

    /// Goes behind the next line end.
    fn skip_line(&mut self) -> Result<(), SourceError> {
        loop {
            let data = self.buffer.get(self.start..self.end).unwrap_or_default();
            if let Some(at) = memchr(b'\n', data) {
                self.start += at + 1;
                self.line += 1;
                return Ok(());
            }
            self.start = self.end;
            if self.is_at_end {
                return Ok(());
            }
            self.fill()?;
        }
    }

    /// Reads more behind what is not yet used.
    fn fill(&mut self) -> Result<(), SourceError> {
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.buffer.len() < self.end + READ_BYTES {
            self.buffer.resize(self.end + READ_BYTES, 0);
        }
        let room = self.buffer.get_mut(self.end..).ok_or(SourceError::Worker("input"))?;
        let count = self.meter.read(room)?;
        self.end += count;
        self.is_at_end = count == 0;
        Ok(())
    }
}

enum Scan {
    /// A whole row with its line end.
    Row { bytes: usize, lines: u64, has_text_after_quote: bool },
    /// The data end before the row does.
    Cut { is_quoted: bool },
}

/// Finds the cells of the row at the start of `data`.
fn scan(data: &[u8], is_last: bool, cells: &mut Vec<Span>) -> Scan {
    let (mut at, mut lines, mut has_text_after_quote) = (0, 0, false);
    loop {
        let mut quoted = None;
        let mut rest_at = at;
        if data.get(at) == Some(&b'"') {
            let Some((span, has_closed)) = quoted_cell(data, at + 1) else { return Scan::Cut { is_quoted: true } };
            if !has_closed && !is_last {
                return Scan::Cut { is_quoted: true };
            }
            lines += count_lines(data, span);
            rest_at = span.end + 1;
            quoted = Some(span);
        }
        let rest = data.get(rest_at..).unwrap_or_default();
        let (end, is_row_end) = match memchr2(b',', b'\n', rest) {
            Some(found) => (rest_at + found, rest.get(found) == Some(&b'\n')),
            None if is_last => (data.len(), true),
            None => return Scan::Cut { is_quoted: false },
        };
        let mut cell = Span { start: rest_at, end, has_escapes: false };
        if is_row_end && data.get(rest_at..end).is_some_and(|cell| cell.ends_with(b"\r")) {
            cell.end -= 1;
        }
        match quoted {
            Some(span) => {
                has_text_after_quote |= cell.start < cell.end;
                cells.push(span);
            }
            None => cells.push(cell),
        }
        if is_row_end {
            let has_line_end = end < data.len();
            let bytes = end + usize::from(has_line_end);
            return Scan::Row { bytes, lines: lines + u64::from(has_line_end), has_text_after_quote };
        }
        at = end + 1;
    }
}

/// The cell whose first character stands at `start`, behind its quote, up to the
/// closing quote; and whether a byte follows, so that the quote surely closes.
fn quoted_cell(data: &[u8], start: usize) -> Option<(Span, bool)> {
    let (mut at, mut has_escapes) = (start, false);
    loop {
        let quote = at + memchr(b'"', data.get(at..)?)?;
        match data.get(quote + 1) {
            Some(b'"') => {
                has_escapes = true;
                at = quote + 2;
            }
            following => return Some((Span { start, end: quote, has_escapes }, following.is_some())),
        }
    }
}

fn count_lines(data: &[u8], span: Span) -> u64 {
    let count = memchr_iter(b'\n', data.get(span.start..span.end).unwrap_or_default()).count();
    u64::try_from(count).unwrap_or_default()
}
