//! The public's voice: somebody without an account reports on a body, answers a call,
//! brings an idea for a scheme or comments on a draft; gets a number and keeps a secret
//! word; and follows with both what becomes of it.
//!
//! INVARIANT (nobody in particular): a voice is kept without a name, an address or a way
//! to reach anybody; the secret word is kept as its digest alone.
//! INVARIANT (as the document opens it): a way that the document does not open, or whose
//! days have passed, is refused.
//! INVARIANT (the ordinary way): a voice is handled as a matter, with its days.
//!
//! Not here: how often one address may write (`server`).

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::OPENING;
use shuyu_model::{Day, Digest, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{Organisation, Turn};

use crate::case::REASON_CHARS_MIN;
use crate::matter::{FACT_CHARS_MAX, Facts, Matter, NewMatter, TITLE_CHARS_MAX, store as matters};
use crate::opening::{MatterBase, Opening};
use crate::store::Book;
use crate::{Casework, CaseworkError, DayView, reasons};

mod shown;
pub(crate) mod store;

pub use shown::{CallShown, EntityProductShown, PUBLIC_ITEMS_MAX};

type Result<T> = std::result::Result<T, CaseworkError>;

/// How many voices are taken on one day, of everybody together.
pub const VOICES_PER_DAY_MAX: i64 = 2000;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoiceKind {
    /// 投诉举报.
    Complaint,
    /// 应答征集.
    CallAnswer,
    /// 方案和建议.
    SchemeIdea,
    /// 对征求意见稿的意见.
    Comment,
}

impl VoiceKind {
    /// Every one.
    pub const ALL: [VoiceKind; 4] = [Self::Complaint, Self::CallAnswer, Self::SchemeIdea, Self::Comment];

    /// The word in database and JSON, and in the fact `voice`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::CallAnswer => "call_answer",
            Self::SchemeIdea => "scheme_idea",
            Self::Comment => "comment",
        }
    }

    /// What people call it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Complaint => "投诉举报",
            Self::CallAnswer => "应答征集",
            Self::SchemeIdea => "方案和建议",
            Self::Comment => "对征求意见稿的意见",
        }
    }

    /// Reads that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewVoice {
    /// What they want.
    pub kind: VoiceKind,
    /// Whom a report is about, or which call is answered; nothing for the others.
    #[serde(default)]
    pub about: Option<String>,
    /// In one line.
    pub title: String,
    /// In full.
    pub text: String,
}

impl NewVoice {
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let chars = self.title.trim().chars().count();
        if !(1..=TITLE_CHARS_MAX).contains(&chars) || self.title.chars().any(char::is_control) {
            faults.push(format!("`title` has {chars} characters; it is 1 to {TITLE_CHARS_MAX}, on one line"));
        }
        let chars = self.text.trim().chars().count();
        if !(REASON_CHARS_MIN..=FACT_CHARS_MAX).contains(&chars) {
            faults.push(format!("`text` has {chars} characters; it is {REASON_CHARS_MIN} to {FACT_CHARS_MAX}"));
        }
        let needs_about = matches!(self.kind, VoiceKind::Complaint | VoiceKind::CallAnswer);
        match (needs_about, self.about.as_deref().filter(|about| !about.is_empty())) {
            (true, None) => faults.push("`about` is missing: the body reported on, or the call".to_owned()),
            (false, Some(_)) => faults.push("`about` is given, but such a voice is about nobody".to_owned()),
            _ => {}
        }
        faults
    }
}

/// One step of what became of a voice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoiceStep {
    /// What was done.
    pub title: String,
    /// When.
    pub at: Time,
    /// What was said.
    pub texts: Vec<String>,
}

/// What became of a voice, for whoever knows its secret word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoiceView {
    /// Its number.
    pub number: String,
    /// What was wanted.
    pub kind: VoiceKind,
    /// In one line.
    pub title: String,
    /// Where it stands, in words.
    pub state_title: String,
    /// Whether it has ended.
    pub is_ended: bool,
    /// When it came.
    pub filed_at: Time,
    /// By when the next step is due.
    pub due: Option<DayView>,
    /// What was done.
    pub steps: Vec<VoiceStep>,
}

