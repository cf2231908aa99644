//! The published description: kept as a file, true to the routes.

use serde_json::Value;
use shuyu_server::openapi;
use shuyu_server::router::routes;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

pub(crate) fn document() -> Value {
    serde_json::to_value(openapi::document()).unwrap()
}

#[test]
fn the_description_in_the_repository_is_the_one_that_is_served() {
    let served = format!("{}\n", serde_json::to_string_pretty(&document()).unwrap());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(FILE, &served).unwrap();
    }
    let kept = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(
        kept == served,
        "docs/openapi.json is not what is served; run this test with UPDATE=1 and look at the difference"
    );
}

#[test]
fn it_is_openapi_3_1_and_every_route_is_in_it() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    for route in routes() {
        let path = route.path.replace("{*", "{");
        let operation = &document["paths"][&path][route.method.as_str().to_lowercase()];
        assert!(operation.is_object(), "{} {path} is not described", route.method);
        assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.')), "{path}");
        for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            assert!(
                parameters.iter().any(|p| p["name"] == name && p["in"] == "path"),
                "{path}: `{name}` is not described"
            );
        }
    }
}

#[test]
fn whatever_is_referred_to_is_there_and_each_operation_has_a_name_of_its_own() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(document["components"]["schemas"][reference].is_object(), "`{reference}` is not published");
    }
    let mut names: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
