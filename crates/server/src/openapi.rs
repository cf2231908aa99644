//! The description of the API, put together from the routes themselves.

use std::collections::BTreeMap;

use axum::http::Method;
use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn, PathItem, PathsBuilder,
};
use utoipa::openapi::response::{ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, Required};

use crate::error::{ProblemDocument, ReasonDocument};
use crate::needs::Needs;
use crate::router::{Route, routes};
use crate::sessions::{COOKIE, CSRF_HEADER};

/// The whole document.
pub fn document() -> OpenApi {
    let mut components = ComponentsBuilder::new()
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE))))
        .security_scheme("csrf", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new(CSRF_HEADER))))
        .security_scheme(
            "client_signature",
            SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(
                "signature",
                "RFC 9421 with Ed25519 over `@method`, `@path`, `content-digest`",
            ))),
        )
        .schema_from::<ReasonDocument>()
        .schema_from::<ProblemDocument>();
    let mut items: BTreeMap<&'static str, PathItem> = BTreeMap::new();
    for route in routes() {
        for (name, schema) in &route.doc.schemas {
            components = components.schema(name.clone(), schema.clone());
        }
        let method = match route.method {
            Method::POST => HttpMethod::Post,
            Method::PUT => HttpMethod::Put,
            Method::DELETE => HttpMethod::Delete,
            _ => HttpMethod::Get,
        };
        let item = PathItem::new(method, operation(&route));
        match items.entry(route.path) {
            std::collections::btree_map::Entry::Occupied(mut there) => there.get_mut().merge_operations(item),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(item);
            }
        }
    }
    let paths =
        items.into_iter().fold(PathsBuilder::new(), |paths, (path, item)| paths.path(path.replace("{*", "{"), item));
    let info = InfoBuilder::new()
        .title("Shuyu 数域")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("Times are microseconds of UTC in fields `…_at`, money is fen in fields `…_fen`."))
        .build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components.build())).build()
}

fn operation(route: &Route) -> Operation {
    let tag = route.name.split('.').next().unwrap_or_default().to_owned();
    let is_unsafe = !route.method.is_safe();
    let mut operation = OperationBuilder::new()
        .operation_id(Some(route.name.replace('.', "_")))
        .tag(tag)
        .summary(Some(route.summary))
        .description(route.needs.action().map(|action| format!("Needs `{action}` (see `policies/`).")))
        .request_body(route.doc.body.clone());
    for parameter in route.doc.parameters.iter().cloned().chain(wildcard(route)).chain(idempotency(route)) {
        operation = operation.parameter(parameter);
    }
    operation = match route.needs {
        Needs::Nothing => operation,
        Needs::ClientSignature | Needs::PeerSignature => operation.security(requirement(&["client_signature"])),
        _ if is_unsafe => operation.security(requirement(&["session", "csrf"])),
        _ => operation.security(requirement(&["session"])),
    };
    let mut responses = ResponsesBuilder::new();
    for (status, response) in &route.doc.responses {
        responses = responses.response(status.clone(), response.clone());
    }
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemDocument::name()))).build();
    let problem = ResponseBuilder::new()
        .description("A refusal with its reasons, a mistake with a hint, or a fault with its number")
        .content("application/problem+json", problem)
        .build();
    operation.responses(responses.response("default", problem).build()).build()
}

fn requirement(names: &[&str]) -> SecurityRequirement {
    names.iter().fold(SecurityRequirement::default(), |all, name| all.add(*name, Vec::<String>::new()))
}

fn wildcard(route: &Route) -> Option<Parameter> {
    let name = route.path.split("{*").nth(1)?.strip_suffix('}')?;
    Some(text_parameter(name, ParameterIn::Path, Required::True, "the rest of the address"))
}

fn idempotency(route: &Route) -> Option<Parameter> {
    let takes_keys = route.method == Method::POST && route.needs.action().is_some();
    takes_keys.then(|| {
        let about = "the same key with the same request is answered alike and done once";
        text_parameter(crate::idempotency::HEADER, ParameterIn::Header, Required::False, about)
    })
}

fn text_parameter(name: &str, place: ParameterIn, required: Required, about: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(about))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .build()
}