/// The facts of a matter that are an answer to whoever wrote.
const ANSWERS: [&str; 3] = ["answer", "outcome", "why_not"];

/// The moves whose reason is told to whoever wrote.
const TOLD_MOVES: [&str; 6] = ["decline", "answer", "decide", "overturn", "notify", "close"];

/// Where a voice goes.
struct Addressed {
    kind: MatterKind,
    subject: String,
    base: MatterBase,
    counterparty: Option<OrganisationId>,
}

impl Casework {
    /// Takes what somebody without an account says. `secret_digest` is the digest of the
    /// word by which they will follow it. Gives its number.
    pub async fn file_voice(&self, new: NewVoice, secret_digest: Digest) -> Result<Verdict<String>> {
        let faults = new.faults();
        if !faults.is_empty() {
            return Err(CaseworkError::Malformed { faults });
        }
        let unknowable = self.registry().unknowable_if_needed().await?;
        let mut turn = self.registry().turn().await?;
        let today = turn.change().now().day();
        let mut found = Vec::new();
        found.extend(self.against_way(&new, today));
        let count = store::count_on(turn.change(), today).await?;
        if VOICES_PER_DAY_MAX <= count {
            let what = format!("{VOICES_PER_DAY_MAX} voices were taken today");
            let instead = "come again tomorrow, or write to the managing body";
            let clause = self.registry().regime().cite_clause("setting");
            found.push(Reason::new(reasons::TOO_MANY_VOICES, what, clause, instead));
        }
        let addressed = if found.is_empty() { self.addressed(&mut turn, &new, &mut found).await? } else { None };
        if let Some(reasons) = Reasons::new(found) {
            let event = Event::refused(None, "voice.refused", new.kind.word(), &reasons);
            turn.commit(event.under(self.registry().regime())).await?;
            return Ok(Verdict::Refuse(reasons));
        }
        let Some(Addressed { kind, subject, base, counterparty }) = addressed else {
            return Err(CaseworkError::Conflict { what: "there is nobody whom it could be addressed to".to_owned() });
        };
        let public = self.registry().public_in(&mut turn, &unknowable).await?;
        let rules = self.matter_rules(kind)?;
        let facts = self.voice_facts(kind, &new)?;
        let title = new.title.trim().to_owned();
        let opening = NewMatter { kind, subject, counterparty, title, facts, cites: Vec::new() };
        let matter = self.opened_matter(&mut turn, &public, opening, rules, base).await?;
        let opening = Opening { actor: Some(&public), reason: "", cites: Vec::new() };
        self.insert_opened(&mut turn, &matter, opening).await?;
        let number = format!("V{}-{:04}", today.to_string().replace('-', ""), count.saturating_add(1));
        store::insert(turn.change(), &number, &secret_digest, new.kind, &matter.id, today).await?;
        let facts = json!({
            "number": number, "voice": new.kind, "kind": matter.kind, "subject": matter.subject,
            "due": matter.due.map(|due| due.day),
        });
        let clause = self.registry().regime().cite_clause(&matter.rules.source);
        let event = Event::done(Some(&public), "voice.filed", matter.id.as_str()).facts(facts).citing(clause);
        let after = self.told(&matter.facts)?;
        turn.commit(event.digests(None, Some(after)).under(self.registry().regime())).await?;
        Ok(Verdict::Allow(number))
    }

    /// What the rules of the matter want told, from what somebody said.
    fn voice_facts(&self, kind: MatterKind, new: &NewVoice) -> Result<Facts> {
        let rules = self.matter_rules(kind)?;
        let listed = |key: &str| rules.choices.iter().find(|choice| choice.key == key);
        let told = |key: &String| {
            let value = match (key.as_str(), listed(key)) {
                ("voice", _) => new.kind.word().to_owned(),
                (_, Some(choice)) => choice.values.first().cloned().unwrap_or_default(),
                _ => new.text.trim().to_owned(),
            };
            (key.clone(), value)
        };
        Ok(rules.contents_at(OPENING).flat_map(|contents| &contents.keys).map(told).collect())
    }

