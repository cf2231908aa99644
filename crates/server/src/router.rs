//! Every address of the server, one line each, with who may call it.
//!
//! INVARIANT (no route without a need): [`route`] takes a [`Needs`] and is the
//! only way to make a [`Route`]; [`build`] puts a guard around each.
//!
//! Not here: the rules behind the needs (`policies/*.cedar`).

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::api::{
    agreements, amendments, answers, assessments, candidacies, candidates, cases, catalog, catalogues, choosing,
    console, controls, courses, deals, demo, districts, documents, dossier, exchange, facts, files, handover, jobs,
    journal, matters, milestones, money, opened, orders, organisations, outside, overview, own_tables, people, prices,
    products, registrations, releases, resources, rules, scenarios, sessions, shares, thematic, traces, trainings,
    uses, voices, work, worth,
};
use crate::app::App;
use crate::endpoint::{Doc, Endpoint};
use crate::error::Problem;
use crate::guard::{Gate, guard};
use crate::needs::Needs;
use crate::watch::watch;

/// One address and method.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with parameters in braces.
    pub path: &'static str,
    /// Who may call it.
    pub needs: Needs,
    /// What it does, in one sentence.
    pub summary: &'static str,
    pub(crate) name: String,
    pub(crate) doc: Doc,
    handler: MethodRouter<App>,
}

