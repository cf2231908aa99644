//! Rounds: one assessment of each body of a kind, or of each that is named, opened at
//! once under one number.
//!
//! INVARIANT (told of each): for every body a round says the matter that was opened, or
//! every reason why none was; what was refused can be opened again under the same rules.
//! INVARIANT (whole or not): a round that names what there is not, what such a round is not
//! of, or the same twice, opens nothing.

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::{MatterKind, SubjectKind};
use shuyu_model::regime::{Assessed, AssessmentForm};
use shuyu_model::{Actor, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Listing, Page, Turn};

use super::{Result, store};
use crate::matter::{FORM, Facts, NewMatter, ROUND, TITLE_CHARS_MAX};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

/// The most bodies of one round.
pub const ROUND_BODIES_MAX: usize = 200;

/// A round to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewRound {
    /// What people call it.
    pub title: String,
    /// Whom or what it assesses.
    pub of: Assessed,
    /// In which form; an assessment, where nothing is said.
    #[serde(default)]
    pub form: Option<AssessmentForm>,
    /// Which, by their ids; all organisations of the kind, where none is named.
    #[serde(default)]
    pub subjects: Vec<String>,
}

/// What came of one body of a round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundMatter {
    /// Which.
    pub subject: String,
    /// The assessment that was opened.
    pub matter: Option<MatterId>,
    /// Why none was.
    pub reasons: Vec<Reason>,
}

/// A round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RoundView {
    /// Counts up from 1.
    pub number: i64,
    /// What people call it.
    pub title: String,
    /// Whom or what it assesses.
    pub of: Assessed,
    /// In which form.
    pub form: AssessmentForm,
    /// When it was opened.
    pub opened_at: Time,
    /// How many assessments were opened in it.
    pub matters_total: u64,
    /// How many of them have a confirmed result.
    pub results_total: u64,
}

impl Casework {
    /// Opens a round, and an assessment of each body.
    pub async fn open_round(&self, actor: &Actor, new: NewRound) -> Result<Verdict<(i64, Vec<RoundMatter>)>> {
        let chars = new.title.trim().chars().count();
        if !(1..=TITLE_CHARS_MAX).contains(&chars) || new.title.chars().any(char::is_control) {
            return Err(malformed(format!("`title` is 1 to {TITLE_CHARS_MAX} characters, on one line")));
        }
        let form = new.form.unwrap_or(AssessmentForm::Assessment);
        let subjects = self.subjects_of(&new).await?;
        if !(1..=ROUND_BODIES_MAX).contains(&subjects.len()) {
            return Err(malformed(format!("a round is of 1 to {ROUND_BODIES_MAX} bodies; name them in `subjects`")));
        }
        let regime = self.registry().regime();
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        let row =
            regime.assessment.iter().find(|row| row.of == new.of && row.form() == form && known.is(row.entered_by()));
        let Some(row) = row else {
            let of: Vec<&str> =
                regime.assessment.iter().filter(|row| row.of == new.of).map(|row| row.by.zh()).collect();
            let what = format!("no {} of {} is yours to open", form.zh(), new.of.zh());
            let instead =
                if of.is_empty() { "the document knows none".to_owned() } else { format!("ask {}", of.join("、")) };
            let clause = regime.matter.get(&MatterKind::Assessment).map_or("setting", |rules| rules.source.as_str());
            let reason = Reason::new(reasons::NOT_THE_ROUNDS_OPENER, what, regime.cite_clause(clause), instead);
            return self.refuse(turn, actor, "assessment_round.refused", new.of.word(), Reasons::one(reason)).await;
        };
        self.are_there(&mut turn, actor, new.of, &subjects).await?;
        let number = store::next_round(turn.change()).await?;
        store::insert_round(turn.change(), number, (&new, form), &regime.stamp(), actor).await?;
        let facts = json!({ "of": new.of, "form": form, "bodies": subjects.len() });
        let event = Event::done(Some(actor), "assessment_round.opened", number.to_string()).facts(facts).under(regime);
        turn.commit(event.citing(regime.cite_clause(&row.source))).await?;
        let mut opened = Vec::new();
        for subject in subjects {
            let facts =
                Facts::from([(FORM.to_owned(), form.word().to_owned()), (ROUND.to_owned(), number.to_string())]);
            let kind = MatterKind::Assessment;
            let (title, cites) = (new.title.clone(), Vec::new());
            let new = NewMatter { kind, subject: subject.clone(), counterparty: None, title, facts, cites };
            opened.push(match self.open_matter(actor, new).await? {
                Verdict::Allow(id) => RoundMatter { subject, matter: Some(id), reasons: Vec::new() },
                Verdict::Refuse(found) => {
                    RoundMatter { subject, matter: None, reasons: found.iter().cloned().collect() }
                }
            });
        }
        Ok(Verdict::Allow((number, opened)))
    }

    /// Upholds INVARIANT (whole or not).
    async fn are_there(&self, turn: &mut Turn, actor: &Actor, of: Assessed, subjects: &[String]) -> Result<()> {
        let mut faults = Vec::new();
        for (place, subject) in subjects.iter().enumerate() {
            let shown: String = subject.chars().take(80).collect();
            let kind = SubjectKind::of(subject);
            let is_of_kind = match of.thing() {
                Some(thing) => kind == Some(thing),
                None => matches!(kind, Some(SubjectKind::Organisation | SubjectKind::Agreement)),
            };
            if !is_of_kind {
                faults.push(format!("`subjects`: `{shown}` is no {}", of.word()));
            } else if subjects.iter().take(place).any(|earlier| earlier == subject) {
                faults.push(format!("`subjects` name `{shown}` twice"));
            } else if !self.is_subject(turn, actor, subject).await? {
                faults.push(format!("`subjects`: there is no `{shown}`"));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(CaseworkError::Malformed { faults }) }
    }

    /// The bodies of a round, in the order of their ids.
    async fn subjects_of(&self, new: &NewRound) -> Result<Vec<String>> {
        if !new.subjects.is_empty() {
            return Ok(new.subjects.clone());
        }
        let Some(role) = new.of.role() else {
            return Err(malformed(format!("`subjects` is empty: name each {} that is assessed", new.of.word())));
        };
        let all = self.roles_of_all().await?.into_iter();
        Ok(all.filter(|(_, roles)| roles.contains(&role)).map(|(id, _)| id.to_string()).collect())
    }

    /// Every organisation, and what it takes part as.
    pub(crate) async fn roles_of_all(&self) -> Result<Vec<(OrganisationId, Vec<Role>)>> {
        let (mut page, mut all) = (Page::first(), Vec::new());
        loop {
            let found = self.registry().organisations(&page).await?;
            all.extend(found.items.iter().map(|one| (one.id.clone(), one.roles.clone())));
            match found.next {
                Some(next) => page.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// Every round, oldest first.
    pub async fn rounds(&self, page: &Page) -> Result<Listing<RoundView>> {
        let all = store::rounds(&mut Book::Ledger(self.registry().ledger())).await?;
        let keyed: Vec<(String, RoundView)> =
            all.into_iter().map(|round| (format!("{:09}", round.number), round)).collect();
        Ok(Listing::cut(keyed.iter(), page, |(key, _)| key.as_str(), |(_, round)| round.clone()))
    }
}
