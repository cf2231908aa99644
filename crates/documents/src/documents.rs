//! Documents opened: previewed, issued, found again.

use std::sync::Arc;

use shuyu_casework::Casework;
use shuyu_delivery::Delivery;
use shuyu_ledger::{Event, Ledger};
use shuyu_model::id::{DocumentId, OrganisationId};
use shuyu_model::{Actor, Reason, Reasons, Regime, Verdict};
use shuyu_registry::page::PAGE_ITEMS_MAX;
use shuyu_registry::{Listing, Page};
use shuyu_settlement::Settlement;

use crate::document::{Document, TEXT_CHARS_MAX};
use crate::issued::{DocumentFilter, Issued, NewDocument, Shape};
use crate::kind::About;
use crate::kinds::Desk;
use crate::records::{Records, Stations};
use crate::render::Press;
use crate::shelf::Shelf;
use crate::{DocumentsError, reasons, store};

type Result<T> = std::result::Result<T, DocumentsError>;

/// The most headings that an issuer can tell.
pub const TOLD_MAX: usize = 50;
/// How often a document is rendered anew because others took its number meanwhile.
const NUMBER_TRIES_MAX: usize = 5;

/// The open station. Clones are the same one.
#[derive(Clone)]
pub struct Documents(Arc<Inner>);

struct Inner {
    stations: Stations,
    press: Press,
    shelf: Shelf,
}

/// A document as it would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The page.
    pub html: String,
    /// Why it cannot be issued as it is; empty where it can.
    pub reasons: Vec<Reason>,
}

/// A document that is written and not numbered.
struct Written {
    document: Document,
    parties: Vec<OrganisationId>,
    reasons: Vec<Reason>,
    /// As it would be kept, all but number, digests and moment.
    draft: Issued,
}

impl Documents {
    /// Opens over the stations that it reads. Sweeps files that belong to no document.
    pub async fn open(casework: Casework, delivery: Delivery, settlement: Settlement) -> Result<Self> {
        let ledger = casework.registry().ledger().clone();
        let press = Press::new(ledger.profile());
        let shelf = Shelf::open(&ledger).await?;
        Ok(Self(Arc::new(Inner { stations: Stations { casework, delivery, settlement }, press, shelf })))
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        self.0.stations.casework.registry().ledger()
    }

    pub(crate) fn regime(&self) -> &Regime {
        self.0.stations.casework.registry().regime()
    }

    pub(crate) fn stations(&self) -> &Stations {
        &self.0.stations
    }

    /// A document as it would be today, as a page, with every reason against issuing it.
    pub async fn preview(&self, actor: &Actor, new: &NewDocument) -> Result<Verdict<Preview>> {
        let written = self.write(actor, new).await?;
        // Who may not issue it is not shown what it would say.
        let is_about_who =
            |reason: &&Reason| [reasons::NOT_THE_ISSUER, reasons::NOT_THE_PARTY].contains(&reason.code.as_ref());
        let about_who: Vec<Reason> = written.reasons.iter().filter(is_about_who).cloned().collect();
        if let Some(reasons) = Reasons::new(about_who) {
            return Ok(Verdict::Refuse(reasons));
        }
        let press = self.0.press.clone();
        let document = written.document;
        let made = tokio::task::spawn_blocking(move || press.page(&document)).await;
        let html = made.map_err(|_| DocumentsError::Stopped)??;
        Ok(Verdict::Allow(Preview { html, reasons: written.reasons }))
    }

