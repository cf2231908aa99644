//! Rows for the scanner: what it must find, what it must let pass.

use super::*;

const ID: &str = "11010519491231002X";
const CREDIT: &str = "91350100M000100Y43";

#[track_caller]
fn finds(text: &str, expected: Hits) {
    let hits = scan(text);
    let certain = Hits { old_id_card: false, bank_card: false, ..hits };
    assert_eq!(certain, expected, "in {text:?}");
}

fn id() -> Hits {
    Hits { id_card: true, ..Hits::default() }
}
fn credit() -> Hits {
    Hits { credit_code: true, ..Hits::default() }
}
fn mobile() -> Hits {
    Hits { mobile: true, ..Hits::default() }
}

#[test]
fn finds_an_identity_number_wherever_it_stands() {
    for text in [
        ID.to_owned(),
        ID.to_lowercase(),
        format!("身份证号：{ID}。"),
        format!("abc{ID}def"),
        format!("77{ID}"),
        format!("{ID}77"),
        format!("9{ID}X"),
        format!("deadbeefdeadbeef{ID}deadbeef"),
    ] {
        finds(&text, id());
    }
}

#[test]
fn finds_an_identity_number_in_groups() {
    for text in [
        "110105 19491231 002X",
        "110105-1949-12-31-002X",
        "110105-19491231 002X",
        "110105.19491231.002X",
        "110 105 194 912 310 02X",
        "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X",
        "1101 0519 4912 3100 2X",
        "5 110105 19491231 002X 7",
        "110105／19491231／002Ｘ",
        "110105\t19491231\n002X",
        "11010519491231002-X",
    ] {
        finds(text, id());
    }
}

#[test]
fn a_part_of_a_cut_identity_number_can_be_a_mobile_number_too() {
    finds("110105.19491231002X", Hits { mobile: true, ..id() });
}

#[test]
fn finds_an_identity_number_in_other_digits() {
    for text in [
        "１１０１０５１９４９１２３１００２Ｘ",
        "١١٠١٠٥١٩٤٩١٢٣١٠٠٢X",
        "一一〇一〇五一九四九一二三一〇〇二X",
        "壹壹零壹零伍壹玖肆玖壹贰叁壹零零贰X",
        "①①⓪①⓪⑤①⑨④⑨①②③①⓪⓪②Ⅹ",
        "𝟏𝟏𝟎𝟏𝟎𝟓𝟏𝟗𝟒𝟗𝟏𝟐𝟑𝟏𝟎𝟎𝟐X",
        "110105\u{200B}19491231\u{FEFF}002X",
        "11010519491231002Х",
    ] {
        finds(text, id());
    }
}

#[test]
fn lets_pass_what_only_looks_like_an_identity_number() {
    for text in [
        "110105194912310021",
        "11010519491331002X",
        "1101051949123100",
        "113.912345678901234",
        "114.057868,22.543099;114.057870,22.543101",
        "2026-01-02 13:45:00, 2026-01-03 09:00:00",
        "三亚市吉阳区迎宾路",
        "",
    ] {
        finds(text, Hits::default());
    }
}

#[test]
fn finds_a_credit_code_alone_in_text_and_in_groups() {
    for text in [
        CREDIT.to_owned(),
        CREDIT.to_lowercase(),
        format!("代码{CREDIT}的企业"),
        format!("ORG{CREDIT}"),
        format!("{CREDIT}Z9"),
        "9135 0100 M000 100Y 43".to_owned(),
        "91-350100-M000100Y-4-3".to_owned(),
        "９１３５０１００Ｍ０００１００Ｙ４３".to_owned(),
    ] {
        finds(&text, credit());
    }
    finds("91350100M000100Y44", Hits::default());
    finds("99350100M000100Y43", Hits::default());
}

#[test]
fn finds_a_mobile_number_but_not_a_piece_of_a_longer_number() {
    for text in [
        "13812345678",
        "电话13812345678，张先生",
        "tel13812345678x",
        "+86 13812345678",
        "+8613812345678",
        "008613812345678",
        "138-1234-5678",
        "138 1234 5678",
        "(+86) 138-1234-5678",
        "１３８１２３４５６７８",
        "一三八一二三四五六七八",
        "1-3-8-1-2-3-4-5-6-7-8",
    ] {
        finds(text, mobile());
    }
    for text in ["138123456789", "12812345678", "1381234567", "0731-88665000", "a3f13812345678be93ffaa00de"] {
        finds(text, Hits::default());
    }
}

#[test]
fn finds_identifiers_in_whole_numbers() {
    assert!(scan_whole(440_524_188_001_010_014).id_card);
    assert!(scan_whole(-440_524_188_001_010_014).id_card);
    assert!(scan_whole(13_812_345_678).mobile);
    for value in [0, 42, 9_999_999_999, 440_524_188_001_010_015, i128::MIN, i128::MAX] {
        assert!(!scan_whole(value).is_certain(), "{value}");
    }
}

#[test]
fn knows_an_identity_number_that_a_double_has_rounded() {
    assert!(is_rounded_id_card(440_524_188_001_010_014.0));
    for value in [0.0, 4.4e17, -4.405_241_880_010_1e17, f64::NAN, f64::INFINITY, 440_524_188_013_010_014.0 + 3e6] {
        assert!(!is_rounded_id_card(value), "{value}");
    }
}

#[test]
fn suspects_old_identity_numbers_and_bank_cards() {
    assert!(scan("110105491231002").old_id_card);
    assert!(!scan("110105491331002").old_id_card);
    assert!(scan("6222021001116245703").bank_card || scan("6222021001116245702").bank_card);
    assert!(scan("4111111111111111").bank_card && !scan("4111111111111112").bank_card);
}
