//! The description says what there is, and its browser needs nothing from elsewhere.

use std::collections::BTreeSet;

use moniflux_domain::draft::Draft;
use serde_json::{Map, Value, json};

use super::Api;
use crate::routes;
use crate::routes::dashboard::ASSETS;
use crate::routes::description::BROWSER_FILES;

#[actix_web::test]
async fn every_route_is_described_and_nothing_else_is() {
    let description = Api::new().get("/openapi.json").await.json();
    let described: BTreeSet<_> = description["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let routed: BTreeSet<_> = routes::table()
        .into_iter()
        .filter(|entry| ![BROWSER_FILES, ASSETS].contains(&entry.path))
        .flat_map(|entry| entry.routes.into_iter().map(move |(method, _)| format!("{method} {}", entry.path)))
        .collect();
    assert_eq!(described, routed);
}

#[actix_web::test]
async fn the_description_is_whole() {
    let description = Api::new().get("/openapi.json").await.json();
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    let schemas = description["components"]["schemas"].as_object().unwrap();
    for reference in references(&description) {
        let name = reference.strip_prefix("#/components/schemas/").unwrap();
        assert!(schemas.contains_key(name), "{reference} leads nowhere");
    }
    let mut names = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            assert!(
                operation["description"].is_string() || operation["summary"].is_string(),
                "{method} {path}"
            );
            assert!(
                names.insert(operation["operationId"].as_str().unwrap()),
                "{method} {path} has another's name"
            );
            let in_path = path.matches('{').count();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            assert_eq!(
                parameters.iter().filter(|parameter| parameter["in"] == "path").count(),
                in_path,
                "{path}"
            );
        }
    }
}

/// The dashboard's types are made from this copy, so that a change of the API that the dashboard does not know of fails.
const COPY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/dashboard/openapi.json");

#[actix_web::test]
async fn the_dashboard_is_built_against_this_description() {
    let description = Api::new().get("/openapi.json").await.json();
    let copy: Value = serde_json::from_str(&std::fs::read_to_string(COPY).unwrap()).unwrap();
    assert!(copy == description, "{COPY} is of another version of the API; `make openapi` writes it anew");
}

#[actix_web::test]
#[ignore = "writes the copy: `make openapi`"]
async fn the_copy_is_written_anew() {
    let description = Api::new().get("/openapi.json").await.json();
    std::fs::write(COPY, format!("{description:#}\n")).unwrap();
}

fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let own = object.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(object.values().flat_map(references)).collect()
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

#[actix_web::test]
async fn the_fields_described_for_requests_are_those_that_are_read() {
    let description = Api::new().get("/openapi.json").await.json();
    let schemas = &description["components"]["schemas"];
    let examples = |schema: &str| -> Map<String, Value> {
        let properties = schemas[schema]["properties"].as_object().unwrap();
        properties.iter().map(|(name, property)| (name.clone(), property["example"].clone())).collect()
    };
    let mut body = examples("TestFields");
    body.insert("destination".to_owned(), Value::Object(examples("DestinationFields")));
    let names: Vec<_> = body.keys().map(String::as_str).collect();
    let original = [
        "testID",
        "userID",
        "logType",
        "logRate",
        "logSize",
        "metricsRate",
        "traceRate",
        "duration",
        "destination",
        "schedule",
    ];
    for field in original {
        assert!(names.contains(&field), "{field} is not described");
    }
    let misspelt = Draft::read(&json!({"zzz": 1})).unwrap_err().to_string();
    let (_, read) = misspelt.split_once("known are ").unwrap();
    assert_eq!(names.join(", "), read, "what is described is not what is read");
    Draft::read(&Value::Object(body)).unwrap().into_spec().unwrap();
}

#[actix_web::test]
async fn the_shape_of_a_test_is_described_as_it_is_answered() {
    let api = Api::new();
    let answered = api.post("/create-test", super::full_body("t")).await.json();
    let description = api.get("/openapi.json").await.json();
    let described = description["components"]["schemas"]["Test"]["properties"].as_object().unwrap();
    let names = |object: &Map<String, Value>| object.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(described), names(answered.as_object().unwrap()));
}

#[actix_web::test]
async fn the_browser_is_served_whole_and_may_load_nothing_from_elsewhere() {
    let api = Api::new();
    let redirect = api.get("/docs").await;
    assert_eq!((redirect.status.as_u16(), redirect.header("location")), (308, "docs/"));

    let page = api.get("/docs/").await;
    assert!(page.header("content-security-policy").starts_with("default-src 'self';"));
    let attributes = ["src=\"", "href=\""];
    let named: Vec<_> = attributes.iter().flat_map(|name| page.text().split(name).skip(1)).collect();
    let named: Vec<_> = named.iter().filter_map(|rest| rest.split_once('"')).map(|(file, _)| file).collect();
    assert!(named.len() >= 5, "{}", page.text());
    for file in named {
        assert!(!file.contains("//"), "{file} is elsewhere");
        let answer = api.get(&format!("/docs/{}", file.trim_start_matches("./"))).await;
        assert!(answer.status.is_success() && !answer.body.is_empty(), "{file}");
    }

    let settings = api.get("/docs/swagger-initializer.js").await;
    assert!(!settings.text().contains("://"), "{}", settings.text());
    for setting in [r#""url": "../openapi.json""#, r#""validatorUrl": "none""#] {
        assert!(settings.text().contains(setting), "{setting} is not in {}", settings.text());
    }
}
