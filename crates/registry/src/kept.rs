//! Papers kept whole: who keeps which file under which title, with the readers of which
//! records it is shared, and which of them everybody may read. A record tells a paper by
//! its digest; a file with that digest is the paper itself.
//!
//! INVARIANT (the keeper's word): a file is read outside its organisation only because
//! that organisation shared or published it. That a record tells its digest opens
//! nothing: digests stand in the public log, and anybody may write one down.
//!
//! INVARIANT (as told): a file is found by the digest of its bytes, so that what is read
//! is what was told.
//!
//! Not here: the bytes (`vault::files`), who may see the record that a file is shared
//! with (the station of that record).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::{Change, Event};
use shuyu_model::id::{FileId, OrganisationId, PersonId};
use shuyu_model::regime::Sourced;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Role, Time, Verdict};

use crate::page::{Listing, PAGE_ITEMS_MAX, Page};
use crate::party::{NAME_CHARS_MAX, text_fault};
use crate::store::Book;
use crate::{Registry, RegistryError, Turn, reasons};

mod store;

type Result<T> = std::result::Result<T, RegistryError>;

/// The most bytes of a kept file.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// With the readers of how many records a file can be shared.
pub const FILE_RECORDS_MAX: usize = 100;

/// What a kept file can be, by its media type, and the ending that its name gets.
pub const MEDIA_TYPES: [(&str, &str); 5] = [
    ("application/pdf", "pdf"),
    ("application/ofd", "ofd"),
    ("text/plain", "txt"),
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
];

/// What a kept file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A paper of any kind.
    Paper,
    /// The full text of the document that is in force here (文件全文).
    RulesText,
    /// A development plan (发展规划).
    Plan,
    /// A rule, a standard or a policy of the managing body (制度、标准、策略).
    Rule,
}

impl FileKind {
    /// Every one.
    pub const ALL: [FileKind; 4] = [Self::Paper, Self::RulesText, Self::Plan, Self::Rule];

    /// The word in database and JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::RulesText => "rules_text",
            Self::Plan => "plan",
            Self::Rule => "rule",
        }
    }

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Paper => "文件",
            Self::RulesText => "文件全文",
            Self::Plan => "发展规划",
            Self::Rule => "制度、标准与策略",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What is said of a file that is to be kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewFile {
    /// What people call it.
    pub title: String,
    /// One of [`MEDIA_TYPES`].
    pub media_type: String,
    /// What it is for.
    pub kind: FileKind,
    /// Its number, where it has one.
    pub number: Option<String>,
    /// The day that stands on it.
    pub dated: Option<Day>,
}

impl NewFile {
    /// What is wrong with it; nothing where all is well.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        text_fault("title", &self.title, NAME_CHARS_MAX, &mut faults);
        if let Some(number) = &self.number {
            text_fault("number", number, NAME_CHARS_MAX, &mut faults);
        }
        if !MEDIA_TYPES.iter().any(|(media, _)| *media == self.media_type) {
            let known: Vec<&str> = MEDIA_TYPES.iter().map(|(media, _)| *media).collect();
            faults.push(format!("`media_type` is one of: {}", known.join(", ")));
        }
        faults
    }
}

/// A file as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptFile {
    /// Which.
    pub id: FileId,
    /// Of its bytes.
    pub digest: Digest,
    /// How many bytes.
    pub bytes: i64,
    /// What it is, to a program.
    pub media_type: String,
    /// What it is for.
    pub kind: FileKind,
    /// What people call it.
    pub title: String,
    /// Its number; empty where it has none.
    pub number: String,
    /// The day that stands on it; empty where there is none.
    pub dated: String,
    /// Who keeps it.
    pub organisation: OrganisationId,
    /// Who gave it.
    pub person: PersonId,
    /// When.
    pub kept_at: Time,
    /// Since when everybody may read it.
    pub published_at: Option<Time>,
}

impl KeptFile {
    /// A file about to be kept, whose bytes have this digest.
    pub fn of(id: FileId, new: NewFile, actor: &Actor, digest: Digest, bytes: i64, at: Time) -> Self {
        Self {
            id,
            digest,
            bytes,
            media_type: new.media_type,
            kind: new.kind,
            title: new.title.trim().to_owned(),
            number: new.number.unwrap_or_default().trim().to_owned(),
            dated: new.dated.map(|day| day.to_string()).unwrap_or_default(),
            organisation: actor.organisation.clone(),
            person: actor.person.clone(),
            kept_at: at,
            published_at: None,
        }
    }

    /// The ending of its name.
    pub fn ending(&self) -> &'static str {
        MEDIA_TYPES.iter().find(|(media, _)| *media == self.media_type).map_or("bin", |(_, ending)| ending)
    }
}

/// Writes a file's row within the change that keeps its bytes.
pub async fn keep_in(change: &mut Change, file: &KeptFile) -> Result<()> {
    store::insert(change, file).await
}

impl Registry {
    /// Why somebody may not keep such a file.
    pub fn against_keeping(&self, actor: &Actor, new: &NewFile) -> Option<Reasons> {
        let is_bureaus = matches!(new.kind, FileKind::RulesText | FileKind::Plan | FileKind::Rule);
        if !is_bureaus || actor.is(Role::Regulator) || actor.is(Role::Agency) {
            return None;
        }
        Some(Reasons::one(Reason::new(
            reasons::FILE_OF_THE_BUREAU,
            format!("a file of the kind `{}` is kept by the managing body or the agency", new.kind.word()),
            self.regime().cite_role(Role::Regulator),
            "keep it as a `paper`",
        )))
    }

