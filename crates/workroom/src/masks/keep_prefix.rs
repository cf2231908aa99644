//! The first characters stay, each later one becomes `*`.
//!
//! Reveals: how many characters there are, and the first `chars` of them if
//! there are more. A text with nothing left to hide behind is all stars.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StringArray};

pub(super) fn apply(values: &StringArray, chars: u16) -> ArrayRef {
    Arc::new(values.iter().map(|text| text.map(|text| mask(text, usize::from(chars)))).collect::<StringArray>())
}

fn mask(text: &str, kept: usize) -> String {
    let total = text.chars().count();
    let kept = if total > kept { kept } else { 0 };
    text.chars().take(kept).chain(std::iter::repeat_n('*', total - kept)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kept: usize, expected: &str) {
        assert_eq!(mask(text, kept), expected, "masking {text:?}");
    }

    #[test]
    fn stars_everything_when_there_is_too_little_to_hide_behind() {
        check("abc", 3, "***");
        check("abc", 9, "***");
        check("", 3, "");
    }

    #[test]
    fn counts_characters_not_bytes() {
        check("欧阳娜娜", 2, "欧阳**");
        check("430102199001010011", 6, "430102************");
        check("abc", 0, "***");
    }
}
