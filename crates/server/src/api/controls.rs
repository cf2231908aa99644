//! The controls that the document wants to hold, as the running platform's probes found
//! them.

use axum::extract::State;
use serde::Serialize;
use shuyu_model::regime::RequiredControl;
use utoipa::ToSchema;

use super::{Stations, cut};
use crate::app::App;
use crate::endpoint::{Asked, Listed, PageAsked, Shown};
use crate::error::Problem;
use crate::shapes::shaped;

/// A control and how it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ControlView {
    /// Its name.
    pub name: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// Whether the rules require it: then its failure stops what `stops` names.
    pub is_required: bool,
    /// Whether it holds; null where it was not probed yet.
    pub holds: Option<bool>,
    /// Since when it stands so, in microseconds.
    pub since: Option<i64>,
    /// When it was last probed, in microseconds.
    pub checked_at: Option<i64>,
    /// What the probe found.
    pub detail: Option<String>,
    /// New work that stops while it does not hold, in words.
    pub stops: Vec<&'static str>,
    /// The clause that requires it.
    pub clause: Option<String>,
}

shaped! { ControlView => ControlView }

/// Lists the controls.
pub async fn list(State(app): Stations, Asked(asked): Asked<PageAsked>) -> Result<Shown<Listed<ControlView>>, Problem> {
    Ok(Shown(cut(all(&app), &asked, |control: &ControlView| control.name)?))
}

/// Every control and how it stands.
pub(super) fn all(app: &App) -> Vec<ControlView> {
    let regime = app.registry().regime();
    let rules = regime.controls();
    let states = app.controls().all();
    let view = |control: &RequiredControl| {
        let state = states.iter().find(|state| state.control == *control);
        let required = rules.filter(|rules| rules.required.value.contains(control));
        ControlView {
            name: control.word(),
            title: control.zh(),
            is_required: required.is_some(),
            holds: state.map(|state| state.holds),
            since: state.map(|state| state.since.0),
            checked_at: state.map(|state| state.checked_at.0),
            detail: state.map(|state| state.detail.clone()),
            stops: required.map_or_else(Vec::new, |rules| rules.stop.value.iter().map(|work| work.zh()).collect()),
            clause: required.map(|rules| regime.cite(&rules.required)),
        }
    };
    // A document that lists no controls has none to show.
    if rules.is_some() { RequiredControl::ALL.iter().map(view).collect() } else { Vec::new() }
}
