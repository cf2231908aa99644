//! Which encoding a text file is in, and its cells as UTF-8.
//!
//! GB18030 (GB 18030-2022) never uses the bytes of a comma, a quote or a line
//! end inside a character, so rows are found in the bytes as they came and only
//! cells are decoded. A byte that decodes to nothing makes its row bad; it is
//! never replaced.

use encoding_rs::{DecoderResult, GB18030};
use serde::{Deserialize, Serialize};

use crate::error::SourceError;
use crate::reasons::Fault;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-8 that begins with a byte order mark.
    Utf8Bom,
    /// GB18030, and with it GBK and GB2312.
    Gb18030,
}

/// How many bytes of a file decide its encoding.
pub(crate) const DETECT_BYTES_MAX: usize = 1 << 20;

/// A file with damaged characters is still UTF-8 while it has this many whole
/// characters beyond ASCII for each damaged place. Read as GB18030 it would
/// become other, wrong characters without a word.
const WHOLE_PER_DAMAGED_MIN: usize = 8;

const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

impl Encoding {
    /// Judges the first bytes of a file; `is_whole` when there are no others.
    pub(crate) fn detect(head: &[u8], is_whole: bool) -> Result<Self, SourceError> {
        if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) {
            return Err(SourceError::Encoding { found: "UTF-16" });
        }
        if head.starts_with(b"PAR1") {
            return Err(SourceError::Encoding { found: "a Parquet file" });
        }
        if head.starts_with(b"PK\x03\x04") {
            return Err(SourceError::Encoding { found: "a ZIP or XLSX file" });
        }
        if head.starts_with(BOM) {
            return Ok(Self::Utf8Bom);
        }
        let (mut whole, mut damaged) = (0_usize, 0_usize);
        let mut chunks = head.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
            // What looks damaged at the very end may only be cut.
            let is_cut = chunks.peek().is_none() && !is_whole;
            if !chunk.invalid().is_empty() && !is_cut {
                damaged += 1;
            }
        }
        let is_utf8 = damaged == 0 || damaged.saturating_mul(WHOLE_PER_DAMAGED_MIN) <= whole;
        Ok(if is_utf8 { Self::Utf8 } else { Self::Gb18030 })
    }

    /// How many bytes stand before the text.
    pub(crate) fn mark_bytes(self) -> usize {
        if self == Self::Utf8Bom { BOM.len() } else { 0 }
    }

    /// The cell as UTF-8, in `scratch` where it had to be decoded.
    pub(crate) fn decode<'a>(self, cell: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<&'a [u8], Fault> {
        if cell.is_ascii() {
            return Ok(cell);
        }
        if self != Self::Gb18030 {
            return if std::str::from_utf8(cell).is_ok() { Ok(cell) } else { Err(Fault::Undecodable) };
        }
        let mut decoder = GB18030.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length_without_replacement(cell.len()).ok_or(Fault::CellTooLong)?;
        scratch.clear();
        scratch.resize(room, 0);
        match decoder.decode_to_utf8_without_replacement(cell, scratch, true) {
            (DecoderResult::InputEmpty, _, written) => scratch.get(..written).ok_or(Fault::Undecodable),
            _ => Err(Fault::Undecodable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(head: &[u8], expected: Encoding) {
        assert_eq!(Encoding::detect(head, true).unwrap(), expected, "{head:x?}");
    }

    #[test]
    fn tells_utf8_from_gb18030() {
        check(b"", Encoding::Utf8);
        check(b"a,b", Encoding::Utf8);
        check("姓名".as_bytes(), Encoding::Utf8);
        check(b"\xEF\xBB\xBFa", Encoding::Utf8Bom);
        check(&GB18030.encode("姓名,住址\n张三,江城市").0, Encoding::Gb18030);
        check(b"a\xFF", Encoding::Gb18030);
    }

    #[test]
    fn one_damaged_byte_does_not_turn_utf8_into_gb18030() {
        let mut text = "江城市住房公积金管理中心".as_bytes().to_vec();
        text.push(0xFF);
        check(&text, Encoding::Utf8);
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_sample_is_not_damage() {
        let text = "江城".as_bytes();
        assert_eq!(Encoding::detect(&text[..4], false).unwrap(), Encoding::Utf8);
        assert_eq!(Encoding::detect(&text[..4], true).unwrap(), Encoding::Gb18030);
    }

    #[test]
    fn says_what_it_is_that_it_cannot_read() {
        for (head, word) in [(&b"\xFF\xFEa\0"[..], "UTF-16"), (b"PAR1", "Parquet"), (b"PK\x03\x04", "XLSX")] {
            let error = Encoding::detect(head, true).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn never_replaces_a_byte() {
        let mut scratch = Vec::new();
        for encoding in [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Gb18030] {
            assert_eq!(encoding.decode(b"\x81", &mut scratch), Err(Fault::Undecodable), "{encoding:?}");
            assert_eq!(encoding.decode(b"abc", &mut scratch), Ok(&b"abc"[..]));
        }
        let text = "𠮷野家㐀";
        let encoded = GB18030.encode(text).0;
        assert_eq!(Encoding::Gb18030.decode(&encoded, &mut scratch), Ok(text.as_bytes()));
    }
}
