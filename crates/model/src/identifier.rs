//! National identifiers and their check digits: citizens' identity numbers
//! (GB 11643-1999), unified social credit codes (GB 32100-2015), mobile numbers.
//!
//! Used to make valid ones for the made-up city, to judge intake quality, and to
//! find raw identifiers in what wants to leave. A wrong check digit is what
//! tells an order number from an identity number.

const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
const CREDIT_ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CREDIT_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// The check digit of an identity number's first 17 digits; `None` if they are
/// not 17 digits.
pub fn id_card_check(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (digit, weight) in first17.chars().zip(ID_WEIGHTS) {
        sum += digit.to_digit(10)? * weight;
    }
    ID_CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// Whether `text` is an identity number: 18 characters, a province's prefix, a
/// day that exists, the right check digit. A lower-case `x` passes.
pub fn is_id_card(text: &str) -> bool {
    let (Some(first17), Some(check)) = (text.get(..17), text.get(17..)) else { return false };
    let (Some(year), Some(month), Some(day)) = (text.get(6..10), text.get(10..12), text.get(12..14)) else {
        return false;
    };
    let province = text.get(..2).and_then(|p| p.parse::<u8>().ok()).unwrap_or(0);
    matches!(province, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
        && matches!(year.as_bytes().first(), Some(b'1' | b'2'))
        && format!("{year}-{month}-{day}").parse::<crate::Day>().is_ok()
        && id_card_check(first17).is_some_and(|c| check.len() == 1 && check.to_ascii_uppercase().starts_with(c))
}

/// The check character of a credit code's first 17 characters; `None` if one of
/// them is not in the alphabet (which has no I, O, S, V, Z).
pub fn credit_code_check(first17: &str) -> Option<char> {
    if first17.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (symbol, weight) in first17.chars().zip(CREDIT_WEIGHTS) {
        sum += CREDIT_ALPHABET.find(symbol)? * weight;
    }
    CREDIT_ALPHABET.chars().nth((31 - sum % 31) % 31)
}

/// Whether `text` is a unified social credit code: 18 characters of its
/// alphabet, a registering department, a numeric division, the right check.
pub fn is_credit_code(text: &str) -> bool {
    let (Some(first17), Some(check)) = (text.get(..17), text.get(17..)) else { return false };
    // A code of digits alone that is an identity number is taken for that.
    matches!(text.as_bytes().first(), Some(b'1'..=b'9' | b'A' | b'N' | b'Y'))
        && text.get(2..8).is_some_and(|d| d.bytes().all(|b| b.is_ascii_digit()))
        && credit_code_check(first17).is_some_and(|c| check.len() == 1 && check.starts_with(c))
}

/// Whether `text` is a mainland mobile number: 11 digits beginning 13 to 19.
pub fn is_mobile(text: &str) -> bool {
    text.len() == 11
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.starts_with('1')
        && matches!(text.as_bytes().get(1), Some(b'3'..=b'9'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_identity_numbers_by_their_check_digit() {
        // The example of GB 11643-1999 and one with X.
        for good in ["11010519491231002X", "11010519491231002x", "440524188001010014"] {
            assert!(is_id_card(good), "{good}");
        }
        for bad in [
            "110105194912310021",
            "11010519491331002X",
            "1101051949123100",
            "991005194912310021",
            "",
            "一一〇一〇五",
            "11010519491231002X0",
        ] {
            assert!(!is_id_card(bad), "{bad}");
        }
    }

    #[test]
    fn knows_credit_codes_by_their_check_character() {
        for good in ["91350100M000100Y43", "9144030071526726XG"] {
            assert!(is_credit_code(good), "{good}");
        }
        for bad in ["91350100M000100Y44", "91350100I000100Y43", "", "91350100M000100Y4"] {
            assert!(!is_credit_code(bad), "{bad}");
        }
    }

    #[test]
    fn a_made_number_passes_its_own_check() {
        let check = id_card_check("43010219900101001").map(String::from).unwrap_or_default();
        assert!(is_id_card(&format!("43010219900101001{check}")));
        let check = credit_code_check("91430100MA4L12345").map(String::from).unwrap_or_default();
        assert!(is_credit_code(&format!("91430100MA4L12345{check}")));
    }

    #[test]
    fn knows_mobile_numbers() {
        assert!(is_mobile("13812345678") && is_mobile("19900000000"));
        assert!(!is_mobile("12812345678") && !is_mobile("1381234567") && !is_mobile("2381234567a"));
    }
}
