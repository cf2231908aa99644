//! The server from outside: its real router over real stations in a scratch
//! folder, asked request by request.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod amendments;
mod backup;
mod bodies;
mod candidacies;
mod choosing;
mod console;
mod documents;
mod dossier;
mod exchange;
mod exits;
mod faults;
mod journey;
mod matters;
mod openapi;
mod own_tables;
mod processor;
mod public;
mod registration;
mod resources;
mod schema;
mod sessions;
mod support;
mod tls;
mod trainings;
mod views;
mod watching;