    /// REG-128: a paper that the document wants held, and of which only the digest is told.
    pub async fn against_unheld(&self, digest: &Digest, rule: &Sourced<bool>) -> Result<Option<Reason>> {
        if !rule.value || !self.files_of(digest).await?.is_empty() {
            return Ok(None);
        }
        let what = "the letter is to be held, and only its digest was told";
        let instead = "keep the letter itself first (POST /v1/files), then name its digest";
        Ok(Some(self.regime().reason(reasons::PAPER_NOT_HELD, rule, what, instead)))
    }

    /// The files whose bytes have this digest, oldest first.
    pub async fn files_of(&self, digest: &Digest) -> Result<Vec<KeptFile>> {
        store::of_digest(self.ledger(), digest).await
    }

    /// One file.
    pub async fn file(&self, id: &FileId) -> Result<Option<KeptFile>> {
        store::file(&mut Book::Ledger(self.ledger()), id).await
    }

    /// The files that an organisation keeps, oldest first.
    pub async fn files(&self, organisation: &OrganisationId, page: &Page) -> Result<Listing<KeptFile>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        let (items, total) =
            store::files(self.ledger(), organisation.as_str(), after, items_max.saturating_add(1)).await?;
        Ok(cut(items, total, items_max))
    }

    /// The files that are shared with the readers of a record, oldest first. Ask first
    /// whether the caller is one of them.
    pub async fn files_of_record(&self, record: &str, page: &Page) -> Result<Listing<KeptFile>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        let (items, total) = store::of_record(self.ledger(), record, after, items_max.saturating_add(1)).await?;
        Ok(cut(items, total, items_max))
    }

    /// The file with this digest that is shared with the readers of a record. Ask first
    /// whether the caller is one of them.
    pub async fn shared_file(&self, digest: &Digest, record: &str) -> Result<Option<KeptFile>> {
        store::shared(self.ledger(), digest, record).await
    }

    /// The files that everybody may read, oldest first.
    pub async fn published_files(&self, page: &Page) -> Result<Listing<KeptFile>> {
        let items_max = page.items_max.clamp(1, PAGE_ITEMS_MAX);
        let after = page.after.as_deref().unwrap_or_default();
        let (items, total) = store::files(self.ledger(), "", after, items_max.saturating_add(1)).await?;
        Ok(cut(items, total, items_max))
    }

    /// The full text of the document in force, as it was published last.
    pub async fn rules_text(&self) -> Result<Option<KeptFile>> {
        store::newest_published(self.ledger(), FileKind::RulesText).await
    }

    /// Lets everybody read a file. For people of the organisation that keeps it.
    pub async fn publish_file(&self, actor: &Actor, id: &FileId) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let file = match self.own_file(&mut turn, actor, id).await? {
            Ok(file) => file,
            Err(reasons) => return self.refuse(turn, actor, "file.publication_refused", id.as_str(), reasons).await,
        };
        if file.published_at.is_some() {
            return Ok(Verdict::Allow(()));
        }
        store::publish(turn.change(), id).await?;
        let facts = json!({ "kind": file.kind, "media_type": file.media_type });
        let event = Event::done(Some(actor), "file.published", id.as_str()).facts(facts);
        turn.commit(event.digests(None, Some(file.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// Shares a file with all who see a record: an id as the record's station writes it.
    /// For people of the organisation that keeps the file; ask first whether they see the
    /// record.
    ///
    /// # Errors
    ///
    /// `Unknown` where there is no such file, `Conflict` where it is shared with
    /// [`FILE_RECORDS_MAX`] records.
    pub async fn share_file(&self, actor: &Actor, id: &FileId, record: &str) -> Result<Verdict<()>> {
        let mut turn = self.turn().await?;
        let file = match self.own_file(&mut turn, actor, id).await? {
            Ok(file) => file,
            Err(reasons) => return self.refuse(turn, actor, "file.sharing_refused", id.as_str(), reasons).await,
        };
        let records = store::records(turn.change(), id).await?;
        if records.iter().any(|known| known == record) {
            return Ok(Verdict::Allow(()));
        }
        if FILE_RECORDS_MAX <= records.len() {
            let what =
                format!("this file is shared with {FILE_RECORDS_MAX} records; keep it once more to share it further");
            return Err(RegistryError::conflict(what));
        }
        store::share(turn.change(), id, record, &actor.person).await?;
        let event = Event::done(Some(actor), "file.shared", id.as_str()).facts(json!({ "record": record }));
        turn.commit(event.digests(None, Some(file.digest)).under(self.regime())).await?;
        Ok(Verdict::Allow(()))
    }

    /// A file of the actor's own organisation, or why it is not theirs to give.
    async fn own_file(
        &self,
        turn: &mut Turn,
        actor: &Actor,
        id: &FileId,
    ) -> Result<std::result::Result<KeptFile, Reasons>> {
        let file = store::file(&mut Book::Change(turn.change()), id).await?;
        let file = file.ok_or_else(|| RegistryError::unknown("kept file", id.as_str()))?;
        let known = self.actor_in(turn, &actor.person).await?;
        if known.is_some_and(|known| known.organisation == file.organisation && !known.roles.is_empty()) {
            return Ok(Ok(file));
        }
        let what = "a file is published or shared by the organisation that keeps it";
        let clause = self.regime().cite_clause("setting");
        Ok(Err(Reasons::one(Reason::new(reasons::FILE_OF_ANOTHER, what, clause, "ask that organisation"))))
    }
}

fn cut(mut items: Vec<KeptFile>, total: usize, items_max: usize) -> Listing<KeptFile> {
    let is_more = items_max < items.len();
    items.truncate(items_max);
    let next = items.last().filter(|_| is_more).map(|file| file.id.to_string());
    Listing { items, next, total }
}