    /// CAS-141, CAS-142: the ways that the document opens, and their days.
    fn against_way(&self, new: &NewVoice, today: Day) -> Option<Reason> {
        let regime = self.registry().regime();
        let closed = || {
            let what = format!("the document opens no way to the public for this: {}", new.kind.zh());
            let instead = format!("it opens: {}", self.ways_of_the_public().join(", "));
            Reason::new(reasons::NO_PUBLIC_WAY, what, regime.cite_clause("setting"), instead)
        };
        let Some(rules) = &regime.public else { return Some(closed()) };
        let is_on = |rule: &Option<shuyu_model::regime::Sourced<bool>>| rule.as_ref().is_some_and(|rule| rule.value);
        match new.kind {
            VoiceKind::Complaint => rules.complaints_about.is_none().then(closed),
            VoiceKind::CallAnswer => (!is_on(&rules.answers_calls)).then(closed),
            VoiceKind::SchemeIdea => (!is_on(&rules.brings_schemes)).then(closed),
            VoiceKind::Comment => match (&rules.comments_from, &rules.comments_until) {
                (Some(from), Some(until)) => (today < from.value || until.value < today).then(|| {
                    let what = format!("comments are taken from {} to {}", from.value, until.value);
                    let instead = "bring an idea instead, where the document opens a way for it";
                    Reason::new(reasons::OUTSIDE_ITS_DAYS, what, regime.cite(until), instead)
                }),
                _ => Some(closed()),
            },
        }
    }

