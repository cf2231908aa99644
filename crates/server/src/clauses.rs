//! The clauses of the shipped documents and what carries them, built in; and the
//! page that shows this to everybody (`GET /conformance`).
//!
//! INVARIANT (made once): the page rests on built-in texts alone, so it is made once
//! a process and costs a caller nothing.
//!
//! Not here: the table (`model::conformance`), evidence (`commands/conformance.rs`).

use std::collections::BTreeMap;
use std::sync::OnceLock;

use shuyu_model::clauses::{ClausesError, Document};
use shuyu_model::conformance::{self, Carriers, Styled};

macro_rules! shipped {
    ($($code:literal)*) => {
        &[$(($code, include_str!(concat!("../../../regimes/", $code, "/clauses.toml"))),)*]
    };
}

/// The documents whose clauses are built in.
pub(crate) const SHIPPED: &[(&str, &str)] =
    shipped!("changchun-2025" "changsha-2023" "changsha-2026" "luohu-2025" "xianning-2025");
const CARRIERS: &str = include_str!("../../../docs/carriers.toml");
/// Where the page's style lies: a file, as the policy allows no inline style.
pub(crate) const STYLE_PATH: &str = "/conformance.css";

/// The clauses of a document; `None` for one that is not shipped.
pub(crate) fn document(code: &str) -> Option<Result<Document, ClausesError>> {
    let (_, text) = SHIPPED.iter().find(|(shipped, _)| *shipped == code)?;
    Some(Document::parse(&format!("{code}/clauses.toml"), text))
}

/// What carries them.
pub(crate) fn carriers() -> Result<Carriers, ClausesError> {
    Carriers::parse("docs/carriers.toml", CARRIERS)
}

/// The page of each document.
type Pages = BTreeMap<&'static str, String>;

/// The page of a document; `None` for one that is not shipped.
pub(crate) fn page(code: &str) -> Result<Option<&'static str>, &'static ClausesError> {
    static PAGES: OnceLock<Result<Pages, ClausesError>> = OnceLock::new();
    let pages = PAGES.get_or_init(|| {
        let carriers = carriers()?;
        let mut pages = Pages::new();
        for (code, text) in SHIPPED {
            let document = Document::parse(&format!("{code}/clauses.toml"), text)?;
            let rows = conformance::table(&document.clauses, &carriers, &BTreeMap::new());
            pages.insert(code, conformance::page(&document, &rows, Styled::By(STYLE_PATH)));
        }
        Ok(pages)
    });
    Ok(pages.as_ref()?.get(code).map(String::as_str))
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_shipped_document_has_its_page_with_nothing_inline() {
        for (code, _) in super::SHIPPED {
            let page = super::page(code).unwrap().unwrap();
            assert!(page.contains("<link rel=\"stylesheet\" href=\"/conformance.css\">"), "{code}");
            assert!(!page.contains("<style") && !page.contains("style=") && !page.contains("<script"), "{code}");
        }
        assert_eq!(super::page("atlantis-2025"), Ok(None));
    }
}
