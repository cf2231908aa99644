//! The handlers, one file for each resource. A handler reads the request, calls
//! one station and translates what it said.

pub mod agreements;
pub mod amendments;
pub mod answers;
pub mod assessments;
pub mod candidacies;
pub mod candidates;
pub mod cases;
pub mod catalog;
pub mod catalogues;
pub mod choosing;
pub mod console;
pub mod controls;
pub mod courses;
pub mod deals;
pub mod demo;
pub mod districts;
pub mod documents;
pub mod dossier;
pub mod exchange;
pub mod facts;
pub mod files;
pub mod handover;
pub mod jobs;
pub mod journal;
pub mod matters;
pub mod milestones;
pub mod money;
pub mod opened;
pub mod orders;
pub mod organisations;
pub mod outside;
pub mod overview;
pub mod own_tables;
pub mod people;
pub mod prices;
pub mod products;
pub mod registrations;
pub mod releases;
pub mod resources;
pub mod rules;
pub mod scenarios;
pub mod sessions;
pub mod shares;
pub mod thematic;
pub mod traces;
pub mod trainings;
pub mod uses;
pub mod voices;
pub mod work;
pub mod worth;

use axum::extract::State;
use shuyu_model::Verdict;
use shuyu_registry::{Listing, Page};

use crate::app::App;
use crate::endpoint::{Listed, PageAsked, Shared};
use crate::error::Problem;

/// Every handler's way to the stations.
pub(crate) type Stations = State<App>;

/// A yes with its thing, or a problem with every reason.
pub(crate) fn granted<T>(verdict: Verdict<T>) -> Result<T, Problem> {
    verdict.into_result().map_err(Problem::refused)
}

/// The page that was asked for, as the registry counts it.
pub(crate) fn page(asked: &PageAsked) -> Result<Page, Problem> {
    let items_max = usize::try_from(asked.limit()?).map_err(Problem::fault)?;
    Ok(Page { after: asked.cursor.clone(), items_max })
}

/// A listing of the registry, as it is sent.
pub(crate) fn listed<T>(listing: Listing<T>) -> Result<Listed<T>, Problem> {
    let total = i64::try_from(listing.total).map_err(Problem::fault)?;
    Ok(Listed { items: listing.items, next_cursor: listing.next, total })
}

/// The same, of things that the registry holds in memory.
pub(crate) fn shared<T>(listing: Listing<std::sync::Arc<T>>) -> Result<Listed<Shared<T>>, Problem> {
    let Listing { items, next, total } = listing;
    listed(Listing { items: items.into_iter().map(Shared).collect(), next, total })
}

/// A page of a list that a station gives whole, in the station's order. The
/// cursor is the last item's own name.
pub(crate) fn cut<T>(all: Vec<T>, asked: &PageAsked, name: impl Fn(&T) -> &str) -> Result<Listed<T>, Problem> {
    let limit = usize::try_from(asked.limit()?).map_err(Problem::fault)?;
    let total = i64::try_from(all.len()).map_err(Problem::fault)?;
    let begin = match &asked.cursor {
        None => 0,
        Some(cursor) => match all.iter().position(|item| name(item) == cursor.as_str()) {
            Some(at) => at + 1,
            None => return Err(Problem::malformed("`cursor` is no cursor of this list; begin again without it")),
        },
    };
    let has_more = begin.saturating_add(limit) < all.len();
    let items: Vec<T> = all.into_iter().skip(begin).take(limit).collect();
    let next_cursor = items.last().filter(|_| has_more).map(|last| name(last).to_owned());
    Ok(Listed { items, next_cursor, total })
}
