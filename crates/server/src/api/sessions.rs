//! Signing in and out.

use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::{Deserialize, Serialize};
use shuyu_model::id::{OrganisationId, PersonId};
use shuyu_model::{Actor, Role};
use shuyu_registry::Password;
use utoipa::ToSchema;

use super::Stations;
use crate::app::App;
use crate::endpoint::{Created, Doc, Done, Json, Part, Shown, Who};
use crate::error::Problem;
use crate::guard::SignedIn;
use crate::sessions::COOKIE;
use crate::shapes::{nouns, shaped};

/// A login name and a password.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    login: String,
    password: Password,
}

/// A login name and a password.
#[derive(ToSchema)]
pub struct NewSessionShape {
    /// The login name.
    pub login: String,
    /// The password.
    pub password: String,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// The person.
    #[schema(value_type = String)]
    pub person: PersonId,
    /// For whom they act.
    #[schema(value_type = String)]
    pub organisation: OrganisationId,
    /// What the person is called.
    pub name: String,
    /// What that organisation is called.
    pub organisation_name: String,
    /// In which roles.
    #[schema(value_type = Vec<nouns::Role>)]
    pub roles: Vec<Role>,
    /// What every changing request carries in `x-csrf-token`.
    pub csrf: String,
}

shaped! { NewSession => NewSessionShape, Me => Me }

impl Me {
    async fn of(app: &App, actor: Actor, csrf: String) -> Result<Self, Problem> {
        let Actor { person, organisation, roles } = actor;
        let name = app.registry().person(&person).await?.map(|known| known.name.clone()).unwrap_or_default();
        let known = app.registry().organisation(&organisation).await?;
        let organisation_name = known.map(|known| known.name.clone()).unwrap_or_default();
        Ok(Self { person, organisation, name, organisation_name, roles, csrf })
    }
}

/// An answer and the cookie that goes with it.
pub struct WithCookie<T>(T, Cookie<'static>);

impl<T: Part> Part for WithCookie<T> {
    fn describe(doc: &mut Doc) {
        T::describe(doc);
    }
}

impl<T: IntoResponse> IntoResponse for WithCookie<T> {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        if let Ok(value) = HeaderValue::from_str(&self.1.encoded().to_string()) {
            headers.insert(SET_COOKIE, value);
        }
        (headers, self.0).into_response()
    }
}

fn cookie(value: String, is_secure: bool) -> Cookie<'static> {
    Cookie::build((COOKIE, value)).path("/").http_only(true).same_site(SameSite::Strict).secure(is_secure).build()
}

/// Signs in.
pub async fn open(State(app): Stations, Json(new): Json<NewSession>) -> Result<WithCookie<Created<Me>>, Problem> {
    let now = app.ledger().now();
    if let Some(seconds) = app.throttle().seconds_to_wait(&new.login, now) {
        return Err(Problem::too_often(
            format!("too many wrong passwords for this login name; try again in {seconds} seconds"),
            seconds,
        ));
    }
    let Some(actor) = app.registry().sign_in(&new.login, &new.password).await? else {
        if app.throttle().failed(&new.login, now) {
            // Of a name that nobody has there is nothing to keep.
            if let Some(person) = app.registry().find_person_by_login(&new.login).await? {
                app.sessions().blocked(&person.id).await.map_err(Problem::fault)?;
            }
        }
        metrics::counter!("shuyu_logins_failed_total").increment(1);
        return Err(Problem::wrong_password());
    };
    app.throttle().succeeded(&new.login);
    begun(&app, actor).await
}

/// A session of somebody who was found to be who they say.
pub(super) async fn begun(app: &App, actor: Actor) -> Result<WithCookie<Created<Me>>, Problem> {
    let opened = app.sessions().open(&actor).await.map_err(Problem::fault)?;
    let cookie = cookie(opened.token, app.settings().has_secure_cookies);
    Ok(WithCookie(Created(Me::of(app, actor, opened.csrf).await?), cookie))
}

/// Signs out.
pub async fn close(
    State(app): Stations,
    Who(actor): Who,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<WithCookie<Done>, Problem> {
    app.sessions().close(&signed_in.session, &actor).await.map_err(Problem::fault)?;
    let mut gone = cookie(String::new(), app.settings().has_secure_cookies);
    gone.make_removal();
    Ok(WithCookie(Done, gone))
}

/// Who is signed in.
pub async fn me(
    State(app): Stations,
    Who(actor): Who,
    Extension(signed_in): Extension<SignedIn>,
) -> Result<Shown<Me>, Problem> {
    Ok(Shown(Me::of(&app, actor, signed_in.csrf).await?))
}
