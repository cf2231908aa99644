//! Rights in data that were given away: what a department says of itself, in a paper of its
//! dossier or of a contract that it enters, opens a rectification without anybody's move.
//!
//! INVARIANT (once): a paper or contract opens one rectification and no second.
//!
//! Not here: that no agreement is made meanwhile (`registry::dossier`, REG-045).

use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::Role;
use shuyu_model::id::{MatterId, OrganisationId, PersonId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::{MatterRules, OPENING};

use crate::matter::{Begun, CITES_MAX, Facts, Matter, store};
use crate::opening::Opening;
use crate::{Casework, CaseworkError};

/// What it says of itself that gives rights away.
const GIVES_AWAY: (&str, &str) = ("gives_rights_away", "yes");

/// Something that says that rights were given away.
struct Ground {
    id: String,
    organisation: OrganisationId,
    what: String,
    said_by: PersonId,
    /// The contract, where it is one.
    contract: Option<MatterId>,
}

impl Casework {
    /// Opens a rectification on whoever says that it gave rights in data away, once for
    /// each paper or contract that says so. Says which were opened.
    pub async fn open_violations(&self) -> Result<Vec<MatterId>, CaseworkError> {
        let regime = self.registry().regime();
        let Some(rules) = regime.matter.get(&MatterKind::Rectification) else { return Ok(Vec::new()) };
        // Who supervises departments; agencies where the document names no bureau for it.
        let opener = [Role::Regulator, Role::Agency].into_iter().find(|role| rules.open_by.contains(role));
        let Some(role) = opener else { return Ok(Vec::new()) };
        let Some(opener) = self.registry().holder_of(role).await? else { return Ok(Vec::new()) };
        let mut opened = Vec::new();
        for ground in self.grounds().await? {
            opened.extend(self.open_violation(rules, &opener, role, ground).await?);
        }
        Ok(opened)
    }

    async fn grounds(&self) -> Result<Vec<Ground>, CaseworkError> {
        let papers = self.registry().adverse_papers().await?.into_iter().map(|paper| Ground {
            id: paper.id.to_string(),
            organisation: paper.organisation,
            what: format!("申报对外让渡数据权利：{}", paper.title),
            said_by: paper.entered_by,
            contract: None,
        });
        let contracts = store::told(self.registry().ledger(), MatterKind::PriorAgreement, GIVES_AWAY).await?;
        let contracts = contracts.into_iter().filter_map(|matter| {
            Some(Ground {
                id: matter.id.to_string(),
                organisation: matter.subject_organisation?,
                what: format!("既有协议让渡数据运营权：{}", matter.title),
                said_by: matter.opener_person,
                contract: Some(matter.id),
            })
        });
        Ok(papers.chain(contracts).collect())
    }

    /// Upholds INVARIANT (once).
    async fn open_violation(
        &self,
        rules: &MatterRules,
        opener: &OrganisationId,
        role: Role,
        ground: Ground,
    ) -> Result<Option<MatterId>, CaseworkError> {
        let mut turn = self.registry().turn().await?;
        let id: MatterId = self.registry().ledger().new_id();
        if !store::insert_violation(turn.change(), &ground.id, &id).await? {
            return Ok(None);
        }
        let at = turn.change().now();
        let keys = rules.contents_at(OPENING).flat_map(|contents| contents.keys.clone());
        let mut facts: Facts = keys.map(|key| (key, ground.what.clone())).collect();
        facts.insert("ground_record".to_owned(), ground.id.clone());
        let kind = MatterKind::Rectification;
        let begun = Begun {
            id: id.clone(),
            kind,
            rules: rules.clone(),
            regime: self.registry().regime().stamp(),
            subject: ground.organisation.to_string(),
            subject_organisation: Some(ground.organisation),
            counterparty: None,
            title: ground.what.chars().take(crate::matter::TITLE_CHARS_MAX).collect(),
            opener: opener.clone(),
            opener_person: ground.said_by.clone(),
            parties: [(role, opener.clone())].into(),
            authors: vec![ground.said_by],
            facts,
        };
        let matter = Matter::begun(begun, at, self.calendar());
        let cites: Vec<String> = ground.contract.into_iter().map(|id| id.to_string()).take(CITES_MAX).collect();
        let reason = "what was told of itself says so 由其自报内容得知";
        let told = self.insert_opened(&mut turn, &matter, Opening { actor: None, reason, cites }).await?.told;
        let regime = self.registry().regime();
        let facts = json!({
            "kind": kind, "subject": matter.subject, "ground": ground.id, "state": matter.state, "told": told,
        });
        let event = Event::done(None, "matter.opened", matter.id.as_str()).facts(facts);
        turn.commit(event.under(regime).citing(regime.cite_clause(&rules.source))).await?;
        Ok(Some(id))
    }
}
