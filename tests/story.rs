//! The story of 江城市, told by the real program over HTTP: the whole path, and
//! everything on the way that must be refused.

use tempfile::TempDir;

use crate::process::{Server, run, verify};

const RESIDENTS: &str = "600";

fn demo(data: &TempDir, more: &[&str]) -> String {
    let folder = data.path().to_str().expect("a plain path");
    let fixed = ["demo", "--once", "--residents", RESIDENTS, "--listen", "127.0.0.1:0", "--data", folder];
    let (status, printed) = run(&[&fixed[..], more].concat());
    assert!(status.success(), "the story broke off:\n{printed}");
    printed
}

#[test]
fn the_story_is_told_from_the_first_table_to_the_proof() {
    let data = TempDir::new().unwrap();
    let printed = demo(&data, &[]);
    // Every thing that the issue of a real platform must refuse, with its reason.
    for code in ["WRK-", "AIR-", "DLV-015", "REG-012", "REG-007", "CAS-", "STL-003"] {
        assert!(printed.contains(code), "no refusal {code} in\n{printed}");
    }
    verify(data.path());
}

#[test]
fn the_story_is_the_same_under_national_cryptography() {
    let data = TempDir::new().unwrap();
    demo(&data, &["--profile", "guomi"]);
    let printed = verify(data.path());
    assert!(printed.contains("sm3"), "{printed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_city_that_was_stopped_goes_on_where_it_was() {
    let data = TempDir::new().unwrap();
    demo(&data, &[]);
    let before = verify(data.path());
    let server = Server::start(data.path(), &[]).await;
    let page = reqwest::get(format!("{}/", server.base)).await.unwrap();
    // A browser shows a page as what it is said to be.
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    assert!(page.contains("授权"), "{page}");
    server.stop();
    assert!(!before.is_empty() && !verify(data.path()).is_empty());
}
