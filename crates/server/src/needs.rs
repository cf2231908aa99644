//! What each route needs of the one who calls it. Every route has one of
//! these; the Cedar action of the same name says which roles hold it.
//!
//! Not here: the rules themselves (`policies/*.cedar`), their evaluation
//! (`authority`), and what a station decides about the thing asked for.

/// Whose thing a route is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The platform as a whole, or what everybody with the role may touch.
    Platform,
    /// The thing that `{id}` names, which belongs to one organisation.
    Owned,
}

macro_rules! needs {
    ($($(#[$doc:meta])* $name:ident = $action:literal, $about:ident;)*) => {
        /// What a route needs of its caller.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Needs {
            /// Nothing: anybody may call it.
            Nothing,
            /// A request signed with a client key (RFC 9421); `delivery` checks it.
            ClientSignature,
            /// A request signed with another platform's key (RFC 9421); `exchange` checks it.
            PeerSignature,
            $($(#[$doc])* $name,)*
        }

        impl Needs {
            /// Every need that a person's roles answer.
            pub const OF_PEOPLE: &'static [Needs] = &[$(Needs::$name,)*];

            /// The Cedar action; `None` where no person is asked for.
            pub fn action(self) -> Option<&'static str> {
                match self {
                    Needs::Nothing | Needs::ClientSignature | Needs::PeerSignature => None,
                    $(Needs::$name => Some($action),)*
                }
            }

            /// Whose thing it is about.
            pub fn about(self) -> About {
                match self {
                    Needs::Nothing | Needs::ClientSignature | Needs::PeerSignature => About::Platform,
                    $(Needs::$name => About::$about,)*
                }
            }
        }
    };
}

impl Needs {
    /// Whether people of an operator whose last agreement has ended still may: what an
    /// exit, its papers and the last settlement ask of them.
    pub fn is_left_to_a_former_operator(self) -> bool {
        matches!(
            self,
            Self::Session
                | Self::HandleMatters
                | Self::SeeMatters
                | Self::KeepDossier
                | Self::SeeDossier
                | Self::SeeDocuments
                | Self::IssueDocuments
                | Self::SeeCases
                | Self::EnterCosts
                | Self::SeeStatements
                | Self::ShareIncome
                | Self::PayTreasury
                | Self::BookAssets
        )
    }
}

needs! {
    /// Any signed-in person, about their own session.
    Session = "use_session", Platform;
    /// Adds and lists organisations.
    Organisations = "keep_organisations", Platform;
    /// Adds people, without roles.
    People = "keep_people", Platform;
    /// Sees people and their roles.
    SeePeople = "see_people", Platform;
    /// Grants and withdraws roles.
    Roles = "grant_roles", Platform;
    /// Describes a table that a department holds.
    DescribeResource = "describe_resource", Platform;
    /// Sees what people, organisations, resources and scenarios are called.
    SeeNames = "see_names", Platform;
    /// Changes an own resource: grades.
    ChangeResource = "change_resource", Owned;
    /// Lands bytes for an own resource.
    Land = "land", Owned;
    /// Sees the versions of an own resource.
    SeeHoldings = "see_holdings", Owned;
    /// Destroys a version of an own resource.
    DestroyHolding = "destroy_holding", Owned;
    /// Puts resources on the negative list.
    NegativeList = "keep_negative_list", Platform;
    /// Sees resources, the catalog, agreements, scenarios, releases, products.
    SeeBusiness = "see_business", Platform;
    /// Drafts an agreement.
    DraftAgreement = "draft_agreement", Platform;
    /// Ends an agreement.
    EndAgreement = "end_agreement", Platform;
    /// Takes a scenario back.
    WithdrawScenario = "withdraw_scenario", Platform;
    /// Consents to the authorised operation of what the own organisation shared.
    ConsentToSharing = "consent_to_sharing", Platform;
    /// Drafts the scheme of the own district.
    DraftDistrictScheme = "draft_district_scheme", Platform;
    /// Drafts a scenario.
    DraftScenario = "draft_scenario", Platform;
    /// Applies for a registration, or for what follows one.
    ApplyForRegistration = "apply_for_registration", Platform;
    /// Revokes a registration.
    RevokeRegistration = "revoke_registration", Platform;
    /// Opens a case.
    OpenCase = "open_case", Platform;
    /// Signs a step of a case, or says that a copy was filed.
    SignCase = "sign_case", Platform;
    /// Sees cases and the own inbox.
    SeeCases = "see_cases", Platform;
    /// Opens matters, makes their moves, files their copies.
    HandleMatters = "handle_matters", Platform;
    /// Sees the matters of the own organisation, or all where one supervises.
    SeeMatters = "see_matters", Platform;
    /// Records findings on protected interests of resources.
    FindInterests = "find_interests", Platform;
    /// Tells facts, keeps catalogues and requirements of fields; whose, the station asks.
    KeepFacts = "keep_facts", Platform;
    /// Enters papers of the own organisation, and answers those of others.
    KeepDossier = "keep_dossier", Platform;
    /// Sees what is on file of organisations.
    SeeDossier = "see_dossier", Platform;
    /// Brings a table of the own organisation into a workroom.
    BringOwnTable = "bring_own_table", Platform;
    /// Sees own tables.
    SeeOwnTables = "see_own_tables", Platform;
    /// Sees how the required controls stand.
    SeeControls = "see_controls", Platform;
    /// Sees what is overdue, waits, failed and ends soon, in numbers.
    SeeOverview = "see_overview", Platform;
    /// Sees the whole path of a product.
    TraceProduct = "trace_product", Platform;
    /// Orders a processor to compute, where the document has one.
    PlaceOrder = "place_order", Platform;
    /// Answers or ends an order.
    HandleOrders = "handle_orders", Platform;
    /// Sees orders.
    SeeOrders = "see_orders", Platform;
    /// Issues documents of the own organisation.
    IssueDocuments = "issue_documents", Platform;
    /// Sees the documents that the own organisation has a part in, or all where one supervises.
    SeeDocuments = "see_documents", Platform;
    /// Computes in the workroom of an own scenario.
    Compute = "compute", Owned;
    /// Sees own jobs.
    SeeJobs = "see_jobs", Platform;
    /// Sees every job, not only the own organisation's.
    SeeAllJobs = "see_all_jobs", Platform;
    /// Sees or cancels one job of the own organisation.
    OwnJob = "own_job", Owned;
    /// Sees the facts of an own candidate or training, and lints a candidate.
    OwnCandidate = "own_candidate", Owned;
    /// Submits candidates to the airlock and completes releases.
    SubmitRelease = "submit_release", Platform;
    /// Ends a release.
    WithdrawRelease = "withdraw_release", Platform;
    /// Makes products of releases, prices and subscriptions.
    Offer = "offer", Platform;
    /// Sees subscriptions.
    SeeSubscriptions = "see_subscriptions", Platform;
    /// Sees every subscription, not only the own organisation's.
    SeeAllSubscriptions = "see_all_subscriptions", Platform;
    /// Takes part in a subscription as operator or entity, and can end it.
    EndSubscription = "end_subscription", Platform;
    /// Caps a price.
    CapPrice = "cap_price", Platform;
    /// Takes a product back.
    WithdrawProduct = "withdraw_product", Platform;
    /// Registers and withdraws client keys.
    ClientKeys = "keep_client_keys", Platform;
    /// Records and withdraws consent.
    Consent = "keep_consents", Platform;
    /// Enters the operator's costs.
    EnterCosts = "enter_costs", Platform;
    /// Accepts the operator's costs.
    AcceptCosts = "accept_costs", Platform;
    /// Keeps documents on price, rates and permitted revenue.
    KeepPrices = "keep_prices", Platform;
    /// Proposes rules of distribution and consents to them.
    ShareIncome = "share_income", Platform;
    /// Records payments to a treasury.
    PayTreasury = "pay_treasury", Platform;
    /// Books what public income was spent on.
    SpendIncome = "spend_income", Platform;
    /// Records data assets.
    BookAssets = "book_assets", Platform;
    /// Closes a month.
    CloseMonth = "close_month", Platform;
    /// Sees statements.
    SeeStatements = "see_statements", Platform;
    /// Enters other platforms, and sees who this one is to them.
    KeepPeers = "keep_peers", Platform;
    /// Sees which other platforms there are and how it stands with them.
    SeePeers = "see_peers", Platform;
    /// Sees what went up to other platforms and what came from below.
    SeeExchange = "see_exchange", Platform;
    /// Accepts or refuses what came from below.
    DecideSubmission = "decide_submission", Platform;
    /// Reads the journal.
    ReadJournal = "read_journal", Platform;
    /// Moves the clock of a demonstration.
    MoveDemoClock = "move_demo_clock", Platform;
}
