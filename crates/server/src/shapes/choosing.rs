//! Shapes of selections for everybody, records after a choice, acts, the coordination
//! group and projects.

use utoipa::ToSchema;

use super::candidacies::ChosenAs;
use super::nouns::{MatterId, OrganisationId};

/// A selection, as everybody may read it.
#[derive(ToSchema)]
pub struct SelectionNotice {
    /// Which.
    pub matter: String,
    /// What people call it.
    pub title: String,
    /// Who holds it.
    pub held_by: String,
    /// What is chosen.
    pub chosen_as: ChosenAs,
    /// By which method.
    pub method: Option<String>,
    /// For which implementing scheme.
    pub scheme: Option<String>,
    /// Where and under which number that scheme was published.
    pub publication: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What people call that.
    pub state_title: String,
    /// Who is chosen; not before the notice.
    pub chosen: Option<String>,
    /// The day on which the notice began.
    #[schema(format = Date)]
    pub notice_from: Option<String>,
    /// The last day of the notice.
    #[schema(format = Date)]
    pub notice_until: Option<String>,
    /// The day of the choice.
    #[schema(format = Date)]
    pub chosen_on: Option<String>,
}

/// Every selection that was announced.
#[derive(ToSchema)]
pub struct Selections {
    /// Newest first.
    pub items: Vec<SelectionNotice>,
}

/// A record of a ground, found after the choice.
#[derive(ToSchema)]
pub struct NewLaterRecord {
    /// Which ground.
    pub code: String,
    /// The day of the record.
    #[schema(format = Date)]
    pub on: String,
    /// Of what shows it.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
    /// What was found, in at least five characters.
    #[schema(min_length = 5)]
    pub reason: String,
}

/// The same as it is kept.
#[derive(ToSchema)]
pub struct LaterRecord {
    /// In which selection.
    pub matter: String,
    /// Of whom.
    pub organisation: String,
    /// Counts them.
    pub number: i64,
    /// Which ground.
    pub code: String,
    /// The day of the record.
    #[schema(format = Date)]
    pub on: String,
    /// Of what shows it.
    pub document: String,
    /// What was found.
    pub reason: String,
    /// The last day for the answer.
    #[schema(format = Date)]
    pub due_day: String,
    /// The clause of the ground.
    pub clause: String,
    /// Who found it.
    pub found_by: String,
    /// When, in microseconds.
    pub found_at: i64,
}

/// What somebody of an organisation did, or was refused.
#[derive(ToSchema)]
pub struct ActView {
    /// Its number in the journal.
    pub seq: i64,
    /// When, in microseconds.
    pub at: i64,
    /// Who.
    pub person: Option<String>,
    /// What.
    pub action: String,
    /// To what: an id.
    pub object: String,
    /// With which codes it was refused.
    pub refused: Vec<String>,
    /// Whether it wants to be looked at.
    pub is_alert: bool,
    /// The checks that looked at it.
    pub looked_at_in: Vec<String>,
}

/// A piece of them.
#[derive(ToSchema)]
pub struct Acts {
    /// Newest first.
    pub items: Vec<ActView>,
    /// The number to go on from.
    pub next: Option<i64>,
}

/// A department that takes its seat.
#[derive(ToSchema)]
pub struct NewGroupMember {
    /// The department.
    #[schema(min_length = 1, max_length = 200)]
    pub department: String,
    /// It as a party of the platform, where it is one.
    #[schema(required = false)]
    pub organisation: Option<OrganisationId>,
    /// Who sits for it.
    #[schema(min_length = 1, max_length = 200)]
    pub person: String,
}

/// An expert who is appointed.
#[derive(ToSchema)]
pub struct NewGroupExpert {
    /// Their name.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// For whom they work.
    #[schema(min_length = 1, max_length = 200)]
    pub employer: String,
    /// Their field.
    #[schema(min_length = 1, max_length = 200)]
    pub field: String,
    /// Of the letter of their appointment.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub appointment: String,
}

/// A meeting to be recorded.
#[derive(ToSchema)]
pub struct NewGroupMeeting {
    /// Its day.
    #[schema(format = Date)]
    pub held_on: String,
    /// The matters that were on its agenda.
    #[schema(min_items = 1, max_items = 200)]
    pub agenda: Vec<MatterId>,
    /// Which members were there, by their numbers.
    pub present: Vec<i64>,
    /// Of its minutes.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub minutes: String,
}

/// A member department.
#[derive(ToSchema)]
pub struct GroupMember {
    /// Counts them.
    pub number: i64,
    /// The department.
    pub department: String,
    /// It as a party of the platform.
    pub organisation: Option<String>,
    /// Who sits for it.
    pub person: String,
}

