//! A matter that follows from what another tells, opened without anybody's move: what is
//! complained of as monopoly conduct comes before whoever supervises the market, with the
//! prices and terms of that day (CC25 16).
//!
//! INVARIANT (once): a matter raises one other and no second.
//! INVARIANT (as of its day): what is told of prices and terms is what they were when it
//! was opened, with the digest of the whole.
//!
//! Not here: the prices and terms themselves (`settlement`): who calls brings them.

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{MatterRules, OPENING, Raise};

use crate::matter::{Begun, FACT_CHARS_MAX, Facts, Matter, TITLE_CHARS_MAX, store};
use crate::opening::Opening;
use crate::{Casework, CaseworkError};

/// A matter that has told what another follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raisable {
    /// The matter that tells it.
    pub record: MatterId,
    /// On whom the other is opened.
    pub organisation: OrganisationId,
    /// Whether prices and terms of that organisation go with it.
    pub attaches_terms: bool,
    kind: MatterKind,
    place: usize,
}

/// Prices and terms of an organisation, as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedTerms {
    /// In words, one line each; longer than a fact can be, it is cut and says so.
    pub text: String,
    /// Of the whole.
    pub digest: shuyu_model::Digest,
}

impl Casework {
    /// What has told something that another matter follows from, and has raised none.
    pub async fn raisable(&self) -> Result<Vec<Raisable>, CaseworkError> {
        let regime = self.registry().regime();
        let mut found = Vec::new();
        for (kind, rules) in &regime.matter {
            for (place, raise) in rules.raises.iter().enumerate() {
                let Some((key, told)) = raise.told.first_key_value() else { continue };
                let of_kind = store::told(self.registry().ledger(), *kind, (key, told)).await?;
                for matter in of_kind.into_iter().filter(|matter| tells(matter, raise)) {
                    let concerned = matter.counterparty.clone().or(matter.subject_organisation.clone());
                    let Some(organisation) = concerned else { continue };
                    if store::has_opened(self.registry().ledger(), matter.id.as_str()).await? {
                        continue;
                    }
                    let (record, attaches_terms) = (matter.id.clone(), raise.attaches_terms);
                    found.push(Raisable { record, organisation, attaches_terms, kind: *kind, place });
                }
            }
        }
        Ok(found)
    }

    /// Opens what follows from `of`. `None` where it was opened meanwhile, or nobody here
    /// would open it. Upholds INVARIANT (once).
    pub async fn raise_matter(
        &self,
        of: &Raisable,
        terms: Option<AttachedTerms>,
    ) -> Result<Option<MatterId>, CaseworkError> {
        let regime = self.registry().regime();
        let rules = regime.matter.get(&of.kind);
        let Some(raise) = rules.and_then(|rules| rules.raises.get(of.place)) else { return Ok(None) };
        let Some(rules) = regime.matter.get(&raise.opens) else { return Ok(None) };
        let Some(opener) = self.registry().holder_of(raise.by).await? else { return Ok(None) };
        let mut turn = self.registry().turn().await?;
        let id: MatterId = self.registry().ledger().new_id();
        if !store::insert_violation(turn.change(), of.record.as_str(), &id).await? {
            return Ok(None);
        }
        let told = store::named(&mut crate::store::Book::Change(turn.change()), &of.record).await?;
        let Some(first) = told else { return Err(CaseworkError::Unknown { id: of.record.to_string() }) };
        let at = turn.change().now();
        let begun = Begun {
            id: id.clone(),
            kind: raise.opens,
            rules: rules.clone(),
            regime: regime.stamp(),
            subject: of.organisation.to_string(),
            subject_organisation: Some(of.organisation.clone()),
            counterparty: None,
            title: first.title.chars().take(TITLE_CHARS_MAX).collect(),
            opener: opener.clone(),
            opener_person: first.opener_person.clone(),
            parties: [(raise.by, opener)].into(),
            authors: vec![first.opener_person.clone()],
            facts: facts(rules, raise, &first, terms),
        };
        let matter = Matter::begun(begun, at, self.calendar());
        let reason = "what was complained of calls for it 由投诉内容引发";
        let opening = Opening { actor: None, reason, cites: vec![of.record.to_string()] };
        let told = self.insert_opened(&mut turn, &matter, opening).await?.told;
        let facts = json!({
            "kind": matter.kind, "subject": matter.subject, "ground": of.record, "state": matter.state, "told": told,
            "keys": matter.facts.keys().collect::<Vec<_>>(),
        });
        let event = Event::done(None, "matter.opened", matter.id.as_str()).facts(facts);
        turn.commit(event.under(regime).citing(regime.cite_clause(&raise.source))).await?;
        Ok(Some(id))
    }
}

fn tells(matter: &Matter, raise: &Raise) -> bool {
    raise.told.iter().all(|(key, told)| matter.facts.get(key) == Some(told))
}

/// What it tells: what its opening asks for, what the rules say, and the terms.
fn facts(rules: &MatterRules, raise: &Raise, first: &Matter, terms: Option<AttachedTerms>) -> Facts {
    let keys = rules.contents_at(OPENING).flat_map(|contents| contents.keys.clone());
    let mut facts: Facts = keys.map(|key| (key, first.title.clone())).collect();
    facts.extend(raise.facts.clone());
    if let Some(AttachedTerms { text, digest }) = terms {
        let whole = text.chars().count();
        let mut shown: String = text.chars().take(FACT_CHARS_MAX).collect();
        if whole > FACT_CHARS_MAX {
            let note = "\n…（全文见摘要 cut, see the digest）";
            shown =
                text.chars().take(FACT_CHARS_MAX.saturating_sub(note.chars().count())).chain(note.chars()).collect();
        }
        facts.insert("prices_and_terms".to_owned(), shown);
        facts.insert("prices_and_terms_digest".to_owned(), digest.to_string());
    }
    facts
}
