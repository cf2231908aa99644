//! The story of 江城市, told by the real program over HTTP: the whole path, and
//! everything on the way that must be refused.

use tempfile::TempDir;

use crate::process::{Place, Server, run, verify};

const RESIDENTS: &str = "600";

fn demo(place: &Place, more: &[&str]) -> String {
    let fixed = ["demo", "--once", "--residents", RESIDENTS, "--listen", "127.0.0.1:0", "--data", place.data()];
    let (status, printed) = run(place, &[&fixed[..], more].concat());
    assert!(status.success(), "the story broke off:\n{printed}");
    printed
}

#[test]
fn the_story_is_told_from_the_first_table_to_the_proof() {
    let data = TempDir::new().unwrap();
    let place = Place::plain(data.path());
    let printed = demo(&place, &[]);
    // Every thing that the issue of a real platform must refuse, with its reason.
    for code in ["WRK-", "AIR-", "DLV-015", "REG-012", "REG-007", "CAS-", "STL-003"] {
        assert!(printed.contains(code), "no refusal {code} in\n{printed}");
    }
    verify(&place);
    for line in shown_in_the_readme() {
        assert!(printed.lines().any(|told| without_time(told) == line), "README shows what is not told:\n{line}");
    }
}

/// The lines that README.md quotes from the story, without their times.
fn shown_in_the_readme() -> Vec<String> {
    let readme = std::fs::read_to_string(crate::root().join("README.md")).unwrap();
    let quote = readme.split("```").skip(1).step_by(2).find(|block| block.contains('✓'));
    let lines: Vec<_> = quote.unwrap().lines().filter(|line| !line.trim().is_empty()).map(without_time).collect();
    assert!(lines.len() > 2, "{lines:?}");
    lines
}

fn without_time(line: &str) -> String {
    line.rsplit_once("  [").filter(|(_, time)| time.ends_with(" s]")).map_or(line, |(text, _)| text).to_owned()
}

#[test]
fn the_story_is_the_same_under_national_cryptography() {
    let data = TempDir::new().unwrap();
    let place = Place::plain(data.path());
    demo(&place, &["--profile", "guomi"]);
    let printed = verify(&place);
    assert!(printed.contains("sm3"), "{printed}");
}

#[test]
fn a_demonstration_begins_in_no_folder_that_holds_a_city() {
    let data = TempDir::new().unwrap();
    let place = Place::plain(data.path());
    let code = shuyu_town::story::cast::PLATFORM.credit_code();
    let (status, printed) = run(&place, &["admin", "bootstrap", "--credit-code", &code, "--data", place.data()]);
    assert!(status.success(), "{printed}");
    let before = verify(&place);
    let (status, printed) = run(&place, &["demo", "--once", "--listen", "127.0.0.1:0", "--data", place.data()]);
    assert!(!status.success() && printed.contains("is no demonstration's folder"), "{printed}");
    assert!(!data.path().join("clock").exists(), "the city's clock was moved");
    assert_eq!(verify(&place), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_was_stopped_goes_on_where_it_was() {
    let data = TempDir::new().unwrap();
    let place = Place::plain(data.path());
    demo(&place, &[]);
    let before = verify(&place);
    let server = Server::start(&place, &[]).await;
    let page = reqwest::get(format!("{}/", server.base)).await.unwrap();
    // A browser shows a page as what it is said to be.
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    for shown in ["授权", "公益事业", "免费 free", "¥0.50"] {
        assert!(page.contains(shown), "{shown} is not on {page}");
    }
    server.stop();
    assert!(!before.is_empty() && !verify(&place).is_empty());
}