/// Makes a route. `needs` is not optional.
fn route<H, M, T>(method: Method, path: &'static str, handler: H, needs: Needs, summary: &'static str) -> Route
where
    H: Handler<M, App> + Endpoint<T>,
    M: 'static,
{
    let filter = match method {
        Method::POST => MethodFilter::POST,
        Method::PUT => MethodFilter::PUT,
        Method::DELETE => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    // `shuyu_server::api::agreements::draft` is called `agreements.draft`.
    let full = std::any::type_name::<H>();
    let name = full.split("api::").nth(1).unwrap_or(full).replace("::", ".");
    Route { method, path, needs, summary, name, doc: H::doc(), handler: on(filter, handler) }
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

/// The list.
#[rustfmt::skip]
pub fn routes() -> Vec<Route> {
    let mut all = vec![
        route(GET, "/", outside::page, Needs::Nothing, "What is authorised to whom, until when, for everybody to read."),
        route(GET, "/registrations", registrations::verify_page, Needs::Nothing, "What a registration code stands for, for everybody to read."),
        route(GET, "/v1/registration_codes/{code}", registrations::verify, Needs::Nothing, "Looks a registration up by its code."),
        route(GET, "/v1/notices", registrations::notices, Needs::Nothing, "Lists what is on public notice, and until when somebody can object."),
        route(GET, "/public/documents", documents::public_page, Needs::Nothing, "The documents that the law makes public."),
        route(GET, "/public/documents/{id}/{shape}", documents::public_fetch, Needs::Nothing, "Fetches a public document as page, PDF or workbook."),
        route(GET, "/public/selections", choosing::public_page, Needs::Nothing, "Selections, and from the day of the notice who is chosen, for everybody to read."),
        route(GET, "/v1/selections", choosing::selections, Needs::Nothing, "The same, to be read by programs."),
        route(GET, "/v1/rules", choosing::rules, Needs::Nothing, "The rules that hold, what they repealed, and the rules above them with what rests on each."),
        route(GET, "/v1/rules/values", rules::values, Needs::Nothing, "Lists what the rules in force say, each value with its clause."),
        route(GET, "/v1/rules/differences", rules::differences, Needs::Nothing, "Lists on what the rules in force differ from another document that is built in."),
        route(GET, "/style.css", outside::style, Needs::Nothing, "The style of the public page."),
        route(GET, "/conformance", outside::conformance, Needs::Nothing, "The document's clauses, and what carries each, for everybody to read."),
        route(GET, "/conformance.css", outside::conformance_style, Needs::Nothing, "The style of that page."),
        route(GET, "/healthz", outside::health, Needs::Nothing, "Whether the server can read its book."),
        route(GET, "/metrics", outside::metrics, Needs::Nothing, "Figures for Prometheus."),
        route(GET, "/openapi.json", outside::openapi, Needs::Nothing, "This description."),
        route(GET, "/log/{*file}", outside::log_file, Needs::Nothing, "The Merkle log as plain files (C2SP tlog-tiles)."),

        route(POST, "/v1/sessions", sessions::open, Needs::Nothing, "Signs in."),
        route(DELETE, "/v1/sessions/current", sessions::close, Needs::Session, "Signs out."),
        route(GET, "/v1/me", sessions::me, Needs::Session, "Who is signed in."),
        route(PUT, "/v1/me/password", people::change_password, Needs::Session, "Changes the own password."),
    ];
    all.extend(the_public());
    all.extend(parties());
    all.extend(path());
    all.extend(market());
    all.extend(other_platforms());
    all.extend(income());
    all.extend(supply());
    all.extend(assessed());
    all
}

#[rustfmt::skip]
fn the_public() -> Vec<Route> {
    vec![
        route(GET, "/public/voices", voices::open_page, Needs::Nothing, "The page on which whoever has no account writes and follows."),
        route(POST, "/public/voices", voices::file_page, Needs::Nothing, "Takes what that page's form says."),
        route(POST, "/public/voices/followed", voices::follow_page, Needs::Nothing, "Shows on that page what became of it."),
        route(POST, "/v1/voices", voices::file, Needs::Nothing, "Takes what somebody without an account says."),
        route(POST, "/v1/voices/{number}/following", voices::follow, Needs::Nothing, "Shows what became of it, to whoever knows its secret word."),
        route(GET, "/v1/calls", voices::calls, Needs::Nothing, "Lists the published calls."),
        route(GET, "/v1/entity_products", voices::entity_products, Needs::Nothing, "Lists what entities have registered and offer."),
        route(GET, "/public/files", files::published, Needs::Nothing, "Lists the papers that everybody may read."),
        route(GET, "/public/products/{id}/files/{format}", opened::fetch, Needs::Nothing, "Gives the file of a product that is open to everybody."),
        route(GET, "/public/files/{digest}", files::public_read, Needs::Nothing, "Reads a published paper."),
        route(POST, "/v1/files", files::keep, Needs::Session, "Keeps a paper whole, beside the digests that records tell."),
        route(GET, "/v1/files", files::list, Needs::Session, "Lists the papers that the own organisation keeps, or that are shared with the readers of a record."),
        route(GET, "/v1/files/{digest}", files::read, Needs::Session, "Reads a paper of the own organisation, or one that is shared with the readers of a record."),
        route(POST, "/v1/files/{id}/records", files::share, Needs::Session, "Shares a paper with all who see a record."),
        route(POST, "/v1/files/{id}/publication", files::publish, Needs::Session, "Lets everybody read a paper."),
        route(POST, "/v1/matters/{id}/invitations", matters::invite, Needs::HandleMatters, "Asks a body for its opinion before a matter is decided."),
        route(POST, "/v1/matters/{id}/opinions", matters::give_opinion, Needs::HandleMatters, "Gives the own organisation's opinion."),
        route(GET, "/v1/matters/{id}/opinions", matters::opinions, Needs::SeeMatters, "Lists who was asked for an opinion, and what each said."),
        route(POST, "/v1/cases/{id}/applicants", cases::name_applicant, Needs::OpenCase, "Says for which entity a case was opened."),
    ]
}

#[rustfmt::skip]
fn parties() -> Vec<Route> {
    vec![
        route(POST, "/v1/organisations", organisations::add, Needs::Organisations, "Adds an organisation."),
        route(GET, "/v1/organisations", organisations::list, Needs::Organisations, "Lists organisations."),
        route(PUT, "/v1/organisations/{id}/owners", organisations::set_owners, Needs::Organisations, "Says anew who owns an organisation."),
        route(PUT, "/v1/organisations/{id}/unit", organisations::state_unit, Needs::Organisations, "States what kind of unit an organisation is, and in which division."),
        route(PUT, "/v1/resources/{id}/origin", organisations::state_origin, Needs::ChangeResource, "States from which duty a resource's data arose."),
        route(POST, "/v1/people", people::add, Needs::People, "Adds a person, who has no role yet."),
        route(GET, "/v1/people", people::list, Needs::SeePeople, "Lists people and their roles."),
        route(POST, "/v1/people/{id}/roles", people::grant, Needs::Roles, "Grants a role."),
        route(DELETE, "/v1/people/{id}/roles/{role}", people::withdraw, Needs::Roles, "Withdraws a role."),
        route(GET, "/v1/organisations/{id}/dossier", dossier::show, Needs::SeeDossier, "Lists what the rules want on file of an organisation, and what is there."),
        route(GET, "/v1/organisations/{id}/dossier/papers", dossier::papers, Needs::SeeDossier, "Lists every paper that an organisation ever had on file."),
        route(POST, "/v1/organisations/{id}/dossier/papers", dossier::enter, Needs::KeepDossier, "Enters a paper of the own organisation, or a newer version of one."),
        route(POST, "/v1/papers/{id}/answer", dossier::answer, Needs::KeepDossier, "Consents to a paper or refuses it, or gives the receipt of its copy."),
        route(POST, "/v1/papers/{id}/withdrawal", dossier::withdraw, Needs::KeepDossier, "Takes a paper of the own organisation back."),
        route(GET, "/v1/journal", journal::list, Needs::ReadJournal, "Lists events, newest first."),
        route(GET, "/v1/journal_retention", journal::retention, Needs::ReadJournal, "Lists how many entries of each kind are kept, and until when."),
        route(GET, "/v1/controls", controls::list, Needs::SeeControls, "Lists the security controls and how each stands."),
        route(GET, "/v1/missing_papers", dossier::missing, Needs::SeeDossier, "Lists the parties that lack a paper which the rules want on file."),
        route(GET, "/v1/journal/{seq}/proof", journal::proof, Needs::ReadJournal, "Proves that an event lies in the log."),
        route(POST, "/v1/demo/clock", demo::advance, Needs::MoveDemoClock, "Moves the clock of a demonstration ahead."),
        route(GET, "/v1/platform", console::platform, Needs::Nothing, "What this platform is: its rules, its words, whether it is a demonstration."),
        route(GET, "/v1/names", console::names, Needs::SeeNames, "What people, organisations, resources and scenarios are called, by their ids."),
        route(GET, "/v1/demo/parts", console::parts, Needs::Nothing, "Lists the parts that can be taken in a demonstration."),
        route(POST, "/v1/demo/sessions", console::take_part, Needs::Nothing, "Takes a part in a demonstration, without a password."),
        route(GET, "/console", console::enter, Needs::Nothing, "Leads to the console."),
        route(GET, "/console/", console::start, Needs::Nothing, "The console, for who works in a browser."),
        route(GET, "/console/{*file}", console::file, Needs::Nothing, "A page or file of the console."),
    ]
}

#[rustfmt::skip]
fn path() -> Vec<Route> {
    vec![
        route(POST, "/v1/resources", resources::draft, Needs::DescribeResource, "Describes a table that the department holds."),
        route(GET, "/v1/resources", resources::list, Needs::SeeBusiness, "Lists resources."),
        route(GET, "/v1/resources/{id}", resources::show, Needs::SeeBusiness, "Shows a resource."),
        route(PUT, "/v1/resources/{id}", resources::revise, Needs::ChangeResource, "Writes a resource anew; it is a draft again."),
        route(PUT, "/v1/resources/{id}/sharing_consent", resources::consent, Needs::ConsentToSharing, "Records or takes back the provider's consent."),
        route(GET, "/v1/resources/{id}/findings", dossier::interests, Needs::SeeBusiness, "Lists the protected interests, and what was found on each."),
        route(POST, "/v1/resources/{id}/findings", dossier::find, Needs::FindInterests, "Records what was found on a protected interest."),
        route(PUT, "/v1/resources/{id}/grades", resources::grade, Needs::ChangeResource, "Grades columns."),
        route(POST, "/v1/resources/{id}/landings", resources::land, Needs::Land, "Lands a file; a job checks and seals it."),
        route(GET, "/v1/resources/{id}/uses", uses::list, Needs::SeeHoldings, "Lists who uses a table: for what, which columns, since when and how often."),
        route(GET, "/v1/resources/{id}/holdings", resources::holdings, Needs::SeeHoldings, "Lists the sealed versions."),
        route(DELETE, "/v1/holdings/{id}", resources::destroy, Needs::DestroyHolding, "Destroys a version's key and bytes."),
        route(POST, "/v1/negative_list", catalog::bar, Needs::NegativeList, "Puts a resource on the negative list."),
        route(DELETE, "/v1/negative_list/{id}", catalog::unbar, Needs::NegativeList, "Takes a resource off the negative list."),
        route(GET, "/v1/catalog", catalog::list, Needs::SeeBusiness, "Lists what is registered."),

        route(POST, "/v1/agreements", agreements::draft, Needs::DraftAgreement, "Drafts an agreement."),
        route(GET, "/v1/agreements", agreements::list, Needs::SeeBusiness, "Lists agreements."),
        route(GET, "/v1/agreements/{id}", agreements::show, Needs::SeeBusiness, "Shows an agreement."),
        route(GET, "/v1/agreements/{id}/course", courses::show, Needs::SeeBusiness, "Shows how an agreement went and what is ahead of it: cases, duties, matters, and what it gives to whom."),
        route(GET, "/v1/agreements/{id}/versions", amendments::versions, Needs::SeeBusiness, "Lists what an agreement said, says and may come to say."),
        route(POST, "/v1/agreements/{id}/versions", amendments::revise, Needs::DraftAgreement, "Makes the draft of an agreement anew, as its next version."),
        route(POST, "/v1/agreements/{id}/amendments", amendments::amend, Needs::DraftAgreement, "Drafts an amendment of an agreement in force; a case decides on it."),
        route(POST, "/v1/agreements/{id}/findings", amendments::find, Needs::DraftAgreement, "Records that an agreement needs no change although the rules have changed."),
        route(GET, "/v1/affected_agreements", amendments::affected, Needs::SeeBusiness, "Lists the agreements that changes of rules touch, and what each owes."),
        route(POST, "/v1/agreements/{id}/termination", agreements::end, Needs::EndAgreement, "Ends a development or processing agreement at once; an operator's ends by its exit."),
        route(GET, "/v1/agreements/{id}/targets", agreements::targets, Needs::SeeBusiness, "Shows operating targets, what was measured of each, and the verdict."),
        route(POST, "/v1/agreements/{id}/targets", agreements::measure, Needs::EndAgreement, "Records what was measured of an operating target."),

        route(POST, "/v1/scenarios", scenarios::draft, Needs::DraftScenario, "Drafts a scenario."),
        route(GET, "/v1/scenarios", scenarios::list, Needs::SeeBusiness, "Lists scenarios."),
        route(GET, "/v1/scenarios/{id}", scenarios::show, Needs::SeeBusiness, "Shows a scenario."),
        route(POST, "/v1/scenarios/{id}/withdrawal", scenarios::withdraw, Needs::WithdrawScenario, "Takes a scenario back, at once."),
        route(POST, "/v1/scenarios/{id}/drafts", scenarios::try_out, Needs::Compute, "Tries a statement on a masked sample."),
        route(POST, "/v1/scenarios/{id}/runs", scenarios::run, Needs::Compute, "Runs a statement on all rows; nothing is shown."),
        route(POST, "/v1/scenarios/{id}/trainings", trainings::train, Needs::Compute, "Trains or validates a model on masked samples, inside."),
        route(GET, "/v1/trainings/{id}", trainings::show, Needs::OwnCandidate, "Shows a training and what it measured, never its model."),

        route(POST, "/v1/own_tables", own_tables::declare, Needs::BringOwnTable, "Declares a table that the own organisation brings into a workroom."),
        route(GET, "/v1/own_tables", own_tables::list, Needs::SeeOwnTables, "Lists own tables, of the own organisation or all."),
        route(GET, "/v1/own_tables/{id}", own_tables::show, Needs::SeeOwnTables, "Shows an own table."),
        route(POST, "/v1/own_tables/{id}/withdrawal", own_tables::withdraw, Needs::BringOwnTable, "Withdraws an own table, at once, and destroys what landed of it."),

        route(GET, "/v1/conflicts", orders::cleared, Needs::SeeMatters, "Lists the conflicts of operator and processor that the managing body cleared, with its reasons."),
        route(POST, "/v1/scenarios/{id}/conflicts", orders::clear, Needs::HandleMatters, "Clears the conflict that the processor of a project is, or hangs together with, its operator."),
        route(POST, "/v1/orders", orders::place, Needs::PlaceOrder, "Orders a processor to compute."),
        route(GET, "/v1/orders", orders::list, Needs::SeeOrders, "Lists orders, of the own organisation or all."),
        route(GET, "/v1/orders/{id}", orders::show, Needs::SeeOrders, "Shows an order."),
        route(POST, "/v1/orders/{id}/steps", orders::step, Needs::HandleOrders, "Takes, declines, closes or takes back an order."),

        route(POST, "/v1/thematic_databases", thematic::begin, Needs::HandleOrders, "Begins a thematic database on an order."),
        route(GET, "/v1/thematic_databases", thematic::list, Needs::SeeOrders, "Lists thematic databases that the caller may read."),
        route(GET, "/v1/thematic_databases/{id}", thematic::show, Needs::SeeOrders, "Shows a thematic database with its versions and the steps that led to each."),
        route(POST, "/v1/thematic_databases/{id}/versions", thematic::enter, Needs::HandleOrders, "Enters a table that was computed on the order as a version, with its steps of governance."),
        route(POST, "/v1/thematic_databases/{id}/interface", thematic::open_interface, Needs::HandleOrders, "Opens its interface to the operator of the order."),

        route(POST, "/v1/cases", cases::open, Needs::OpenCase, "Opens a case."),
        route(GET, "/v1/cases/{id}", cases::show, Needs::SeeCases, "Shows a case."),
        route(GET, "/v1/cases/{id}/review", cases::review, Needs::SeeCases, "Shows what reviewers see of a result; never a row."),
        route(GET, "/v1/cases/{id}/allowed_actions", cases::allowed_actions, Needs::SeeCases, "What the caller could do in a case now, and of what they cannot, every reason."),
        route(POST, "/v1/cases/{id}/resubmission", cases::resubmit, Needs::OpenCase, "Submits a returned case again."),
        route(POST, "/v1/cases/{id}/withdrawal", cases::withdraw, Needs::OpenCase, "Takes a case back."),
        route(POST, "/v1/cases/{id}/signatures", cases::sign, Needs::SignCase, "Signs a step of a case."),
        route(GET, "/v1/inbox", cases::inbox, Needs::SeeCases, "Lists the cases that wait for the caller."),
        route(POST, "/v1/filings/{id}/{to}", cases::file, Needs::SignCase, "Says that a copy of a decision was filed."),

        route(POST, "/v1/registrations/applications", registrations::apply, Needs::ApplyForRegistration, "Applies for a registration, its change, correction, renewal or end."),
        route(GET, "/v1/registrations", registrations::list, Needs::SeeBusiness, "Lists registrations."),
        route(POST, "/v1/registrations/revocations", registrations::revoke, Needs::RevokeRegistration, "Revokes a registration; what rests on it ends at once."),
        route(GET, "/v1/cases/{id}/registration", registrations::file, Needs::SeeCases, "Shows the papers of a registration's case, what was told and who objects."),
        route(POST, "/v1/cases/{id}/delay", registrations::delay, Needs::SignCase, "Explains why a step takes longer than its days."),
        route(POST, "/v1/cases/{id}/objections", registrations::object, Needs::Session, "Objects to what is on public notice."),
        route(POST, "/v1/objections/{id}/decision", registrations::decide, Needs::SignCase, "Decides an objection."),

        route(POST, "/v1/matters", matters::open, Needs::HandleMatters, "Opens a matter: an incident, a rectification, an exit, a complaint and the like."),
        route(GET, "/v1/matters", matters::list, Needs::SeeMatters, "Lists matters, oldest first."),
        route(GET, "/v1/matters/{id}", matters::show, Needs::SeeMatters, "Shows a matter, its moves, and what can be done now."),
        route(POST, "/v1/matters/{id}/moves", matters::make_move, Needs::HandleMatters, "Makes a move."),
        route(POST, "/v1/matters/{id}/filings/{version}/{to}", matters::file, Needs::HandleMatters, "Says that a copy after a move was filed."),
        route(POST, "/v1/matters/{id}/notices/{version}/receipt", matters::receive, Needs::HandleMatters, "Says for the own organisation that it knows of a move."),
        route(GET, "/v1/matters/{id}/handover", handover::show, Needs::SeeMatters, "Shows what an exit hands over, one by one."),
        route(POST, "/v1/matters/{id}/handover/{number}", handover::decide, Needs::HandleMatters, "Decides what becomes of a thing on the list of an exit."),
        route(POST, "/v1/matters/{id}/handover/{number}/acceptance", handover::accept, Needs::HandleMatters, "Accepts a thing for the organisation that gets it."),
        route(POST, "/v1/matters/{id}/candidacies", candidacies::enter, Needs::HandleMatters, "Applies in a selection, or enters an applicant."),
        route(GET, "/v1/matters/{id}/candidacies", candidacies::list, Needs::SeeMatters, "Lists who applied, as far as the caller may see it."),
        route(GET, "/v1/matters/{id}/candidacies/{organisation}", candidacies::show, Needs::SeeMatters, "Shows a candidacy: what was asked, answered and found, and what speaks against it."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/withdrawal", candidacies::withdraw, Needs::HandleMatters, "Takes an application back."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/evidence", candidacies::give_evidence, Needs::HandleMatters, "Gives evidence for a condition."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/declarations", candidacies::declare, Needs::HandleMatters, "Declares whether a record that rules out is there."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/verdicts", candidacies::judge, Needs::HandleMatters, "Gives a verdict on a condition."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/findings", candidacies::find, Needs::HandleMatters, "Says what was found of a record that rules out."),
        route(POST, "/v1/matters/{id}/candidacies/{organisation}/later_records", choosing::find_later, Needs::HandleMatters, "Enters a record that was found of the one who was chosen, after the choice."),
        route(GET, "/v1/overrides", choosing::overrides, Needs::SeeMatters, "Lists the rules of a higher level that set values of the document anew, each with its day."),
        route(POST, "/v1/overrides", choosing::set_value_anew, Needs::HandleMatters, "Enters a rule of a higher level that sets a value of the document anew from a day on."),
        route(GET, "/v1/organisations/{id}/acts", choosing::acts, Needs::SeeMatters, "Lists what an organisation did and was refused, for who watches it."),
        route(GET, "/v1/group", choosing::group, Needs::SeeMatters, "Shows the coordination group: members, experts, meetings."),
        route(GET, "/v1/group/assets", choosing::group_assets, Needs::SeeMatters, "Lists data assets that have a value with the risk that was found, for the coordination group."),
        route(POST, "/v1/group/members", choosing::seat, Needs::HandleMatters, "Gives a department its seat in the coordination group."),
        route(POST, "/v1/group/experts", choosing::appoint, Needs::HandleMatters, "Puts an expert on the coordination group's panel."),
        route(POST, "/v1/group/meetings", choosing::meet, Needs::HandleMatters, "Records a meeting of the coordination group."),
        route(GET, "/v1/scenarios/{id}/stages", choosing::project, Needs::SeeMatters, "Shows a scenario's parts in the document's order, with state and day."),
        route(GET, "/v1/matters/{id}/conditions", candidacies::conditions, Needs::SeeMatters, "Lists what applicants are asked."),
        route(POST, "/v1/matters/{id}/conditions", candidacies::add_condition, Needs::HandleMatters, "Asks in a selection for more than the document does."),
        route(POST, "/v1/admission_conditions", candidacies::add_admission_condition, Needs::HandleMatters, "Asks, as an operator, entities for more than the document does."),
        route(POST, "/v1/matters/{id}/experts", candidacies::name_expert, Needs::HandleMatters, "Names an expert of a selection."),
        route(GET, "/v1/matters/{id}/experts", candidacies::experts, Needs::SeeMatters, "Lists the experts of a selection."),
        route(POST, "/v1/matters/{id}/scores", candidacies::score, Needs::HandleMatters, "Keeps how an expert scored an applicant."),
        route(GET, "/v1/matters/{id}/ranking", candidacies::ranking, Needs::SeeMatters, "Lists who came where, best first."),
        route(GET, "/v1/obligations", matters::obligations, Needs::SeeMatters, "Lists who must do what by which day, the most urgent first."),
        route(GET, "/v1/overview", overview::show, Needs::SeeOverview, "What there is in the morning: overdue, near, waiting, failed, ending, and the month closed last."),
        route(GET, "/v1/milestones", milestones::list, Needs::SeeMatters, "Lists the goals of the document, what was counted towards each, and what was said of it."),
        route(GET, "/v1/plan_targets", milestones::targets, Needs::SeeMatters, "Lists the targets of the managing body's plan with how far each has come."),
        route(POST, "/v1/plan_targets", milestones::set_target, Needs::HandleMatters, "Sets a target of the managing body's plan."),
        route(POST, "/v1/milestones/marks", milestones::mark, Needs::HandleMatters, "Says of a goal that it is met, or is not after all."),

        route(POST, "/v1/documents", documents::issue, Needs::IssueDocuments, "Issues a document, made from the records."),
        route(POST, "/v1/documents/previews", documents::preview, Needs::IssueDocuments, "Shows a document as it would be, and what keeps it from being issued."),
        route(GET, "/v1/documents", documents::list, Needs::SeeDocuments, "Lists documents, oldest first."),
        route(GET, "/v1/documents/{id}", documents::show, Needs::SeeDocuments, "Shows what is known of a document."),
        route(GET, "/v1/documents/{id}/{shape}", documents::fetch, Needs::SeeDocuments, "Fetches a document as page, PDF or workbook."),

        route(GET, "/v1/jobs", jobs::list, Needs::SeeJobs, "Lists the organisation's jobs, newest first."),
        route(GET, "/v1/jobs/{id}", jobs::show, Needs::OwnJob, "Shows a job."),
        route(DELETE, "/v1/jobs/{id}", jobs::cancel, Needs::OwnJob, "Cancels a job."),

        route(GET, "/v1/candidates", candidates::list, Needs::SeeJobs, "Lists what people of the own organisation computed, newest first."),
        route(GET, "/v1/candidates/{id}", candidates::show, Needs::OwnCandidate, "Shows the facts of a result, never its values."),
        route(GET, "/v1/candidates/{id}/rows", candidates::rows, Needs::OwnCandidate, "Is always refused."),
        route(POST, "/v1/candidates/{id}/lint", candidates::lint, Needs::OwnCandidate, "Runs the airlock's checks for the author."),
        route(POST, "/v1/releases", releases::submit, Needs::SubmitRelease, "Submits a result to the airlock."),
        route(GET, "/v1/releases", releases::list, Needs::SeeBusiness, "Lists releases."),
        route(GET, "/v1/releases/{id}", releases::show, Needs::SeeBusiness, "Shows a release."),
        route(POST, "/v1/releases/{id}/withdrawal", releases::withdraw, Needs::WithdrawRelease, "Ends a release, at once."),
        route(POST, "/v1/releases/{id}/completion", releases::complete, Needs::SubmitRelease, "Releases what was decided, by its case."),
    ]
}

#[rustfmt::skip]
fn market() -> Vec<Route> {
    vec![
        route(POST, "/v1/products", products::publish, Needs::Offer, "Makes a product of a release."),
        route(PUT, "/v1/products/{id}/exchange", registrations::exchange, Needs::Offer, "Says under which number an exchange lists a product."),
        route(GET, "/v1/products", products::list, Needs::SeeBusiness, "Lists products."),
        route(GET, "/v1/products/{id}/trace", traces::product, Needs::TraceProduct, "Shows the whole path of a product: from which data, by whom, to whom."),
        route(PUT, "/v1/products/{id}/release", products::supersede, Needs::Offer, "Serves a newer release from now on."),
        route(POST, "/v1/products/{id}/opening", opened::open, Needs::Offer, "Opens a product that serves the public good to everybody."),
        route(DELETE, "/v1/products/{id}", products::withdraw, Needs::WithdrawProduct, "Takes a product back, at once."),
        route(POST, "/v1/products/{id}/caps", money::cap, Needs::CapPrice, "Caps a price from a day on."),
        route(POST, "/v1/products/{id}/tariffs", money::price, Needs::Offer, "Sets a price from a day on."),
        route(POST, "/v1/subscriptions", deals::conclude, Needs::Offer, "Opens a subscription for an entity."),
        route(GET, "/v1/subscriptions", products::subscriptions, Needs::SeeSubscriptions, "Lists subscriptions."),
        route(DELETE, "/v1/subscriptions/{id}", products::end, Needs::EndSubscription, "Ends a subscription, at once."),
        route(POST, "/v1/subscriptions/{id}/takeover", products::take_over, Needs::Offer, "Answers for a subscription from now on."),
        route(POST, "/v1/client_keys", products::add_key, Needs::ClientKeys, "Registers a key that signs calls."),
        route(DELETE, "/v1/client_keys/{id}", products::withdraw_key, Needs::ClientKeys, "Withdraws a key at once."),
        route(POST, "/v1/consents", products::consent, Needs::Consent, "Records a data subject's consent."),
        route(GET, "/v1/consents", products::consents, Needs::Consent, "Lists the consents that the caller gave, or that their entity holds."),
        route(DELETE, "/v1/consents/{id}", products::withdraw_consent, Needs::Consent, "Withdraws a consent at once."),
        route(POST, "/v1/products/{id}/answers", answers::answer, Needs::ClientSignature, "Answers one signed call."),
        route(GET, "/v1/products/{id}/file", answers::file, Needs::ClientSignature, "Delivers the product's file to a signed call."),
        route(POST, "/v1/costs", money::enter_cost, Needs::EnterCosts, "Enters a cost of a month."),
        route(POST, "/v1/months/{month}/closing", money::close, Needs::CloseMonth, "Closes a month."),
        route(GET, "/v1/statements", money::statements, Needs::SeeStatements, "Lists closed months."),
        route(GET, "/v1/statements/{month}", money::statement, Needs::SeeStatements, "Shows the caller's part of a closed month."),
    ]
}

#[rustfmt::skip]
fn other_platforms() -> Vec<Route> {
    vec![
        route(GET, "/v1/exchange/identity", exchange::identity, Needs::KeepPeers, "Shows the keys by which other platforms know this one."),
        route(POST, "/v1/exchange/peers", exchange::add_peer, Needs::KeepPeers, "Enters another platform, above or below."),
        route(GET, "/v1/exchange/peers", exchange::peers, Needs::SeePeers, "Lists other platforms."),
        route(DELETE, "/v1/exchange/peers/{id}", exchange::withdraw_peer, Needs::KeepPeers, "Knows a platform no more, at once."),
        route(GET, "/v1/exchange/status", exchange::status, Needs::SeePeers, "Shows how it stands with each platform: what waits, since when, the last receipt, the last failure."),
        route(GET, "/v1/exchange/dispatches", exchange::dispatches, Needs::SeeExchange, "Lists what goes up, oldest first, with receipts and reasons."),
        route(GET, "/v1/exchange/dispatches/{id}", exchange::dispatch, Needs::SeeExchange, "Shows a record that goes up."),
        route(POST, "/v1/exchange/submissions", exchange::receive, Needs::PeerSignature, "Takes a signed record of a platform below; gives a receipt."),
        route(GET, "/v1/exchange/submissions", exchange::submissions, Needs::SeeExchange, "Lists what came from below, oldest first."),
        route(POST, "/v1/exchange/submissions/{id}/decision", exchange::decide, Needs::DecideSubmission, "Accepts what came from below, or says all that is against it."),
        route(GET, "/v1/whole_agency", organisations::whole_agency, Needs::SeeBusiness, "Shows the one agency that gives whole authorisations, where the document has one."),
        route(PUT, "/v1/whole_agency", organisations::name_whole_agency, Needs::HandleMatters, "Names the agency that gives whole authorisations; the one before gives none any more."),
        route(PUT, "/v1/organisations/{id}/district", districts::place, Needs::Organisations, "Says to which district an organisation belongs."),
        route(POST, "/v1/district_schemes", districts::draft, Needs::DraftDistrictScheme, "Drafts the scheme of the caller's district."),
        route(GET, "/v1/district_schemes", districts::list, Needs::SeeBusiness, "Lists districts' schemes: of the own district, or of all for the city's people."),
        route(GET, "/v1/district_schemes/{id}", districts::show, Needs::SeeBusiness, "Shows a district's scheme."),
        route(GET, "/v1/catalog/below", exchange::held_below, Needs::SeeBusiness, "Lists entries of the catalogues below, which are held and used there."),
    ]
}

#[rustfmt::skip]
fn income() -> Vec<Route> {
    vec![
        route(GET, "/v1/prices", prices::list, Needs::Nothing, "Lists what each product costs, for everybody: price, unit, use and basis."),
        route(POST, "/v1/price_bases", prices::file_basis, Needs::KeepPrices, "Puts a document on file that prices may rest on."),
        route(GET, "/v1/price_bases", prices::bases, Needs::SeeStatements, "Lists the documents that prices may rest on."),
        route(GET, "/v1/price_filings", prices::filings, Needs::SeeStatements, "Lists what was filed with prices."),
        route(POST, "/v1/subscriptions/{id}/free_conditions", prices::free_conditions, Needs::CapPrice, "Records that the conditions of free use are met."),
        route(POST, "/v1/subscriptions/{id}/terms_reason", prices::explain_terms, Needs::Offer, "Says why terms differ from the usual ones."),
        route(GET, "/v1/terms", prices::terms, Needs::SeeStatements, "Lists each entity's terms beside the usual ones."),
        route(POST, "/v1/meter_rates", prices::set_rate, Needs::KeepPrices, "Sets what a metered use of the infrastructure costs."),
        route(GET, "/v1/meter_rates", prices::rates, Needs::SeeStatements, "Lists what metered uses cost."),
        route(POST, "/v1/permitted_revenues", prices::permit_revenue, Needs::KeepPrices, "Sets the most that an operator may earn in a year."),
        route(GET, "/v1/permitted_revenues", prices::permitted_revenues, Needs::SeeStatements, "Lists what may be earned, what was, and who adjusts what."),
        route(GET, "/v1/costs", worth::costs, Needs::SeeStatements, "Lists costs as they were entered."),
        route(POST, "/v1/costs/{id}/acceptance", worth::accept_cost, Needs::AcceptCosts, "Accepts a cost; from then on it counts."),
        route(POST, "/v1/sharing_rules", shares::propose, Needs::ShareIncome, "Proposes a rule of distribution."),
        route(GET, "/v1/sharing_rules", shares::rules, Needs::SeeStatements, "Lists rules of distribution."),
        route(POST, "/v1/sharing_rules/{id}/consents", shares::consent, Needs::ShareIncome, "Consents to a rule of distribution."),
        route(POST, "/v1/distributions", shares::distribute, Needs::CloseMonth, "Distributes a closed month by the rule that holds for it."),
        route(GET, "/v1/distributions", shares::distributions, Needs::SeeStatements, "Lists distributions."),
        route(GET, "/v1/treasury_dues", shares::dues, Needs::SeeStatements, "Lists what treasuries are owed, with what is open and overdue."),
        route(POST, "/v1/treasury_dues/{id}/payments", shares::pay, Needs::PayTreasury, "Records a payment to a treasury."),
        route(POST, "/v1/treasury_spendings", shares::spend, Needs::SpendIncome, "Books what public income was spent on."),
        route(GET, "/v1/treasuries", shares::treasuries, Needs::SeeStatements, "Lists what each treasury took in and spent, by purpose."),
        route(POST, "/v1/assets", worth::record, Needs::BookAssets, "Records a data asset."),
        route(GET, "/v1/assets", worth::assets, Needs::SeeStatements, "Lists data assets with their booked values."),
        route(GET, "/v1/contributions/{month}", worth::contributions, Needs::SeeStatements, "Lists what each department contributed, with the records behind it."),
    ]
}

#[rustfmt::skip]
fn supply() -> Vec<Route> {
    vec![
        route(GET, "/v1/resources/{id}/facts", facts::show, Needs::SeeBusiness, "Shows whose a resource is, what was told of it, and whether its department stopped it."),
        route(POST, "/v1/resources/{id}/facts", facts::tell, Needs::KeepFacts, "Tells a fact of a resource."),
        route(PUT, "/v1/resources/{id}/stop", facts::stop, Needs::KeepFacts, "Stops every use of an own resource, at once."),
        route(DELETE, "/v1/resources/{id}/stop", facts::lift, Needs::KeepFacts, "Lifts an own stop."),
        route(GET, "/v1/scenarios/{id}/marks", facts::marks, Needs::SeeBusiness, "Lists the marks of a scenario."),
        route(POST, "/v1/scenarios/{id}/marks", facts::mark, Needs::KeepFacts, "Marks a scenario."),
        route(GET, "/v1/marked", catalogues::marked, Needs::SeeBusiness, "Lists the resources and scenarios that bear a mark."),
        route(GET, "/v1/scenarios/{id}/special_uses", facts::special_uses, Needs::SeeBusiness, "Lists the uses of a scenario that need a permission of their own."),
        route(POST, "/v1/scenarios/{id}/special_uses", facts::special_use, Needs::KeepFacts, "Declares a use that needs a permission of its own, or permits it."),
        route(GET, "/v1/base_catalogue", catalogues::inventory, Needs::SeeBusiness, "Lists what departments hold, what stands for it, and what has no entry."),
        route(POST, "/v1/base_catalogue", catalogues::enter, Needs::KeepFacts, "Enters what a department holds into the base catalogue."),
        route(POST, "/v1/catalogues", catalogues::compile, Needs::KeepFacts, "Compiles the next version of a catalogue."),
        route(GET, "/v1/catalogues", catalogues::list, Needs::SeeBusiness, "Lists versions of catalogues, the newest first."),
        route(GET, "/v1/catalogues/{id}", catalogues::show, Needs::SeeBusiness, "Shows a version of a catalogue."),
        route(POST, "/v1/catalogues/{id}/answers", catalogues::answer, Needs::KeepFacts, "Answers for a department whose entries a version touches."),
        route(POST, "/v1/catalogues/{id}/decision", catalogues::decide, Needs::KeepFacts, "Records the decision on a version by its minutes."),
        route(POST, "/v1/catalogues/{id}/publication", catalogues::publish, Needs::KeepFacts, "Publishes a version."),
        route(GET, "/v1/published_catalogues", catalogues::published, Needs::Nothing, "Lists the versions that are or were published, for everybody."),
        route(GET, "/v1/planned_products", catalogues::planned, Needs::Nothing, "Lists the products that the document announces, for everybody."),
        route(GET, "/v1/grading_rules", facts::grading_rules, Needs::SeeBusiness, "Lists the versions of the rules of grading; the last one counts."),
        route(POST, "/v1/grading_rules", facts::set_grading_rules, Needs::KeepFacts, "Sets the rules of grading anew."),
        route(POST, "/v1/field_requirements", facts::propose, Needs::KeepFacts, "Proposes what agency and departments agree on for a field."),
        route(GET, "/v1/field_requirements", facts::requirements, Needs::SeeBusiness, "Lists what is agreed for fields, and whose consent is missing."),
        route(POST, "/v1/field_requirements/{id}/consents", facts::consent, Needs::KeepFacts, "Consents to what is proposed for a field."),
        route(POST, "/v1/field_requirements/{id}/withdrawal", facts::withdraw, Needs::KeepFacts, "Takes back what was agreed for a field, at once."),
        route(GET, "/v1/products/{id}/findings", facts::findings, Needs::SeeBusiness, "Lists what was found on the protected interests of a product."),
        route(POST, "/v1/products/{id}/findings", facts::find, Needs::KeepFacts, "Records what was found on a protected interest of a product."),
        route(GET, "/v1/products/{id}/rights", facts::rights, Needs::SeeBusiness, "Lists who holds which right in a product."),
        route(PUT, "/v1/products/{id}/rights", facts::allot, Needs::KeepFacts, "Says who holds a right in a product, by an agreement."),
        route(GET, "/v1/work", work::work, Needs::SeeMatters, "Lists a department's resources and what waits for each."),
        route(GET, "/v1/supply_tasks", work::supply_tasks, Needs::SeeMatters, "Lists what was demanded of departments and of those under them, with sums."),
        route(GET, "/v1/demands", work::demands, Needs::SeeMatters, "Lists demands with scenario and data items."),
    ]
}

#[rustfmt::skip]
fn assessed() -> Vec<Route> {
    vec![
        route(POST, "/v1/assessment_rounds", assessments::open_round, Needs::HandleMatters, "Opens a round: an assessment of each body of a kind, or of each that is named."),
        route(GET, "/v1/assessment_rounds", assessments::rounds, Needs::SeeMatters, "Lists rounds of assessments."),
        route(GET, "/v1/assessment_results", assessments::results, Needs::SeeMatters, "Lists confirmed results, by unit and round, with what was decided on each."),
        route(GET, "/v1/matters/{id}/items", assessments::items, Needs::SeeMatters, "Lists the material that an assessment asks for, and what was given, late or missing."),
        route(POST, "/v1/matters/{id}/items", assessments::give_item, Needs::HandleMatters, "Gives an item of material, with a statement that it is true."),
        route(GET, "/v1/matters/{id}/figures", assessments::figures, Needs::SeeMatters, "Lists the figures that the assessed told, beside what log and closed months say."),
        route(GET, "/v1/deals", deals::list, Needs::SeeSubscriptions, "Lists deals with their terms and the exchange's numbers."),
        route(POST, "/v1/products/{id}/free_grants", deals::grant_free_use, Needs::CapPrice, "Records that an entity meets the conditions of free use."),
        route(POST, "/v1/exchange_trades", deals::trade, Needs::Offer, "Enters a trade as an exchange recorded it."),
        route(GET, "/v1/exchange_trades", deals::trades, Needs::SeeStatements, "Lists trades that exchanges recorded."),
        route(POST, "/v1/supply_refusals", deals::refuse_supply, Needs::EndSubscription, "Tells of a refusal to supply."),
        route(GET, "/v1/supply_refusals", deals::supply_refusals, Needs::SeeSubscriptions, "Lists refusals to supply, and which nobody explained."),
        route(POST, "/v1/supports", deals::support, Needs::EnterCosts, "Books support that the operator gave to a public body."),
        route(GET, "/v1/supports", deals::supports, Needs::SeeStatements, "Lists support by receiver, form and value."),
        route(GET, "/v1/accounts", deals::accounts, Needs::SeeStatements, "Lists what each product took in and cost in closed months, and which financial rules are kept."),
        route(GET, "/v1/price_departures", deals::departures, Needs::SeeStatements, "Lists sales at other prices than the guided price or standard."),
    ]
}

/// The whole server.
pub fn build(app: &App) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let gate = Gate { app: app.clone(), needs: route.needs, path: route.path };
        router = router.route(route.path, route.handler.layer(from_fn_with_state(gate, guard)));
    }
    router
        .fallback(async || Problem::unseen("address"))
        .method_not_allowed_fallback(async || Problem::no_such_method())
        // Bodies are bounded where they are read, each by its own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(app.clone(), watch))
        .with_state(app.clone())
}
