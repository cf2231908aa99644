//! People, and what they may be.

use axum::extract::State;
use serde::Deserialize;
use shuyu_model::Role;
use shuyu_model::id::PersonId;
use shuyu_registry::{NewPerson, Password, Person};
use utoipa::ToSchema;

use super::{Stations, granted, page, shared};
use crate::endpoint::{Asked, At, Created, Done, Json, Listed, PageAsked, Shared, Shown, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::{nouns, shaped};

/// A role to be granted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// The role.
    #[schema(value_type = nouns::Role)]
    pub role: Role,
}

/// The own password, old and new.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    old: Password,
    new: Password,
}

/// The own password, old and new.
#[derive(ToSchema)]
pub struct PasswordsShape {
    /// The one in use.
    pub old: String,
    /// The one to be used from now on.
    #[schema(min_length = 10)]
    pub new: String,
}

shaped! { Granted => Granted, Passwords => PasswordsShape }

/// Adds a person, who has no role yet.
pub async fn add(State(app): Stations, Who(actor): Who, Json(new): Json<NewPerson>) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.registry().add_person(&actor, new).await?)?)))
}

/// Lists people, oldest first.
pub async fn list(
    State(app): Stations,
    Asked(asked): Asked<PageAsked>,
) -> Result<Shown<Listed<Shared<Person>>>, Problem> {
    Ok(Shown(shared(app.registry().people(&page(&asked)?).await?)?))
}

/// Grants a role.
pub async fn grant(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<PersonId>,
    Json(granted_role): Json<Granted>,
) -> Result<Done, Problem> {
    granted(app.registry().grant_role(&actor, &id, granted_role.role).await?)?;
    Ok(Done)
}

/// Withdraws a role.
pub async fn withdraw(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<PersonId>,
    At(role): At<Role>,
) -> Result<Done, Problem> {
    granted(app.registry().withdraw_role(&actor, &id, role).await?)?;
    Ok(Done)
}

/// Changes the own password.
pub async fn change_password(
    State(app): Stations,
    Who(actor): Who,
    Json(passwords): Json<Passwords>,
) -> Result<Done, Problem> {
    match app.registry().change_password(&actor, &passwords.old, &passwords.new).await? {
        true => Ok(Done),
        false => Err(Problem::malformed("`old` is not your password")),
    }
}
