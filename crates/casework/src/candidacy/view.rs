//! What somebody may see of candidacies. Upholds INVARIANT (sealed).

use std::collections::BTreeMap;

use serde::Serialize;
use shuyu_model::candidacy::ChosenAs;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::{Actor, Day, Digest, Reason, Time};
use shuyu_registry::page::PAGE_ITEMS_MAX;
use shuyu_registry::{Listing, Page};

use super::acts::{Stage, is_at};
use super::gates::{is_shown, sees_everybody};
use super::{Bid, Candidacy, CandidacyState, Expert, Item, ItemKind, LaterRecord, Ranked, eligible, sheet, store};
use crate::matter::{self, Matter};
use crate::store::Book;
use crate::{Casework, CaseworkError};

type Result<T> = std::result::Result<T, CaseworkError>;

/// A candidacy in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidacyItem {
    /// In which matter.
    pub matter: MatterId,
    /// Whose.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// What it asks to be.
    pub chosen_as: ChosenAs,
    /// How it stands.
    pub state: CandidacyState,
    /// When it applied.
    pub applied_at: Time,
    /// How many items it is asked.
    pub asked: usize,
    /// On how many of them a reviewer has said nothing yet.
    pub unjudged: usize,
    /// Where it came, once every expert has scored it; not before the notice for
    /// the applicants themselves.
    pub rank: Option<usize>,
    /// The weighted mean of all experts in hundredths of a point; likewise.
    pub points_hundredths: Option<u64>,
}

/// What the applicant said to an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerView {
    /// Of the document.
    pub document: Option<Digest>,
    /// What people call it.
    pub title: Option<String>,
    /// Its day.
    pub dated: Option<Day>,
    /// Its last day, where it runs out.
    pub valid_until: Option<Day>,
    /// Of a ground: there is no such record.
    pub is_clear: Option<bool>,
    /// The day of the record.
    pub on: Option<Day>,
    /// Who said so.
    pub by: PersonId,
    /// When.
    pub at: Time,
}

/// What the reviewer said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingView {
    /// The condition is met; there is no such record.
    pub is_good: bool,
    /// The day of the record.
    pub on: Option<Day>,
    /// The largest fine that was found, in fen.
    pub fine_fen: Option<i64>,
    /// Of what was looked at.
    pub document: Option<Digest>,
    /// Why.
    pub reason: String,
    /// Who; not told to the applicant.
    pub by: Option<PersonId>,
    /// When.
    pub at: Time,
}

/// One thing that an applicant is asked, with what was said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemView {
    /// Names it.
    pub code: String,
    /// A condition or a ground.
    pub kind: ItemKind,
    /// In the document's words.
    pub what: String,
    /// Where it stands.
    pub clause: String,
    /// How many years back a record counts.
    pub look_back_years: Option<u8>,
    /// The version to name in a verdict.
    pub version: i64,
    /// What the applicant said.
    pub answer: Option<AnswerView>,
    /// What the reviewer said.
    pub finding: Option<FindingView>,
}

/// A candidacy, all that was said, and what speaks against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidacyView {
    /// The candidacy.
    #[serde(flatten)]
    pub item: CandidacyItem,
    /// Of the signed application.
    pub document: Option<Digest>,
    /// What it bids.
    pub bid: Option<Bid>,
    /// The implementing scheme on which it rests.
    pub scheme: Option<MatterId>,
    /// Which organisation's people entered it.
    pub entered_for: OrganisationId,
    /// When it ended.
    pub ended_at: Option<Time>,
    /// What is asked, and what was said to it.
    pub items: Vec<ItemView>,
    /// Everything against it today.
    pub against: Vec<Reason>,
    /// What was found of it after the choice.
    pub later: Vec<LaterRecord>,
}

/// One thing that applicants of a matter are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionView {
    /// Names it.
    pub code: String,
    /// A condition or a ground.
    pub kind: ItemKind,
    /// In the document's words.
    pub what: String,
    /// Where it stands.
    pub clause: String,
    /// How many years back a record counts.
    pub look_back_years: Option<u8>,
}

