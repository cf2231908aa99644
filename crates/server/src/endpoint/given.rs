//! What handlers give back.

use std::marker::PhantomData;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shuyu_model::CryptoProfile;
use utoipa::openapi::ContentBuilder;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

use super::{Doc, Part, Shaped};
use crate::error::Problem;

/// The etag of a body: the beginning of its digest.
pub(crate) fn etag(bytes: &[u8]) -> String {
    let digest = CryptoProfile::International.digest(bytes);
    format!("\"{}\"", hex::encode(digest.bytes().first_chunk::<16>().copied().unwrap_or_default()))
}

macro_rules! answers {
    ($($(#[$doc:meta])* $name:ident = $status:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<T>(pub T);

        impl<T: Shaped> Part for $name<T> {
            fn describe(doc: &mut Doc) {
                doc.responds::<T::Shape>(StatusCode::$status);
            }
        }

        impl<T: Serialize> IntoResponse for $name<T> {
            fn into_response(self) -> Response {
                json_response(StatusCode::$status, &self.0)
            }
        }
    )*};
}

answers! {
    /// 200 with a body and its etag.
    Shown = OK;
    /// 201: it is there now.
    Created = CREATED;
    /// 202: a job will do it.
    Accepted = ACCEPTED;
}

fn json_response(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(bytes) => {
            let tag = etag(&bytes);
            let mut response = (status, bytes).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if status == StatusCode::OK
                && let Ok(tag) = HeaderValue::from_str(&tag)
            {
                response.headers_mut().insert(header::ETAG, tag);
            }
            response
        }
        Err(error) => Problem::fault(error).into_response(),
    }
}

/// 204: done, nothing to say.
#[derive(Debug)]
pub struct Done;

impl Part for Done {
    fn describe(doc: &mut Doc) {
        let response = ResponseBuilder::new().description("Done").build();
        doc.responses.push(("204".to_owned(), response));
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// A response that is no JSON: a page, a file.
pub struct Raw<K>(pub Response, PhantomData<K>);

/// The media type of a [`Raw`] response.
pub trait Media {
    /// `text/html`.
    const TYPE: &'static str;
}

impl<K> Raw<K> {
    /// Gives the response as it is.
    pub fn new(response: impl IntoResponse) -> Self {
        Self(response.into_response(), PhantomData)
    }
}

impl<K: Media> Part for Raw<K> {
    fn describe(doc: &mut Doc) {
        let kind = if K::TYPE == RawJson::TYPE { Type::Object } else { Type::String };
        let content = ContentBuilder::new().schema(Some(ObjectBuilder::new().schema_type(kind).build())).build();
        let response = ResponseBuilder::new().description("OK").content(K::TYPE, content).build();
        doc.responses.push(("200".to_owned(), response));
    }
}

impl<K> IntoResponse for Raw<K> {
    fn into_response(self) -> Response {
        self.0
    }
}

macro_rules! media {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name;
        impl Media for $name {
            const TYPE: &'static str = $kind;
        }
    )*};
}

media! {
    /// A page for people.
    Html = "text/html; charset=utf-8";
    /// Plain text.
    Text = "text/plain; charset=utf-8";
    /// Bytes.
    Bytes = "application/octet-stream";
    /// JSON that is made elsewhere.
    RawJson = "application/json";
}
