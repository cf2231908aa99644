//! What the console asks before anything else: what this platform is called and under
//! which document it works, what ids are called, and in a demonstration whose part can
//! be taken.
//!
//! INVARIANT (a demonstration alone): parts are listed and taken without a password only
//! where the server was started as a demonstration that this machine alone reaches;
//! elsewhere these addresses are unknown.
//!
//! Not here: the console's files (`console`).

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::{ProcedureKind, words};
use shuyu_model::{Role, Time};
use shuyu_registry::Page;
use shuyu_registry::page::PAGE_ITEMS_MAX;
use shuyu_town::story::cast;
use utoipa::{IntoParams, ToSchema};

use super::Stations;
use super::sessions::{Me, WithCookie, begun};
use crate::app::App;
use crate::console as files;
use crate::endpoint::{Asked, Created, Html, Json, Raw, Shown, Who};
use crate::error::Problem;
use crate::shapes::{nouns, shaped};

/// For how many ids names are given at once.
const NAMES_MAX: usize = 100;

/// What this platform is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Platform {
    /// Whether it is a demonstration: made-up data, a clock that can be moved.
    pub is_demo: bool,
    /// Whether anybody may take anybody's part without a password.
    pub has_open_parts: bool,
    /// The server's clock, in microseconds.
    #[schema(value_type = i64)]
    pub now_at: Time,
    /// The version of the rules: `changsha-2026@1`.
    pub regime: String,
    /// What the document is called.
    pub regime_title: String,
    /// What each role is called here.
    pub roles: Vec<RoleWord>,
    /// What each procedure is called.
    pub procedures: Vec<ProcedureWord>,
}

/// What a role is called here.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleWord {
    /// Which.
    #[schema(value_type = nouns::Role)]
    pub role: Role,
    /// In the document's words.
    pub zh: String,
}

/// What a procedure is called.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureWord {
    /// Which.
    #[schema(value_type = String)]
    pub procedure: ProcedureKind,
    /// In Chinese.
    pub zh: &'static str,
}

/// Ids whose names are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct NamesAsked {
    /// Ids of people, organisations, resources and scenarios, with commas between; at most 100.
    #[serde(default)]
    pub ids: String,
}

/// What ids are called.
#[derive(Debug, Serialize, ToSchema)]
pub struct Names {
    /// Those that are known, in the order in which they were asked for.
    pub items: Vec<NameOf>,
}

/// What an id is called.
#[derive(Debug, Serialize, ToSchema)]
pub struct NameOf {
    /// The id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// Parts that can be taken in a demonstration.
#[derive(Debug, Serialize, ToSchema)]
pub struct Parts {
    /// Each of them.
    pub items: Vec<PartToTake>,
}

/// A part that can be taken in a demonstration.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartToTake {
    /// With which it is taken.
    pub login: String,
    /// Who it is.
    pub name: String,
    /// For whom they act.
    pub organisation: String,
    /// In which roles.
    #[schema(value_type = Vec<nouns::Role>)]
    pub roles: Vec<Role>,
    /// What they do in the story; empty for whom the story does not name.
    pub task: &'static str,
}

/// A part to be taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPart {
    /// Whose.
    pub login: String,
}

shaped! { Platform => Platform, Names => Names, Parts => Parts, NewPart => NewPart }

/// Says what this platform is.
pub async fn platform(State(app): Stations) -> Result<Shown<Platform>, Problem> {
    let regime = app.registry().regime();
    let roles = Role::ALL.iter().map(|role| RoleWord {
        role: *role,
        zh: regime.words.get(role).cloned().unwrap_or_else(|| words::zh(role.word()).to_owned()),
    });
    Ok(Shown(Platform {
        is_demo: app.settings().is_demo,
        has_open_parts: app.settings().has_open_parts,
        now_at: app.ledger().now(),
        regime: regime.stamp(),
        regime_title: regime.title.clone(),
        roles: roles.collect(),
        procedures: ProcedureKind::ALL.iter().map(|kind| ProcedureWord { procedure: *kind, zh: kind.zh() }).collect(),
    }))
}

/// Says what ids are called.
pub async fn names(
    State(app): Stations,
    Who(_): Who,
    Asked(asked): Asked<NamesAsked>,
) -> Result<Shown<Names>, Problem> {
    let ids: Vec<&str> = asked.ids.split(',').filter(|id| !id.is_empty()).collect();
    if NAMES_MAX < ids.len() {
        return Err(Problem::malformed(format!("`ids` names {} ids; ask for at most {NAMES_MAX} at once", ids.len())));
    }
    let mut items = Vec::new();
    for id in ids {
        if let Some(name) = name_of(&app, id).await? {
            items.push(NameOf { id: id.to_owned(), name });
        }
    }
    Ok(Shown(Names { items }))
}

async fn name_of(app: &App, id: &str) -> Result<Option<String>, Problem> {
    let registry = app.registry();
    if let Ok(id) = PersonId::parse(id) {
        return Ok(registry.person(&id).await?.map(|person| person.name.clone()));
    }
    if let Ok(id) = OrganisationId::parse(id) {
        return Ok(registry.organisation(&id).await?.map(|organisation| organisation.name.clone()));
    }
    if let Ok(id) = ResourceId::parse(id) {
        return Ok(registry.resource(&id).await?.map(|resource| resource.title.clone()));
    }
    if let Ok(id) = ScenarioId::parse(id) {
        return Ok(registry.scenario(&id).await?.map(|scenario| scenario.title.clone()));
    }
    Ok(None)
}

fn open_parts(app: &App) -> Result<(), Problem> {
    if app.settings().has_open_parts {
        Ok(())
    } else {
        Err(Problem::unseen("address: no part is open to everybody here"))
    }
}

/// Lists the parts that can be taken.
pub async fn parts(State(app): Stations) -> Result<Shown<Parts>, Problem> {
    open_parts(&app)?;
    let people = app.registry().people(&Page { after: None, items_max: PAGE_ITEMS_MAX }).await?;
    let mut items = Vec::new();
    for person in people.items {
        let organisation = app.registry().organisation(&person.organisation).await?;
        let task = cast::PEOPLE.iter().find(|known| known.login == person.login).map_or("", |known| known.task);
        items.push(PartToTake {
            login: person.login.clone(),
            name: person.name.clone(),
            organisation: organisation.map(|organisation| organisation.name.clone()).unwrap_or_default(),
            roles: person.roles.clone(),
            task,
        });
    }
    Ok(Shown(Parts { items }))
}

/// Takes a part.
pub async fn take_part(State(app): Stations, Json(new): Json<NewPart>) -> Result<WithCookie<Created<Me>>, Problem> {
    open_parts(&app)?;
    let person = app.registry().find_person_by_login(&new.login).await?;
    begun(&app, person.ok_or_else(|| Problem::unseen("part"))?.actor()).await
}

/// The way to the console: its addresses begin with `/console/`.
pub async fn enter() -> Result<Raw<Html>, Problem> {
    Ok(Raw::new((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, HeaderValue::from_static("/console/"))])))
}

/// The console's first page.
pub async fn start() -> Result<Raw<Html>, Problem> {
    Ok(Raw::new(files::start()?))
}

/// A file of the console, or its first page where the address is one of its pages.
pub async fn file(uri: Uri, headers: HeaderMap) -> Result<Raw<Html>, Problem> {
    let name = uri.path().strip_prefix("/console/").unwrap_or_default();
    Ok(Raw::new(files::file(name, &headers)?))
}