    /// Issues a document: writes it from the records, numbers it, renders it, keeps it.
    pub async fn issue(&self, actor: &Actor, new: &NewDocument) -> Result<Verdict<Issued>> {
        let mut written = self.write(actor, new).await?;
        let standing = store::standing(self.ledger(), &written.draft).await?;
        written.reasons.extend(self.standing_reasons(new, &standing).await?);
        if let Some(reasons) = Reasons::new(std::mem::take(&mut written.reasons)) {
            let object = new.about.clone().unwrap_or_else(|| new.kind.word().to_owned());
            let object: String = object.chars().take(80).collect();
            let event = Event::refused(Some(actor), "document.refused", object, &reasons).under(self.regime());
            self.ledger().refuse(event).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        for _ in 0..NUMBER_TRIES_MAX {
            if let Some(issued) = self.try_to_issue(actor, &written).await? {
                return Ok(Verdict::Allow(issued));
            }
        }
        Err(DocumentsError::Busy)
    }

    /// Renders under the next number and keeps it, unless somebody took that number
    /// or issued the same document in the meantime. Rendering takes seconds, and the
    /// ledger's pen is not held meanwhile.
    async fn try_to_issue(&self, actor: &Actor, written: &Written) -> Result<Option<Issued>> {
        let (ledger, profile) = (self.ledger(), self.ledger().profile());
        let issuer = &written.draft.issuer;
        let year = i64::from(written.document.day.year());
        let counter = store::next(ledger, issuer, year).await?;
        let number = format!("{}〔{year}〕{counter}号", written.document.issuer);
        let document = Document { number: Some(number.clone()), ..written.document.clone() };
        let content_digest = document.digest(profile)?;
        let shapes = self.0.press.shapes(document).await?;
        let mut issued = Issued {
            number,
            content_digest,
            html_digest: profile.digest(&shapes.html),
            pdf_digest: profile.digest(&shapes.pdf),
            xlsx_digest: profile.digest(&shapes.xlsx),
            ..written.draft.clone()
        };
        self.0.shelf.put(&issued.id, shapes).await?;
        let mut change = ledger.change().await?;
        let same = store::standing_in(&mut change, &issued).await?;
        let is_free = same.iter().all(|old| Some(&old.id) == issued.supersedes.as_ref());
        let is_predecessor_there = issued.supersedes.is_none() || !same.is_empty();
        if store::next_in(&mut change, issuer, year).await? != counter || !is_free || !is_predecessor_there {
            drop(change);
            self.0.shelf.drop(&issued.id).await;
            return if is_free && is_predecessor_there { Ok(None) } else { Err(DocumentsError::Busy) };
        }
        issued.issued_at = change.now();
        store::insert(&mut change, &issued, year, counter, &written.parties).await?;
        let mut event = Event::done(Some(actor), "document.issued", issued.id.as_str())
            .under(self.regime())
            .digests(None, Some(issued.content_digest))
            .facts(serde_json::json!({
                "kind": issued.kind,
                "number": issued.number,
                "about": issued.about,
                "period": issued.period,
                "is_public": issued.is_public,
                "html": issued.html_digest,
                "pdf": issued.pdf_digest,
                "xlsx": issued.xlsx_digest,
                "supersedes": issued.supersedes,
            }));
        for clause in &written.document.content.clauses {
            event = event.citing(clause);
        }
        change.commit(event).await?;
        Ok(Some(issued))
    }

    /// DOC-005 and DOC-007.
    async fn standing_reasons(&self, new: &NewDocument, standing: &[Issued]) -> Result<Vec<Reason>> {
        let clause = self.regime().cite_clause("setting");
        let mut found = Vec::new();
        let is_named = |old: &&Issued| Some(&old.id) == new.supersedes.as_ref();
        if let Some(old) = standing.iter().find(|old| !is_named(old)) {
            found.push(Reason::new(
                reasons::ISSUED_BEFORE,
                format!("{} says the same: {}", old.id, old.number),
                clause.clone(),
                "name it in `supersedes`, if it is to be replaced",
            ));
        }
        if new.supersedes.is_some() && !standing.iter().any(|old| is_named(&old)) {
            found.push(Reason::new(
                reasons::NOT_ITS_PREDECESSOR,
                "what `supersedes` names is not the standing document of this kind, subject, period and issuer",
                clause,
                "name that one, or none",
            ));
        }
        Ok(found)
    }

    async fn write(&self, actor: &Actor, new: &NewDocument) -> Result<Written> {
        check(new)?;
        let now = self.ledger().now();
        let records = Records::read(&self.0.stations).await?;
        let mut desk = Desk::new(&self.0.stations, records, self.regime(), actor, new, now.day());
        let mut found = Vec::new();
        if new.kind.issuers().iter().any(|role| actor.is(*role)) {
            desk.write().await?;
            found.append(&mut desk.reasons);
        } else {
            let words: Vec<&str> = new.kind.issuers().iter().map(|role| self.regime().word(*role)).collect();
            let role = new.kind.issuers().first().copied().unwrap_or(shuyu_model::Role::Agency);
            found.push(Reason::new(
                reasons::NOT_THE_ISSUER,
                format!("a document of the kind `{}` is issued by {}", new.kind.word(), words.join(", ")),
                self.regime().cite_role(role),
                "ask them",
            ));
        }
        let issuer = desk.records.name(&actor.organisation).to_owned();
        let content = desk.content;
        content.check()?;
        desk.parties.remove(&actor.organisation);
        let digest = self.ledger().profile().digest(&[]);
        let draft = Issued {
            id: self.ledger().new_id(),
            kind: new.kind,
            number: String::new(),
            issuer: actor.organisation.clone(),
            about: new.about.clone().unwrap_or_default(),
            period: new.period,
            title: content.title.clone(),
            is_public: new.kind.is_public(),
            regime: content.regime.clone(),
            content_digest: digest,
            html_digest: digest,
            pdf_digest: digest,
            xlsx_digest: digest,
            issued_by: actor.person.clone(),
            issued_at: now,
            supersedes: new.supersedes.clone(),
            superseded_by: None,
        };
        let document = Document { content, number: None, issuer, day: now.day() };
        Ok(Written { document, parties: desk.parties.into_iter().collect(), reasons: found, draft })
    }

    /// Issued documents that somebody may read, oldest first; nobody is everybody.
    pub async fn documents(
        &self,
        viewer: Option<&Actor>,
        filter: &DocumentFilter,
        page: &Page,
    ) -> Result<Listing<Issued>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        // One more than fits tells whether there is a next page.
        let rows_max = i64::try_from(items_max.saturating_add(1)).unwrap_or(i64::MAX);
        let (mut items, total) = store::list(self.ledger(), viewer, filter, after, rows_max).await?;
        let is_more = items_max < items.len();
        items.truncate(items_max);
        let next = is_more.then(|| items.last().map(|item| item.id.to_string())).flatten();
        Ok(Listing { items, next, total })
    }

