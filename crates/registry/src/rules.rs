//! The rules to work under: a regime and the calendar its periods are counted on.
//! The shipped files are built in, so that the executable stands alone; a
//! directory of the same shape can take their place.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shuyu_model::calendar::CalendarError;
use shuyu_model::regime::{National, RegimeError, line_of};
use shuyu_model::{Calendar, Regime};

/// The regime that holds unless another one is asked for.
pub const SHIPPED_CODE: &str = "changsha-2026";

macro_rules! shipped {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!("../../../regimes/", $code, "/regime.toml"))),)*]
    };
}

/// Every regime in `regimes`.
const SHIPPED: &[(&str, &str)] =
    shipped!("changchun-2025" "changsha-2023" "changsha-2026" "luohu-2025" "xianning-2025");

/// The numbers of national rules.
const NATIONAL: &str = include_str!("../../../regimes/national/national.toml");

macro_rules! notices {
    ($($year:literal)*) => {
        &[$((concat!($year, ".json"), include_str!(concat!("../../../regimes/calendar/", $year, ".json"))),)*]
    };
}

/// Every holiday notice in `regimes/calendar`.
const NOTICES: &[(&str, &str)] = notices!("2020" "2021" "2022" "2023" "2024" "2025" "2026");

/// A regime, the national rules above it and a calendar.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The regime.
    pub regime: Arc<Regime>,
    /// The national rules.
    pub national: Arc<National>,
    /// The calendar.
    pub calendar: Arc<Calendar>,
}

/// Why rules cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// A file cannot be read.
    #[error("`{}` cannot be read", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A regime file is wrong.
    #[error(transparent)]
    Regime(#[from] RegimeError),
    /// A holiday notice is wrong.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// There is no such regime.
    #[error("there is no regime `{code}`; known are: {known}")]
    Unknown {
        /// What was asked for.
        code: String,
        /// What there is.
        known: String,
    },
    /// A file is not named after what it holds.
    #[error(
        "the rule file `{}` line {line}: it holds the regime `{code}`; its folder must have that name",
        path.display()
    )]
    Misplaced {
        /// Which file.
        path: PathBuf,
        /// The line of its `code`.
        line: usize,
        /// What it holds.
        code: String,
    },
}

/// The codes of the regimes that are built in.
pub fn codes() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(code, _)| *code)
}

/// The rules that are built in.
pub fn shipped(code: &str) -> Result<Rules, RulesError> {
    let known = || codes().collect::<Vec<_>>().join(", ");
    let (_, text) = SHIPPED
        .iter()
        .find(|(shipped, _)| *shipped == code)
        .ok_or_else(|| RulesError::Unknown { code: code.to_owned(), known: known() })?;
    let mut calendar = Calendar::default();
    for (name, notice) in NOTICES {
        calendar.add_notice(name, notice)?;
    }
    let regime = Regime::parse(&format!("{code}/regime.toml"), text)?;
    let national = National::parse("national/national.toml", NATIONAL)?;
    Ok(Rules { regime: Arc::new(regime), national: Arc::new(national), calendar: Arc::new(calendar) })
}

/// The rules in a directory: `CODE/regime.toml`, `national/national.toml` and
/// `calendar/YEAR.json`.
pub fn load(dir: &Path, code: &str) -> Result<Rules, RulesError> {
    let path = dir.join(code).join("regime.toml");
    if !path.is_file() {
        let mut known: Vec<String> = list(dir)?
            .into_iter()
            .filter(|path| path.join("regime.toml").is_file())
            .filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
            .collect();
        known.sort();
        return Err(RulesError::Unknown { code: code.to_owned(), known: known.join(", ") });
    }
    let text = read(&path)?;
    let regime = Regime::parse(&path.display().to_string(), &text)?;
    if regime.code != code {
        return Err(RulesError::Misplaced { path, line: line_of(&text, "code"), code: regime.code });
    }
    let path = dir.join("national").join("national.toml");
    let national = National::parse(&path.display().to_string(), &read(&path)?)?;
    let mut calendar = Calendar::default();
    for notice in list(&dir.join("calendar"))? {
        if notice.extension().is_some_and(|extension| extension == "json") {
            calendar.add_notice(&notice.display().to_string(), &read(&notice)?)?;
        }
    }
    Ok(Rules { regime: Arc::new(regime), national: Arc::new(national), calendar: Arc::new(calendar) })
}

fn read(path: &Path) -> Result<String, RulesError> {
    std::fs::read_to_string(path).map_err(|source| RulesError::File { path: path.to_path_buf(), source })
}