    /// The ways that the document in force opens to the public, in words.
    pub fn ways_of_the_public(&self) -> Vec<&'static str> {
        let today = self.registry().ledger().now().day();
        self.open_ways(today).into_iter().map(VoiceKind::zh).collect()
    }

    /// The ways that are open on a day.
    pub fn open_ways(&self, today: Day) -> Vec<VoiceKind> {
        let Some(rules) = &self.registry().regime().public else { return Vec::new() };
        let is_on = |kind: &VoiceKind| match kind {
            VoiceKind::Complaint => rules.complaints_about.is_some(),
            VoiceKind::CallAnswer => rules.answers_calls.as_ref().is_some_and(|rule| rule.value),
            VoiceKind::SchemeIdea => rules.brings_schemes.as_ref().is_some_and(|rule| rule.value),
            VoiceKind::Comment => {
                let days = rules.comments_from.as_ref().zip(rules.comments_until.as_ref());
                days.is_some_and(|(from, until)| from.value <= today && today <= until.value)
            }
        };
        VoiceKind::ALL.into_iter().filter(is_on).collect()
    }

    async fn addressed(&self, turn: &mut Turn, new: &NewVoice, found: &mut Vec<Reason>) -> Result<Option<Addressed>> {
        let about = new.about.as_deref().unwrap_or_default();
        match new.kind {
            VoiceKind::Complaint => self.reported(turn, about, found).await,
            VoiceKind::CallAnswer => self.to_its_call(turn, about, found).await,
            VoiceKind::SchemeIdea | VoiceKind::Comment => {
                let Some(bureau) = self.registry().first_holder_in(turn, Role::Regulator).await? else {
                    return Ok(None);
                };
                let base = self.base_of(turn, &bureau).await?;
                let subject = bureau.to_string();
                Ok(base.map(|base| Addressed { kind: MatterKind::Voice, subject, base, counterparty: None }))
            }
        }
    }

    /// A report is about a body that the document puts under the eyes of the public.
    async fn reported(&self, turn: &mut Turn, about: &str, found: &mut Vec<Reason>) -> Result<Option<Addressed>> {
        let id = OrganisationId::parse(about).map_err(|error| crate::matters::malformed(error.to_string()))?;
        let roles = self.registry().roles_of_in(turn, &id).await?;
        let regime = self.registry().regime();
        let rule = regime.public.as_ref().and_then(|rules| rules.complaints_about.as_ref());
        if let Some(rule) = rule.filter(|rule| !rule.value.iter().any(|role| roles.contains(role))) {
            let who: Vec<&str> = rule.value.iter().map(|role| regime.word(*role)).collect();
            let what = "the document opens no report about this body";
            let instead = format!("report on: {}", who.join(", "));
            found.push(Reason::new(reasons::NO_PUBLIC_WAY, what, regime.cite(rule), instead));
        }
        let base = self.base_of(turn, &id).await?;
        let (kind, subject) = (MatterKind::Complaint, id.to_string());
        Ok(base.map(|base| Addressed { kind, subject, base, counterparty: Some(id) }))
    }

    /// An answer comes while its call is open.
    async fn to_its_call(&self, turn: &mut Turn, about: &str, found: &mut Vec<Reason>) -> Result<Option<Addressed>> {
        let id = MatterId::parse(about).map_err(|error| crate::matters::malformed(error.to_string()))?;
        let call = matters::matter(&mut Book::Change(turn.change()), &id).await?;
        if call.kind != MatterKind::Call || !call.kind.is_open_to_all(call.state) {
            return Err(CaseworkError::Unknown { id: id.to_string() });
        }
        if call.state != "published" {
            let what = "the call is closed";
            let clause = self.registry().regime().cite_clause(&call.rules.source);
            let instead = "bring an idea instead, where the document opens a way for it";
            found.push(Reason::new(reasons::OUTSIDE_ITS_DAYS, what, clause, instead));
        }
        let Matter { subject_organisation: organisation, parties, .. } = call;
        let base = MatterBase { organisation, parties, authors: Vec::new(), is_draft: false };
        Ok(Some(Addressed { kind: MatterKind::Voice, subject: id.to_string(), base, counterparty: None }))
    }

    async fn base_of(&self, turn: &mut Turn, id: &OrganisationId) -> Result<Option<MatterBase>> {
        let known = self.registry().matter_subject_in(turn, id.as_str()).await?;
        Ok(known.map(|known| MatterBase {
            organisation: Some(known.organisation),
            parties: known.parties,
            authors: known.authors,
            is_draft: known.is_draft,
        }))
    }

    /// What became of a voice; `None` where number and secret word do not belong together.
    pub async fn voice(&self, number: &str, secret_digest: &Digest) -> Result<Option<VoiceView>> {
        let ledger = self.registry().ledger();
        let Some((kind, id, filed_at)) = store::find(ledger, number, secret_digest).await? else { return Ok(None) };
        let mut book = Book::Ledger(ledger);
        let matter = matters::matter(&mut book, &id).await?;
        let machine = matter.machine();
        let history = matters::moves(&mut book, &id).await?;
        let step = |moved: &crate::matter::Moved| {
            let answers = ANSWERS.iter().filter_map(|key| moved.facts.get(*key).cloned());
            let reason = TOLD_MOVES.contains(&moved.by.as_str()).then(|| moved.reason.clone());
            VoiceStep {
                title: machine.row(&moved.by).map_or("收到", |row| row.title).to_owned(),
                at: moved.at,
                texts: answers.chain(reason).filter(|text| !text.trim().is_empty()).collect(),
            }
        };
        let state = machine.state(matter.state);
        Ok(Some(VoiceView {
            number: number.to_owned(),
            kind,
            title: matter.title.clone(),
            state_title: state.map_or(matter.state, |state| state.title).to_owned(),
            is_ended: matter.is_ended(),
            filed_at,
            due: matter.due.filter(|_| !matter.is_ended()).map(DayView::from),
            steps: history.iter().map(step).collect(),
        }))
    }

    /// The bodies that the public may report on: id and name.
    pub async fn reportable(&self) -> Result<Vec<(OrganisationId, String)>> {
        let rules = self.registry().regime().public.as_ref();
        let Some(rule) = rules.and_then(|rules| rules.complaints_about.as_ref()) else { return Ok(Vec::new()) };
        let all = self.names().await?;
        let is_one = |one: &&std::sync::Arc<Organisation>| one.roles.iter().any(|role| rule.value.contains(role));
        Ok(all.values().filter(is_one).map(|one| (one.id.clone(), one.name.clone())).collect())
    }
}