    /// One issued document, if somebody may read it.
    pub async fn document(&self, viewer: Option<&Actor>, id: &DocumentId) -> Result<Option<Issued>> {
        store::find(self.ledger(), viewer, id).await
    }

    /// Its bytes in a shape, as they were issued.
    pub async fn file(
        &self,
        viewer: Option<&Actor>,
        id: &DocumentId,
        shape: Shape,
    ) -> Result<Option<(Issued, Vec<u8>)>> {
        let Some(issued) = self.document(viewer, id).await? else { return Ok(None) };
        let bytes = self.0.shelf.get(&issued, shape).await?;
        Ok(Some((issued, bytes)))
    }
}

/// What the caller did wrong.
fn check(new: &NewDocument) -> Result<()> {
    let mut faults = Vec::new();
    let kind = new.kind.word();
    match (new.kind.about(), &new.about) {
        (About::Nothing, Some(_)) => faults.push(format!("a document of the kind `{kind}` has no `about`")),
        (About::Nothing, None) => {}
        (_, None) => faults.push(format!("`about` is missing: what the `{kind}` is about")),
        (_, Some(about)) if about.len() > 100 => faults.push("`about` is longer than 100 bytes".to_owned()),
        _ => {}
    }
    match (new.kind.has_period(), new.period) {
        (true, None) => faults.push(format!("`period` is missing: what the `{kind}` accounts for")),
        (false, Some(_)) => faults.push(format!("a document of the kind `{kind}` has no `period`")),
        _ => {}
    }
    if TOLD_MAX < new.told.len() {
        faults.push(format!("`told` has more than {TOLD_MAX} headings"));
    }
    for text in new.told.values().filter(|text| TEXT_CHARS_MAX < text.chars().count()) {
        faults.push(format!("a text of `told` has {} characters; the most is {TEXT_CHARS_MAX}", text.chars().count()));
    }
    if faults.is_empty() { Ok(()) } else { Err(DocumentsError::Malformed { faults }) }
}
