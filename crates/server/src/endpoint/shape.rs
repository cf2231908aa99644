//! Shapes of lists and of nouns that do not know OpenAPI.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

/// A piece of a list, with the true number of all.
#[derive(Debug, Serialize)]
pub struct Listed<T> {
    /// The items of this piece.
    pub items: Vec<T>,
    /// Where the next piece begins; null at the end.
    pub next_cursor: Option<String>,
    /// How many there are in all.
    pub total: i64,
}

/// A body or an answer whose shape is known. The nouns of the stations do not
/// know OpenAPI; `shapes` says how they look.
pub trait Shaped {
    /// Its shape.
    type Shape: ToSchema;
}

/// A noun that others hold too, written as itself.
#[derive(Debug, Clone)]
pub struct Shared<T>(pub Arc<T>);

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(&self.0, serializer)
    }
}

impl<T: Shaped> Shaped for Shared<T> {
    type Shape = T::Shape;
}

impl<T: Shaped> Shaped for Listed<T> {
    type Shape = ListShape<T::Shape>;
}

/// The shape of a piece of a list.
pub struct ListShape<T>(PhantomData<T>);

impl<T: ToSchema> utoipa::PartialSchema for ListShape<T> {
    fn schema() -> RefOr<Schema> {
        let item = RefOr::<Schema>::Ref(Ref::from_schema_name(T::name()));
        let cursor = SchemaType::from_iter([Type::String, Type::Null]);
        let schema = ObjectBuilder::new()
            .property("items", ArrayBuilder::new().items(item))
            .required("items")
            .property("next_cursor", ObjectBuilder::new().schema_type(cursor))
            .required("next_cursor")
            .property("total", ObjectBuilder::new().schema_type(Type::Integer))
            .required("total")
            .build();
        RefOr::T(Schema::Object(schema))
    }
}

impl<T: ToSchema> ToSchema for ListShape<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("{}List", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        T::schemas(schemas);
        schemas.push((T::name().into_owned(), T::schema()));
    }
}