/// An expert of the panel.
#[derive(ToSchema)]
pub struct GroupExpert {
    /// Counts them.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Their field.
    pub field: String,
    /// Of the letter of their appointment.
    pub appointment: String,
}

/// A meeting of the group.
#[derive(ToSchema)]
pub struct GroupMeeting {
    /// Counts them.
    pub number: i64,
    /// Its day.
    #[schema(format = Date)]
    pub held_on: String,
    /// The matters that were on its agenda.
    pub agenda: Vec<String>,
    /// Which members were there.
    pub present: Vec<i64>,
    /// Of its minutes.
    pub minutes: String,
    /// When the office recorded it, in microseconds.
    pub recorded_at: i64,
}

/// The coordination group, as it stands.
#[derive(ToSchema)]
pub struct GroupView {
    /// What it is called.
    pub title: String,
    /// Who keeps its office.
    pub office: String,
    /// The clause that sets it up.
    pub clause: String,
    /// Its members.
    pub members: Vec<GroupMember>,
    /// Departments that the document names and that have no seat yet.
    pub seats_empty: Vec<String>,
    /// Its experts.
    pub experts: Vec<GroupExpert>,
    /// Its meetings, newest first.
    pub meetings: Vec<GroupMeeting>,
}

/// How far a part of a project has come.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum StageState {
    /// Nothing of it is on record.
    NotBegun,
    /// It is under way.
    UnderWay,
    /// It has come to what the document asks.
    Done,
}

/// A part of a project.
#[derive(ToSchema)]
pub struct ProjectStage {
    /// Which.
    pub stage: String,
    /// What the document calls it.
    pub title: String,
    /// How far it has come.
    pub state: StageState,
    /// The day of what it rests on.
    #[schema(format = Date)]
    pub on: Option<String>,
    /// What it rests on.
    pub records: Vec<String>,
}

/// A system that the operator runs for the scenario.
#[derive(ToSchema)]
pub struct ProjectSystem {
    /// Its paper in the dossier.
    pub paper: String,
    /// What it is called.
    pub title: String,
    /// How its paper stands.
    pub state: String,
}

/// What waits to be coordinated.
#[derive(ToSchema)]
pub struct ProjectItem {
    /// The matter.
    pub matter: String,
    /// What people call it.
    pub title: String,
    /// Where it stands.
    pub state_title: String,
}

/// One of the three kinds of subjects that a project has.
#[derive(ToSchema)]
pub struct ProjectSubject {
    /// Which: `owner`, `operator`, `processor`.
    pub slot: String,
    /// What the document calls it.
    pub title: String,
    /// Who fills it: by the mandate on file, by the agreement, by an order that was taken.
    #[schema(required)]
    pub name: Option<String>,
    /// The organisation here, where it has an account.
    #[schema(required)]
    pub organisation: Option<String>,
}

/// A project as it stands.
#[derive(ToSchema)]
pub struct ProjectView {
    /// Which scenario.
    pub scenario: String,
    /// What people call it.
    pub title: String,
    /// Whose it is.
    pub operator: String,
    /// Its name.
    pub operator_name: String,
    /// Who owns, operates and processes; nothing is computed while one of them is missing.
    /// Empty where the document knows no such subjects.
    pub subjects: Vec<ProjectSubject>,
    /// The systems that are on file for it.
    pub systems: Vec<ProjectSystem>,
    /// What about it waits to be coordinated.
    pub coordination: Vec<ProjectItem>,
    /// Its parts, in the document's order.
    pub stages: Vec<ProjectStage>,
}

/// A rule of a higher level that sets a value anew.
#[derive(ToSchema)]
pub struct NewOverride {
    /// Which value, by its path in the document's file: `agreement.years_max`,
    /// `procedure.release.steps.0.working_days_max`. An item of a list by its place from 0.
    #[schema(min_length = 1, max_length = 200)]
    pub key: String,
    /// What it is set to, as the file would have it. A table changes only the keys that it
    /// names; `null` takes a value away that the document need not have.
    #[schema(value_type = serde_json::Value)]
    pub value: serde_json::Value,
    /// Who issued the rule.
    #[schema(min_length = 1, max_length = 200)]
    pub issuer: String,
    /// Its number and clause.
    #[schema(min_length = 1, max_length = 200)]
    pub rule: String,
    /// The first day on which it counts.
    #[schema(format = Date)]
    pub first_day: String,
    /// Of its text.
    #[schema(pattern = "^(sha256|sm3):[0-9a-f]{64}$")]
    pub document: String,
}
