//! What a regime file may say, and how it is told that it may not.

mod diffs;
mod facts;
mod mistakes;
mod money;
mod security;

use super::words::{self, Body, Mode};
use super::*;

pub(super) const FILES: [(&str, &str); 5] = [
    ("changchun-2025", include_str!("../../../../regimes/changchun-2025/regime.toml")),
    ("changsha-2023", include_str!("../../../../regimes/changsha-2023/regime.toml")),
    ("changsha-2026", include_str!("../../../../regimes/changsha-2026/regime.toml")),
    ("luohu-2025", include_str!("../../../../regimes/luohu-2025/regime.toml")),
    ("xianning-2025", include_str!("../../../../regimes/xianning-2025/regime.toml")),
];
pub(super) const NATIONAL: &str = include_str!("../../../../regimes/national/national.toml");

#[track_caller]
pub(super) fn parsed(code: &str) -> Regime {
    let text = FILES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text).unwrap_or_default();
    match Regime::parse(code, text) {
        Ok(regime) => regime,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_shipped_file_parses_and_cites() {
    let regime = parsed("changsha-2026");
    assert_eq!(regime.stamp(), "changsha-2026@1");
    assert_eq!(regime.last_day(), Some(jiff::civil::date(2031, 3, 4)));
    assert_eq!(regime.cite(&regime.agreement.years_max), "changsha-2026 三(三)");
    assert_eq!(regime.cite(&regime.release.cell_count_min), "changsha-2026 setting");
    assert_eq!(regime.ban(Ban::Redevelopment).as_deref(), Some("changsha-2026 七(二)2"));
    let Some(release) = regime.procedure.get(&ProcedureKind::Release) else { panic!("no release procedure") };
    let Some(review) = release.steps.last() else { panic!("no step") };
    assert_eq!(regime.cite_step(release, review, "signatures"), "changsha-2026 setting");
    assert_eq!(regime.cite_step(release, review, ""), "changsha-2026 十");
}

#[test]
fn all_five_parse_and_say_who_is_who() {
    for (code, _) in FILES {
        let regime = parsed(code);
        assert_eq!(regime.code, code);
        let here = regime.roles_here().count();
        assert_eq!((regime.words.len(), regime.duties.len()), (here, here), "{code}");
        assert_eq!(regime.has_role(Role::Processor), code == "changsha-2023", "{code}");
        assert!(!regime.bans.is_empty(), "{code}");
    }
}

/// Section 1 of the comparison, in the words of the files.
#[test]
fn each_document_says_its_own() {
    type Row = (&'static str, u8, bool, Option<u8>, usize, Option<jiff::civil::Date>);
    let rows: [Row; 5] = [
        ("changchun-2025", 5, true, None, 2, None),
        ("changsha-2023", 3, false, None, 1, None),
        ("changsha-2026", 5, true, Some(5), 2, Some(jiff::civil::date(2031, 3, 4))),
        ("luohu-2025", 2, false, Some(2), 1, Some(jiff::civil::date(2027, 11, 24))),
        ("xianning-2025", 3, true, Some(3), 2, Some(jiff::civil::date(2028, 9, 23))),
    ];
    for (code, years_max, has_ban, years, modes, last_day) in rows {
        let regime = parsed(code);
        assert_eq!(regime.agreement.years_max.value, years_max, "{code}");
        assert_eq!(regime.agreement.operator_may_not_redevelop.value, has_ban, "{code}");
        assert_eq!(regime.bans.contains_key(&Ban::Redevelopment), has_ban, "{code}");
        assert_eq!(regime.in_force.years, years, "{code}");
        assert_eq!(regime.mode.allowed.value.len(), modes, "{code}");
        assert_eq!(regime.last_day(), last_day, "{code}");
    }
}

#[test]
fn a_draft_holds_on_no_day_until_it_is_tried_and_says_so() {
    let (draft, day) = (parsed("changsha-2023"), jiff::civil::date(2026, 6, 1));
    assert!(!draft.holds_on(day));
    let tried = draft.tried_from(day);
    assert!(tried.holds_on(day) && !tried.holds_on(jiff::civil::date(2026, 5, 31)));
    assert!(tried.holds_on(jiff::civil::date(2090, 1, 1)), "it has no end");
    assert_eq!(tried.stamp(), "changsha-2023@1-draft");
    // A document in force is what it is, whatever day somebody asks for.
    let law = parsed("luohu-2025");
    assert_eq!(law.clone().tried_from(day), law);
}

#[test]
fn a_document_holds_from_its_first_day_to_its_last() {
    let luohu = parsed("luohu-2025");
    let days = [((2025, 11, 24), false), ((2025, 11, 25), true), ((2027, 11, 24), true), ((2027, 11, 25), false)];
    for ((year, month, day), expected) in days {
        assert_eq!(luohu.holds_on(jiff::civil::date(year, month, day)), expected, "{year}-{month}-{day}");
    }
}

#[test]
fn national_sources_are_known_by_name() {
    let national = match National::parse("national.toml", NATIONAL) {
        Ok(national) => national,
        Err(error) => panic!("{error}"),
    };
    assert_eq!(
        national.document_of("N27 14(2)").map(|found| found.title.as_str()),
        Some("公共数据资源授权运营实施规范(试行)")
    );
    assert_eq!(national.document_of("22"), None);
    assert_eq!(national.document_of("N270"), None);
    let latin = |source: &str| source.starts_with(|c: char| c.is_ascii_uppercase());
    for (code, text) in FILES {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            for source in line.split("source = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
                assert!(!latin(source) || national.document_of(source).is_some(), "{code}: {source}");
            }
        }
    }
}

#[test]
fn words_have_one_chinese_name_each_and_read_back() {
    for body in Body::ALL {
        assert_eq!(serde_json::to_string(body).ok(), Some(format!("\"{}\"", body.word())));
        assert_eq!(words::zh(body.word()), body.zh());
    }
    for ban in Ban::ALL {
        assert_eq!(serde_json::to_string(ban).ok(), Some(format!("\"{}\"", ban.word())));
    }
    for kind in ProcedureKind::ALL {
        assert_eq!(serde_json::to_string(kind).ok(), Some(format!("\"{}\"", kind.word())));
        assert_eq!(ProcedureKind::parse(kind.word()), Some(*kind));
    }
    assert_eq!(words::zh(Mode::Sector.word()), Mode::Sector.zh());
}

/// Every ban that the engine knows is in force in one of the five documents.
#[test]
fn no_ban_is_known_that_no_document_has() {
    let regimes = FILES.map(|(code, _)| parsed(code));
    for ban in Ban::ALL {
        assert!(regimes.iter().any(|regime| regime.bans.contains_key(ban)), "{}", ban.word());
    }
    for kind in ProcedureKind::ALL {
        assert!(regimes.iter().any(|regime| regime.procedure.contains_key(kind)), "{}", kind.word());
    }
}
