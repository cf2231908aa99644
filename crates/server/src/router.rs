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
    agreements, answers, candidates, cases, catalog, demo, jobs, journal, matters, money, organisations, outside,
    people, prices, products, releases, resources, scenarios, sessions, shares, worth,
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
        route(GET, "/style.css", outside::style, Needs::Nothing, "The style of the public page."),
        route(GET, "/healthz", outside::health, Needs::Nothing, "Whether the server can read its book."),
        route(GET, "/metrics", outside::metrics, Needs::Nothing, "Figures for Prometheus."),
        route(GET, "/openapi.json", outside::openapi, Needs::Nothing, "This description."),
        route(GET, "/log/{*file}", outside::log_file, Needs::Nothing, "The Merkle log as plain files (C2SP tlog-tiles)."),

        route(POST, "/v1/sessions", sessions::open, Needs::Nothing, "Signs in."),
        route(DELETE, "/v1/sessions/current", sessions::close, Needs::Session, "Signs out."),
        route(GET, "/v1/me", sessions::me, Needs::Session, "Who is signed in."),
        route(PUT, "/v1/me/password", people::change_password, Needs::Session, "Changes the own password."),
    ];
    all.extend(parties());
    all.extend(path());
    all.extend(market());
    all.extend(income());
    all
}

