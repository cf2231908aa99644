//! How the nouns of the stations look in JSON, for OpenAPI.
//!
//! A station's noun does not know OpenAPI; what is here says how it is read and
//! written, and nothing is ever made of these types. The test
//! `each_published_body_is_one_that_its_route_reads` holds the bodies to it,
//! and `each_answer_has_its_published_shape` the answers.

pub mod agreements;
pub mod amendments;
pub mod assessments;
pub mod candidacies;
pub mod choosing;
pub mod deals;
pub mod districts;
pub mod documents;
pub mod dossier;
pub mod exchange;
pub mod handover;
pub mod inventory;
pub mod market;
pub mod matters;
pub mod milestones;
pub mod money;
pub mod nouns;
pub mod orders;
pub mod own_tables;
pub mod path;
pub mod plans;
pub mod registrations;
pub mod review;
pub mod thematic;
pub mod trainings;
pub mod voices;

/// Says which shape a noun has.
macro_rules! shaped {
    ($($noun:ty => $shape:ty),* $(,)?) => {$(
        impl $crate::endpoint::Shaped for $noun {
            type Shape = $shape;
        }
    )*};
}
pub(crate) use shaped;
