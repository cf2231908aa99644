//! The dossier (档案): papers on file of a party, and the acts that wait for them.
//!
//! INVARIANT (readable for ever): a paper is never changed; a newer version is a row
//! of its own, and the older one stays.
//! INVARIANT (answered first): where the rules want a consent or the receipt of a
//! copy, a paper without it is not on file, and its predecessor stays in effect.
//! INVARIANT (dies at once): whoever enters, answers or withdraws a paper touches the
//! organisation whose it is; a permit that rests on a paper ends with its last day.
//!
//! Not here: which papers there are and what each must hold (`model::regime::dossier`,
//! the regime files), what falls due (`casework::obligations`).

mod adverse;
mod due;
mod missing;
mod named;
mod on_file;
mod paper;
mod papers;
pub(crate) mod staff;
pub(crate) mod store;
mod view;

pub use adverse::AdversePaper;
pub use due::PaperDue;
pub use named::{CitedPaper, Officer};
pub(crate) use on_file::{OnFile, Parties, against};
pub use paper::{Answer, NewPaper, Paper, PaperAnswer, PaperState};
pub use view::{DossierItem, MissingPaper, PaperView, Standing};
