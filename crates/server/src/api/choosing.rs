//! Choosing and looking after the chosen: selections for everybody to read, records after
//! a choice, the acts of an operator for who watches it, the coordination group, the rules
//! themselves, and a project with its parts.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use shuyu_casework::acts::Acts;
use shuyu_casework::candidacy::{NewLaterRecord, SelectionNotice};
use shuyu_casework::group::{GroupView, NewGroupExpert, NewGroupMeeting, NewGroupMember};
use shuyu_documents::ProjectView;
use shuyu_model::Day;
use shuyu_model::id::{MatterId, OrganisationId, ScenarioId};
use shuyu_model::regime::upstream;
use shuyu_registry::{Listing, NewOverride, Override};
use shuyu_settlement::Asset;
use utoipa::{IntoParams, ToSchema};

use super::{Stations, cut, granted, listed, page};
use crate::endpoint::{Asked, At, Created, Html, Json, Listed, OfOrganisation, PageAsked, Raw, Shown, Who};
use crate::error::Problem;
use crate::public_selections;
use crate::shapes::nouns::Numbered;
use crate::shapes::{choosing, shaped};

/// Every selection that was announced.
#[derive(Debug, Serialize)]
pub struct Selections {
    /// Newest first.
    pub items: Vec<SelectionNotice>,
}

/// A document that the rules in force repealed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepealedShown {
    /// Its number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// The day of its issue.
    #[schema(value_type = String, format = Date)]
    pub issued_on: Day,
    /// Its last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Day>,
    /// The clause that repeals it.
    pub clause: String,
}

/// A rule above the document, and what rests on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpstreamShown {
    /// Its short name.
    pub short: String,
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: Option<String>,
    /// The values that rest on it, by their paths, each with the clause.
    pub values: std::collections::BTreeMap<String, String>,
}

/// The rules that hold here.
#[derive(Debug, Serialize, ToSchema)]
pub struct RulesShown {
    /// Code and version, and behind a `+` how many higher rules count: `changchun-2025@1+2`.
    pub stamp: String,
    /// The document's title.
    pub title: String,
    /// Who issued it.
    pub issued_by: String,
    /// Its first day.
    #[schema(value_type = Option<String>, format = Date)]
    pub from: Option<Day>,
    /// Its last day.
    #[schema(value_type = Option<String>, format = Date)]
    pub last_day: Option<Day>,
    /// From when on its end is warned of.
    #[schema(value_type = Option<String>, format = Date)]
    pub warned_from: Option<Day>,
    /// What it repealed; records from before keep the version that they were made under.
    pub repealed: Vec<RepealedShown>,
    /// The rules above it.
    pub upstream: Vec<UpstreamShown>,
    /// What later rules of a higher level set anew, each from its first day.
    pub set_anew: Vec<SetAnew>,
}

/// A value that a higher rule sets anew.
#[derive(Debug, Serialize, ToSchema)]
pub struct SetAnew {
    /// Counts them.
    pub number: i64,
    /// Which value.
    pub key: String,
    /// What it is set to; `null` where it is taken away.
    #[schema(value_type = serde_json::Value)]
    pub value: serde_json::Value,
    /// Who issued the rule.
    pub issuer: String,
    /// Its number and clause.
    pub rule: String,
    /// The first day on which it counts.
    #[schema(value_type = String, format = Date)]
    pub first_day: Day,
    /// Of its text.
    pub document: String,
    /// Whether that day has come.
    pub counts: bool,
}

/// Whose acts, and which piece of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ActsAsked {
    /// `next` of the piece before; nothing for the newest.
    #[serde(default)]
    pub before: Option<i64>,
    /// How many, 1 to 200.
    #[serde(default)]
    pub limit: Option<u32>,
}

shaped! {
    Selections => choosing::Selections, RulesShown => RulesShown, SetAnew => SetAnew,
    NewLaterRecord => choosing::NewLaterRecord, NewOverride => choosing::NewOverride, Acts => choosing::Acts, GroupView => choosing::GroupView,
    NewGroupMember => choosing::NewGroupMember, NewGroupExpert => choosing::NewGroupExpert,
    NewGroupMeeting => choosing::NewGroupMeeting, ProjectView => choosing::ProjectView,
}

/// The page of selections, for everybody.
pub async fn public_page(State(app): Stations) -> Result<Raw<Html>, Problem> {
    let html = public_selections::render(&app).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(crate::page::CONTENT_SECURITY_POLICY)),
    ];
    Ok(Raw::new((headers, html)))
}

