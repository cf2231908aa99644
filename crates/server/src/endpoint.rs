//! The parts that handlers are made of: what they take from a request and what
//! they give back. Each part reads itself, refuses what it cannot read with a
//! hint, and describes itself for OpenAPI; so the document cannot differ from
//! the code.
//!
//! Not here: who may call (`guard`), and the list of routes (`router`).

mod given;
mod shape;
mod taken;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use utoipa::ToSchema;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, Response as ResponseDoc, Schema};

use crate::app::App;
use crate::error::Problem;

pub(crate) use given::etag;
pub use given::{Accepted, Bytes, Created, Done, Html, Media, Raw, RawJson, Shown, Text};
pub use shape::{ListShape, Listed, Shaped, Shared};
pub(crate) use taken::read_body;
pub use taken::{
    Asked, At, FiledWith, IfMatch, InPath, Json, Numbered, OfOrganisation, PageAsked, Seq, Upload, Version, Who, Whole,
};

/// What is known of an operation.
#[derive(Default)]
pub struct Doc {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<RequestBody>,
    pub(crate) responses: Vec<(String, ResponseDoc)>,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

impl Doc {
    fn schema_of<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        RefOr::Ref(Ref::from_schema_name(name))
    }

    fn responds<T: ToSchema>(&mut self, status: StatusCode) {
        let schema = self.schema_of::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new()
            .description(status.canonical_reason().unwrap_or_default())
            .content("application/json", content)
            .build();
        self.responses.push((status.as_str().to_owned(), response));
    }

    /// The body is JSON of this shape, though the handler reads it elsewhere.
    pub(crate) fn takes_json<T: ToSchema>(&mut self) {
        let schema = self.schema_of::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        self.body =
            Some(RequestBodyBuilder::new().required(Some(Required::True)).content("application/json", content).build());
    }

    /// The answer is JSON of this shape, though it is made elsewhere.
    pub(crate) fn gives_json<T: ToSchema>(&mut self) {
        self.responds::<T>(StatusCode::OK);
    }

    fn path_parameter(&mut self, name: &str, pattern: &str) {
        let schema = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build();
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(schema))
            .build();
        self.parameters.push(parameter);
    }

    fn header(&mut self, name: &str, about: &str) {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
            .build();
        self.parameters.push(parameter);
    }
}

/// A part of a handler that describes itself.
pub trait Part {
    /// Adds what it takes or gives.
    fn describe(doc: &mut Doc);
}

/// A handler all of whose parts describe themselves. `T` is its parameters.
pub trait Endpoint<T> {
    /// The description of all parts.
    fn doc() -> Doc;
}

macro_rules! endpoints {
    ($(($($part:ident),*))*) => {$(
        impl<F, Fut, Out, $($part,)*> Endpoint<(Fut, $($part,)*)> for F
        where
            F: FnOnce($($part,)*) -> Fut,
            Fut: Future<Output = Result<Out, Problem>>,
            Out: Part,
            $($part: Part,)*
        {
            fn doc() -> Doc {
                let mut doc = Doc::default();
                $($part::describe(&mut doc);)*
                Out::describe(&mut doc);
                doc
            }
        }
    )*};
}

endpoints! { () (A) (A, B) (A, B, C) (A, B, C, D) (A, B, C, D, E) (A, B, C, D, E, G) }

impl Part for State<App> {
    fn describe(_doc: &mut Doc) {}
}

impl<T> Part for axum::Extension<T> {
    fn describe(_doc: &mut Doc) {}
}

impl Part for HeaderMap {
    fn describe(_doc: &mut Doc) {}
}

impl Part for axum::http::Uri {
    fn describe(_doc: &mut Doc) {}
}