fn of_item(item: &Item, is_reviewer: bool) -> ItemView {
    ItemView {
        code: item.code.clone(),
        kind: item.kind,
        what: item.what.clone(),
        clause: item.clause.clone(),
        look_back_years: item.look_back_years,
        version: item.version,
        answer: item.answer.as_ref().map(|answer| AnswerView {
            document: answer.document,
            title: answer.title.clone(),
            dated: answer.dated,
            valid_until: answer.valid_until,
            is_clear: answer.is_clear,
            on: answer.on,
            by: answer.by.clone(),
            at: answer.at,
        }),
        finding: item.finding.as_ref().map(|found| FindingView {
            is_good: found.is_good,
            on: found.on,
            fine_fen: found.fine_fen,
            document: found.document,
            reason: found.reason.clone(),
            by: is_reviewer.then(|| found.by.clone()),
            at: found.at,
        }),
    }
}

/// A matter and those of its candidacies that a viewer may see.
struct Seen {
    matter: Matter,
    candidacies: Vec<Candidacy>,
    /// Empty where the viewer may not see ranks yet.
    ranked: Vec<Ranked>,
}

impl Casework {
    /// `None` where the matter is none of the viewer's business.
    async fn seen(&self, id: &MatterId, viewer: &Actor) -> Result<Option<Seen>> {
        let mut book = Book::Ledger(self.registry().ledger());
        let matter = match crate::matter::store::matter(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        if sheet::chosen_as(&matter).is_none() {
            return Ok(None);
        }
        let mut candidacies = store::candidacies(&mut book, id).await?;
        let is_applicant = candidacies.iter().any(|one| one.organisation == viewer.organisation);
        if !is_applicant && !matter::is_visible(&matter, viewer) {
            return Ok(None);
        }
        let sees_all = sees_everybody(&matter, viewer);
        // Upholds INVARIANT (sealed).
        if !sees_all && !is_shown(&matter) {
            candidacies.retain(|one| one.organisation == viewer.organisation);
        }
        let ranked = match sees_all || is_shown(&matter) {
            true => self.ranked(&mut book, &matter).await?,
            false => Vec::new(),
        };
        Ok(Some(Seen { matter, candidacies, ranked }))
    }

    async fn of_candidacy(&self, of: &Candidacy, ranked: &[Ranked]) -> Result<CandidacyItem> {
        let came = ranked.iter().find(|one| one.organisation == of.organisation);
        Ok(CandidacyItem {
            matter: of.matter.clone(),
            organisation: of.organisation.clone(),
            name: self.registry().applicant(&of.organisation).await?.name,
            chosen_as: of.chosen_as,
            state: of.state,
            applied_at: of.applied_at,
            asked: of.items.len(),
            unjudged: eligible::unjudged(of).len(),
            rank: came.map(|one| one.rank),
            points_hundredths: came.map(|one| one.points_hundredths),
        })
    }

    /// The candidacies of a matter that this viewer may see, by the organisations' ids.
    pub async fn candidacies(
        &self,
        id: &MatterId,
        viewer: &Actor,
        page: &Page,
    ) -> Result<Option<Listing<CandidacyItem>>> {
        let Some(seen) = self.seen(id, viewer).await? else { return Ok(None) };
        let mut all = Vec::new();
        for one in &seen.candidacies {
            all.push(self.of_candidacy(one, &seen.ranked).await?);
        }
        Ok(Some(Listing::cut(all.iter(), page, |one| one.organisation.as_str(), Clone::clone)))
    }

    /// The ranking, best first, as far as this viewer may see it.
    pub async fn ranking(&self, id: &MatterId, viewer: &Actor, page: &Page) -> Result<Option<Listing<Ranked>>> {
        let Some(seen) = self.seen(id, viewer).await? else { return Ok(None) };
        // By place, so that a page begins after the one before it ended.
        let keyed: BTreeMap<String, &Ranked> =
            seen.ranked.iter().enumerate().map(|(place, one)| (format!("{place:04}"), one)).collect();
        let placed: Vec<(String, &Ranked)> = keyed.into_iter().collect();
        Ok(Some(Listing::cut(placed.iter(), page, |(place, _)| place.as_str(), |(_, one)| (*one).clone())))
    }

    /// One candidacy with all that was said; `None` where the viewer may not see it.
    pub async fn candidacy(
        &self,
        id: &MatterId,
        organisation: &OrganisationId,
        viewer: &Actor,
    ) -> Result<Option<CandidacyView>> {
        let Some(Seen { matter, candidacies, ranked }) = self.seen(id, viewer).await? else { return Ok(None) };
        let is_reviewer = sees_everybody(&matter, viewer) && *organisation != viewer.organisation;
        let may = |one: &&Candidacy| {
            // What another answered stays its own after the notice, too.
            one.organisation == *organisation && (is_reviewer || one.organisation == viewer.organisation)
        };
        let Some(one) = candidacies.iter().find(may) else { return Ok(None) };
        let applicant = self.registry().applicant(organisation).await?;
        let mut book = Book::Ledger(self.registry().ledger());
        let remembered = store::remembered(&mut book, organisation).await?;
        let later = store::later(&mut book, &one.matter).await?;
        let today = self.registry().ledger().now().day();
        Ok(Some(CandidacyView {
            item: self.of_candidacy(one, &ranked).await?,
            document: one.document,
            bid: one.bid,
            scheme: one.scheme.clone(),
            entered_for: one.entered_for.clone(),
            ended_at: one.ended_at,
            items: one.items.iter().map(|item| of_item(item, is_reviewer)).collect(),
            against: eligible::of(one, &applicant, remembered, &later, today),
            later,
        }))
    }

    /// What applicants of a matter are asked: by the document and beside it. For
    /// everybody while applications are taken.
    pub async fn conditions(
        &self,
        id: &MatterId,
        viewer: &Actor,
        page: &Page,
    ) -> Result<Option<Listing<ConditionView>>> {
        let mut book = Book::Ledger(self.registry().ledger());
        let matter = match crate::matter::store::matter(&mut book, id).await {
            Err(CaseworkError::Unknown { .. }) => return Ok(None),
            found => found?,
        };
        let Some(chosen_as) = sheet::chosen_as(&matter) else { return Ok(None) };
        let is_applicant =
            store::candidacies(&mut book, id).await?.iter().any(|one| one.organisation == viewer.organisation);
        if !is_at(&matter, Stage::Open) && !is_applicant && !matter::is_visible(&matter, viewer) {
            return Ok(None);
        }
        let scope = match (&matter.counterparty, chosen_as) {
            (Some(operator), ChosenAs::Entity) => operator.to_string(),
            _ => id.to_string(),
        };
        let regime = self.registry().regime();
        let beside = sheet::beside(&mut book, regime, &matter, &scope).await?;
        let mut items = sheet::of(regime, chosen_as, &beside);
        items.sort_by(|a, b| a.code.cmp(&b.code));
        let shown = |item: &Item| ConditionView {
            code: item.code.clone(),
            kind: item.kind,
            what: item.what.clone(),
            clause: item.clause.clone(),
            look_back_years: item.look_back_years,
        };
        Ok(Some(Listing::cut(items.iter(), page, |item| item.code.as_str(), shown)))
    }

    /// The experts of a selection, for who runs and who supervises it.
    pub async fn experts(&self, id: &MatterId, viewer: &Actor, page: &Page) -> Result<Option<Listing<Expert>>> {
        let Some(seen) = self.seen(id, viewer).await? else { return Ok(None) };
        if !sees_everybody(&seen.matter, viewer) {
            return Ok(None);
        }
        let experts = store::experts(&mut Book::Ledger(self.registry().ledger()), id).await?;
        let keyed: Vec<(String, Expert)> =
            experts.into_iter().map(|expert| (format!("{:04}", expert.number), expert)).collect();
        let page = Page { items_max: page.items_max.min(PAGE_ITEMS_MAX), ..page.clone() };
        Ok(Some(Listing::cut(keyed.iter(), &page, |(number, _)| number.as_str(), |(_, expert)| expert.clone())))
    }
}