/// The same to be read by programs.
pub async fn selections(State(app): Stations) -> Result<Shown<Selections>, Problem> {
    Ok(Shown(Selections { items: app.casework().public_selections().await? }))
}

/// The rules that hold, what they repealed, and the rules above them.
pub async fn rules(State(app): Stations) -> Result<Shown<RulesShown>, Problem> {
    let today = app.ledger().now().day();
    let overrides = app.registry().overrides().await?.into_iter().map(|one| {
        let counts = one.first_day <= today;
        set_anew((one, counts))
    });
    let regime = app.registry().regime();
    let repealed = regime.in_force.repeals.iter().map(|one| RepealedShown {
        number: one.number.clone(),
        title: one.title.clone(),
        issued_on: one.issued_on,
        last_day: regime.last_day_of_repealed(),
        clause: regime.cite_clause(&one.source),
    });
    let above = upstream(regime, &app.settlement().national().document);
    Ok(Shown(RulesShown {
        stamp: regime.stamp(),
        title: regime.title.clone(),
        issued_by: regime.issued_by.clone(),
        from: regime.in_force.from,
        last_day: regime.last_day(),
        warned_from: regime.first_warning(),
        repealed: repealed.collect(),
        upstream: above
            .into_iter()
            .map(|one| UpstreamShown { short: one.short, title: one.title, number: one.number, values: one.values })
            .collect(),
        set_anew: overrides.collect(),
    }))
}

fn set_anew((one, counts): (Override, bool)) -> SetAnew {
    let Override { number, key, value, issuer, rule, first_day, document, .. } = one;
    SetAnew { number, key, value, issuer, rule, first_day, document: document.to_string(), counts }
}

/// Lists the rules of a higher level, in the order in which they were entered.
pub async fn overrides(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<SetAnew>>, Problem> {
    let Listing { items, next, total } = app.registry().overrides_listed(&page(&asked)?).await?;
    Ok(Shown(listed(Listing { items: items.into_iter().map(set_anew).collect(), next, total })?))
}

/// Enters a rule of a higher level that sets a value anew.
pub async fn set_value_anew(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewOverride>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.registry().enter_override(&actor, new).await?)? }))
}

/// Enters what was found of the one who was chosen, after the choice.
pub async fn find_later(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<MatterId>,
    At(OfOrganisation(of)): At<OfOrganisation>,
    Json(new): Json<NewLaterRecord>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.casework().find_later(&actor, &id, &of, new).await?)? }))
}

/// The acts of an organisation, newest first.
pub async fn acts(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<OrganisationId>,
    Asked(asked): Asked<ActsAsked>,
) -> Result<Shown<Acts>, Problem> {
    let page = page(&PageAsked { cursor: None, limit: asked.limit })?;
    let found = app.casework().acts_of(&actor, &id, asked.before, &page).await?;
    Ok(Shown(found.ok_or_else(|| Problem::unseen("organisation"))?))
}

/// The coordination group.
pub async fn group(State(app): Stations, Who(_): Who) -> Result<Shown<GroupView>, Problem> {
    Ok(Shown(app.casework().group().await?.ok_or_else(|| Problem::unseen("coordination group"))?))
}

/// The data assets that have a value, each with its risk finding, for the group.
pub async fn group_assets(
    State(app): Stations,
    Who(actor): Who,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Asset>>, Problem> {
    if !app.casework().is_of_group(&actor).await? {
        return Err(Problem::unseen("coordination group"));
    }
    Ok(Shown(cut(app.settlement().assets_of_value().await?, &asked, |asset| asset.id.as_str())?))
}

/// Gives a department its seat.
pub async fn seat(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewGroupMember>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.casework().seat_member(&actor, new).await?)? }))
}

/// Puts an expert on the panel.
pub async fn appoint(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewGroupExpert>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.casework().appoint_expert(&actor, new).await?)? }))
}

/// Records a meeting.
pub async fn meet(
    State(app): Stations,
    Who(actor): Who,
    Json(new): Json<NewGroupMeeting>,
) -> Result<Created<Numbered>, Problem> {
    Ok(Created(Numbered { number: granted(app.casework().record_meeting(&actor, new).await?)? }))
}

/// A scenario's parts in order.
pub async fn project(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ScenarioId>,
) -> Result<Shown<ProjectView>, Problem> {
    Ok(Shown(app.documents().project(&actor, &id).await?.ok_or_else(|| Problem::unseen("scenario"))?))
}
