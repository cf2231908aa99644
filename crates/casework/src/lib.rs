//! Procedures: what the law prescribes before something becomes so.
//!
//! A draft and its digest go in; people sign step by step, as the regime file
//! lists them; a [`Decision`] comes out, and with the last signature, in one
//! change, the thing itself becomes registered, in force or approved.
//!
//! Beside these, matters: lifecycles with moves instead of signatures (an incident,
//! a rectification, an exit), each by the table of its kind, and the obligations
//! that follow from both.
//!
//! Who asks to be chosen or admitted in one is a [`candidacy`].
//!
//! INVARIANT (four eyes): nobody who wrote the subject, opened the case or ran
//! the job signs a step of it.
//! INVARIANT (blind): until a step has all its signatures, nobody sees another's.
//! INVARIANT (signed is enacted): what becomes so has the digest that each of the
//! signatures names.
//!
//! Not here: what a draft must hold (`registry`), what a release must pass
//! (`airlock`), which steps there are (`regimes/CODE/regime.toml`).

#![cfg_attr(
    test,
    allow(
        clippy::allow_attributes,
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a test fails by panicking"
    )
)]

pub mod acts;
pub mod alerts;
mod allowed_actions;
pub mod applicants;
pub mod assessment;
pub mod candidacy;
mod case;
mod casework;
mod decision;
mod districts;
mod error;
pub mod exits;
mod filing;
mod gates;
pub mod group;
mod held;
pub mod matter;
mod matters;
pub mod milestones;
mod notices;
pub mod obligations;
mod opening;
mod overview;
mod raised;
mod reasons;
mod receipts;
mod registration;
mod said;
mod signing;
pub mod states;
mod store;
mod targets;
pub mod testing;
mod upward;
mod view;
mod violations;
pub mod voices;
mod work;

#[cfg(test)]
mod tests;

pub use alerts::Observed;
pub use allowed_actions::{AllowedAction, CaseAction};
pub use assessment::{
    ItemView as AssessmentItemView, NewItem, NewRound, ResultFilter, ResultView, RoundMatter, RoundView,
};
pub use case::{Opinion, Outcome, REASON_CHARS_MAX, REASON_CHARS_MIN};
pub use casework::{Casework, NewRelease};
pub use decision::{Decision, Signature};
pub use error::CaseworkError;
pub use filing::Filing;
pub use gates::scheme::SchemeFacts;
pub use matter::opinions::{Invited, NewStance, Stance};
pub use matter::{MatterFiling, MatterFilter, MatterItem, MatterMove, MatterView, NewMatter, Swept};
pub use matters::TOUCHED_SHOWN_MAX;
pub use milestones::{Mark, MilestoneView, NewMark};
pub use notices::{MatterNotice, NOTICES_MAX};
pub use obligations::{Obligation, ObligationKind, ObligationState};
pub use overview::OpenCase;
pub use raised::{AttachedTerms, Raisable};
pub use reasons::REASONS;
pub use registration::{
    Defect, NewObjection, Notice, ObjectionDecision, ObjectionView, RegistrationFile, RegistrationSwept, ReturnView,
    Revocation,
};
pub use said::{Said, StruckField};
pub use states::CaseState;
pub use targets::{NewPlanTarget, PLAN_TARGETS_MAX, PlanTargetView};
pub use view::{CaseView, DayView, InboxItem, OpinionView, StepView};
pub use voices::{CallShown, EntityProductShown, NewVoice, VoiceKind, VoiceStep, VoiceView};
pub use work::{DemandLine, SupplyTask, WorkItem};