fn list(dir: &Path) -> Result<Vec<PathBuf>, RulesError> {
    let file = |source| RulesError::File { path: dir.to_path_buf(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(file)? {
        found.push(entry.map_err(file)?.path());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use shuyu_model::regime::ProcedureKind;
    use shuyu_model::registration::RegistrationKind;

    use super::*;

    fn repository() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../regimes")
    }

    #[test]
    fn what_is_built_in_is_what_lies_in_the_folder() {
        for code in codes() {
            let (built_in, folder) = (shipped(code).unwrap(), load(&repository(), code).unwrap());
            assert_eq!(built_in.regime, folder.regime);
            assert_eq!(built_in.national, folder.national);
            assert_eq!(built_in.regime.code, code);
        }
        let (built_in, folder) = (shipped(SHIPPED_CODE).unwrap(), load(&repository(), SHIPPED_CODE).unwrap());
        let day = |n: i16| jiff::civil::date(n, 9, 28);
        for year in 2019..=2027 {
            assert_eq!(built_in.calendar.after(day(year), 10), folder.calendar.after(day(year), 10), "{year}");
            assert_eq!(built_in.calendar.after(day(year), 10).is_estimated, !(2020..=2026).contains(&year), "{year}");
        }
    }

    #[test]
    fn ten_working_days_over_the_national_holiday_of_2026() {
        // Off: 25 to 27 September, 1 to 7 October; worked: Sunday 20 September, Saturday 10 October.
        let calendar = shipped(SHIPPED_CODE).unwrap().calendar;
        let after = calendar.after(jiff::civil::date(2026, 9, 21), 10);
        assert_eq!((after.day, after.is_estimated), (jiff::civil::date(2026, 10, 12), false));
    }

    #[test]
    fn an_unknown_regime_is_told_what_there_is() {
        let error = load(&repository(), "changsha").unwrap_err().to_string();
        let known = codes().collect::<Vec<_>>().join(", ");
        assert_eq!(
            error,
            format!("there is no regime `changsha`; known are: {known}"),
            "a folder that is not built in"
        );
        assert!(shipped("x").is_err());
        assert!(load(Path::new("/nowhere"), "x").is_err());
    }

    /// What a city's file repeats of a national rule is what that rule says.
    #[test]
    fn no_regime_repeats_a_national_number_wrongly() {
        for code in codes() {
            let Rules { regime, national, .. } = shipped(code).unwrap();
            let (own, above) = (&regime.registration, &national.registration);
            assert_eq!(own.first_working_days_max, above.first_working_days_max, "{code}");
            assert_eq!(own.renewal_days_before, above.renewal_days_before, "{code}");
            assert_eq!(own.renewal_years_max, above.renewal_years_max, "{code}");
            assert_eq!(own.cancellation_working_days_max, above.cancellation_working_days_max, "{code}");
            assert_eq!(regime.resource.registration_years, above.years, "{code}");
            let cap = &national.operation.agreement_years_max;
            assert!(regime.agreement.years_max.value <= cap.value, "{code}");
            let decides = |kind: &&ProcedureKind| RegistrationKind::of(**kind).is_some();
            let steps = ProcedureKind::ALL.iter().filter(decides).flat_map(|kind| &regime.procedure[kind].steps);
            for step in steps {
                let (max, min) = match step.source.as_deref() {
                    Some("N26 10") => (Some(above.acceptance_working_days_max.value), None),
                    Some("N26 11") => (Some(above.review_working_days_max.value), None),
                    Some("N26 12") => (None, Some(above.notice_working_days.value)),
                    Some("N26 9(4)") => (Some(above.cancellation_working_days_max.value), None),
                    // The document's own, at the exchange that it names.
                    Some("20") if code == "changsha-2023" => (None, None),
                    other => panic!("{code}: {other:?}"),
                };
                assert_eq!((step.working_days_max, step.working_days_min), (max, min), "{code}: {}", step.step);
            }
        }
    }

    #[test]
    fn a_folder_of_another_name_is_told_with_its_line() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("changsha-2027");
        std::fs::create_dir(&folder).unwrap();
        let file = folder.join("regime.toml");
        std::fs::copy(repository().join(SHIPPED_CODE).join("regime.toml"), &file).unwrap();
        let line = line_of(&std::fs::read_to_string(&file).unwrap(), "code");
        let error = load(dir.path(), "changsha-2027").unwrap_err().to_string();
        assert!(line > 1 && error.contains(&format!("line {line}: ")), "{error}");
        assert!(error.contains("it holds the regime `changsha-2026`; its folder must have that name"), "{error}");
    }
}