#[rustfmt::skip]
fn parties() -> Vec<Route> {
    vec![
        route(POST, "/v1/organisations", organisations::add, Needs::Organisations, "Adds an organisation."),
        route(GET, "/v1/organisations", organisations::list, Needs::Organisations, "Lists organisations."),
        route(PUT, "/v1/organisations/{id}/owners", organisations::set_owners, Needs::Organisations, "Says anew who owns an organisation."),
        route(POST, "/v1/people", people::add, Needs::People, "Adds a person, who has no role yet."),
        route(GET, "/v1/people", people::list, Needs::SeePeople, "Lists people and their roles."),
        route(POST, "/v1/people/{id}/roles", people::grant, Needs::Roles, "Grants a role."),
        route(DELETE, "/v1/people/{id}/roles/{role}", people::withdraw, Needs::Roles, "Withdraws a role."),
        route(GET, "/v1/journal", journal::list, Needs::ReadJournal, "Lists events, newest first."),
        route(GET, "/v1/journal/{seq}/proof", journal::proof, Needs::ReadJournal, "Proves that an event lies in the log."),
        route(POST, "/v1/demo/clock", demo::advance, Needs::MoveDemoClock, "Moves the clock of a demonstration ahead."),
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
        route(PUT, "/v1/resources/{id}/grades", resources::grade, Needs::ChangeResource, "Grades columns."),
        route(POST, "/v1/resources/{id}/landings", resources::land, Needs::Land, "Lands a file; a job checks and seals it."),
        route(GET, "/v1/resources/{id}/holdings", resources::holdings, Needs::SeeHoldings, "Lists the sealed versions."),
        route(DELETE, "/v1/holdings/{id}", resources::destroy, Needs::DestroyHolding, "Destroys a version's key and bytes."),
        route(POST, "/v1/negative_list", catalog::bar, Needs::NegativeList, "Puts a resource on the negative list."),
        route(DELETE, "/v1/negative_list/{id}", catalog::unbar, Needs::NegativeList, "Takes a resource off the negative list."),
        route(GET, "/v1/catalog", catalog::list, Needs::SeeBusiness, "Lists what is registered."),

        route(POST, "/v1/agreements", agreements::draft, Needs::DraftAgreement, "Drafts an agreement."),
        route(GET, "/v1/agreements", agreements::list, Needs::SeeBusiness, "Lists agreements."),
        route(GET, "/v1/agreements/{id}", agreements::show, Needs::SeeBusiness, "Shows an agreement."),
        route(POST, "/v1/agreements/{id}/termination", agreements::end, Needs::EndAgreement, "Ends an agreement at once."),

        route(POST, "/v1/scenarios", scenarios::draft, Needs::DraftScenario, "Drafts a scenario."),
        route(GET, "/v1/scenarios", scenarios::list, Needs::SeeBusiness, "Lists scenarios."),
        route(GET, "/v1/scenarios/{id}", scenarios::show, Needs::SeeBusiness, "Shows a scenario."),
        route(POST, "/v1/scenarios/{id}/withdrawal", scenarios::withdraw, Needs::WithdrawScenario, "Takes a scenario back, at once."),
        route(POST, "/v1/scenarios/{id}/drafts", scenarios::try_out, Needs::Compute, "Tries a statement on a masked sample."),
        route(POST, "/v1/scenarios/{id}/runs", scenarios::run, Needs::Compute, "Runs a statement on all rows; nothing is shown."),

        route(POST, "/v1/cases", cases::open, Needs::OpenCase, "Opens a case."),
        route(GET, "/v1/cases/{id}", cases::show, Needs::SeeCases, "Shows a case."),
        route(GET, "/v1/cases/{id}/review", cases::review, Needs::SeeCases, "Shows what reviewers see of a result; never a row."),
        route(POST, "/v1/cases/{id}/resubmission", cases::resubmit, Needs::OpenCase, "Submits a returned case again."),
        route(POST, "/v1/cases/{id}/withdrawal", cases::withdraw, Needs::OpenCase, "Takes a case back."),
        route(POST, "/v1/cases/{id}/signatures", cases::sign, Needs::SignCase, "Signs a step of a case."),
        route(GET, "/v1/inbox", cases::inbox, Needs::SeeCases, "Lists the cases that wait for the caller."),
        route(POST, "/v1/filings/{id}/{to}", cases::file, Needs::SignCase, "Says that a copy of a decision was filed."),

        route(POST, "/v1/matters", matters::open, Needs::HandleMatters, "Opens a matter: an incident, a rectification, an exit, a complaint and the like."),
        route(GET, "/v1/matters", matters::list, Needs::SeeMatters, "Lists matters, oldest first."),
        route(GET, "/v1/matters/{id}", matters::show, Needs::SeeMatters, "Shows a matter, its moves, and what can be done now."),
        route(POST, "/v1/matters/{id}/moves", matters::make_move, Needs::HandleMatters, "Makes a move."),
        route(POST, "/v1/matters/{id}/filings/{version}/{to}", matters::file, Needs::HandleMatters, "Says that a copy after a move was filed."),
        route(GET, "/v1/obligations", matters::obligations, Needs::SeeMatters, "Lists who must do what by which day, the most urgent first."),

        route(GET, "/v1/jobs", jobs::list, Needs::SeeJobs, "Lists the organisation's jobs, newest first."),
        route(GET, "/v1/jobs/{id}", jobs::show, Needs::OwnJob, "Shows a job."),
        route(DELETE, "/v1/jobs/{id}", jobs::cancel, Needs::OwnJob, "Cancels a job."),

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
        route(GET, "/v1/products", products::list, Needs::SeeBusiness, "Lists products."),
        route(PUT, "/v1/products/{id}/release", products::supersede, Needs::Offer, "Serves a newer release from now on."),
        route(DELETE, "/v1/products/{id}", products::withdraw, Needs::WithdrawProduct, "Takes a product back, at once."),
        route(POST, "/v1/products/{id}/caps", money::cap, Needs::CapPrice, "Caps a price from a day on."),
        route(POST, "/v1/products/{id}/tariffs", money::price, Needs::Offer, "Sets a price from a day on."),
        route(POST, "/v1/subscriptions", products::subscribe, Needs::Offer, "Opens a subscription for an entity."),
        route(GET, "/v1/subscriptions", products::subscriptions, Needs::SeeSubscriptions, "Lists subscriptions."),
        route(DELETE, "/v1/subscriptions/{id}", products::end, Needs::EndSubscription, "Ends a subscription, at once."),
        route(POST, "/v1/subscriptions/{id}/takeover", products::take_over, Needs::Offer, "Answers for a subscription from now on."),
        route(POST, "/v1/client_keys", products::add_key, Needs::ClientKeys, "Registers a key that signs calls."),
        route(DELETE, "/v1/client_keys/{id}", products::withdraw_key, Needs::ClientKeys, "Withdraws a key at once."),
        route(POST, "/v1/consents", products::consent, Needs::Consent, "Records a data subject's consent."),
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
