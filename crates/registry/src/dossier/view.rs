//! What somebody may see of a dossier: what the rules ask for, what is there, and
//! every version there ever was.
//!
//! INVARIANT (own and public): the papers of public bodies are for everybody who takes
//! part; those of a firm are for itself, for those who supervise, and for operators.

use serde::Serialize;
use shuyu_model::id::{OrganisationId, PaperId, ScenarioId};
use shuyu_model::regime::{PaperAct, PaperKind, PaperRules, Particular};
use shuyu_model::{Actor, Day, Role};

use super::paper::{Paper, PaperState};
use super::store;
use crate::store::Book;
use crate::world::World;
use crate::{Organisation, Registry, RegistryError, ScenarioState};

/// How something that the rules ask for stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing is there.
    Missing,
    /// There is none, and none must be.
    None,
    /// A paper is there; how it stands.
    #[serde(untagged)]
    Paper(PaperState),
}

/// Something that the rules ask for, and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DossierItem {
    /// Names it in pages.
    pub key: String,
    /// What it is.
    pub kind: PaperKind,
    /// What people call it.
    pub kind_title: &'static str,
    /// For which scenario, where each has its own.
    pub scenario: Option<ScenarioId>,
    /// How it stands.
    pub state: Standing,
    /// The paper; null where there is none.
    pub paper: Option<PaperId>,
    /// Its last day; null where it has none.
    pub last_day: Option<Day>,
    /// The acts that wait for it.
    pub before: Vec<PaperAct>,
    /// What it must hold.
    pub must_hold: Vec<Particular>,
    /// Who consents to it.
    pub consent_by: Option<Role>,
    /// With whom it is filed.
    pub filed_with: Option<Role>,
    /// How often it is made anew.
    pub every_months: Option<u8>,
    /// The clause that asks for it.
    pub clause: String,
}

/// A paper that a party lacks, or has and that does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingPaper {
    /// Names it in pages.
    pub key: String,
    /// Whose it would be.
    pub organisation: OrganisationId,
    /// What that organisation is called.
    pub name: String,
    /// What it is.
    pub kind: PaperKind,
    /// What people call it.
    pub kind_title: &'static str,
    /// For which scenario, where each has its own.
    pub scenario: Option<ScenarioId>,
    /// How it stands.
    pub state: Standing,
    /// The clause that asks for it.
    pub clause: String,
}

/// A paper and how it stands today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaperView {
    /// The paper.
    #[serde(flatten)]
    pub paper: Paper,
    /// What people call its kind.
    pub kind_title: &'static str,
    /// How it stands.
    pub state: PaperState,
    /// Its last day.
    pub last_day: Option<Day>,
}

impl Registry {
    /// What the rules ask of an organisation and what is there; `None` when it is none
    /// of the viewer's business.
    pub async fn dossier(
        &self,
        viewer: &Actor,
        id: &OrganisationId,
    ) -> Result<Option<Vec<DossierItem>>, RegistryError> {
        let world = self.world().await?;
        let organisation = world.organisation(id)?;
        Ok(is_visible(viewer, organisation).then(|| self.items(&world, organisation)))
    }

    /// The papers that the rules want on file and that do not count today, of every
    /// organisation whose dossier the viewer may see, by organisation.
    pub async fn missing_papers(&self, viewer: &Actor) -> Result<Vec<MissingPaper>, RegistryError> {
        let world = self.world().await?;
        let mut found = Vec::new();
        for organisation in world.organisations.values().filter(|one| is_visible(viewer, one)) {
            let counts =
                |item: &DossierItem| matches!(item.state, Standing::None | Standing::Paper(PaperState::InOrder));
            for item in self.items(&world, organisation).into_iter().filter(|item| !counts(item)) {
                found.push(MissingPaper {
                    key: format!("{} {}", organisation.id, item.key),
                    organisation: organisation.id.clone(),
                    name: organisation.name.clone(),
                    kind: item.kind,
                    kind_title: item.kind_title,
                    scenario: item.scenario,
                    state: item.state,
                    clause: item.clause,
                });
            }
        }
        Ok(found)
    }

    /// Every paper that an organisation ever had, oldest first.
    pub async fn papers(&self, viewer: &Actor, id: &OrganisationId) -> Result<Option<Vec<PaperView>>, RegistryError> {
        let world = self.world().await?;
        if !is_visible(viewer, world.organisation(id)?) {
            return Ok(None);
        }
        let (papers, today) = (store::papers(&mut Book::Ledger(self.ledger()), id.as_str()).await?, self.now().day());
        let view = |paper: Paper| {
            // A kind that other rules asked for once is history.
            let rules = self.regime().dossier.get(&paper.kind);
            let state = rules.map_or(PaperState::Replaced, |rules| paper.state(rules, today));
            let last_day = rules.map_or(paper.valid_until, |rules| paper.last_day(rules));
            PaperView { kind_title: paper.kind.zh(), state, last_day, paper }
        };
        Ok(Some(papers.into_iter().map(view).collect()))
    }

    pub(super) fn items(&self, world: &World, organisation: &Organisation) -> Vec<DossierItem> {
        let mut items = Vec::new();
        let asked = self.regime().dossier.iter();
        for (kind, rules) in asked.filter(|(_, rules)| rules.of.iter().any(|role| organisation.roles.contains(role))) {
            for scenario in scenarios(world, organisation, rules) {
                let papers: Vec<&Paper> = world.papers_of(&organisation.id, *kind, scenario).collect();
                if papers.is_empty() {
                    items.push(self.item(*kind, rules, scenario, None));
                }
                items.extend(papers.into_iter().map(|paper| self.item(*kind, rules, scenario, Some(paper))));
            }
        }
        items
    }

    fn item(
        &self,
        kind: PaperKind,
        rules: &PaperRules,
        scenario: Option<&ScenarioId>,
        paper: Option<&Paper>,
    ) -> DossierItem {
        let today = self.now().day();
        let about = paper.map(|paper| paper.id.as_str()).or(scenario.map(ScenarioId::as_str)).unwrap_or_default();
        let without = if kind.is_by_choice() { Standing::None } else { Standing::Missing };
        DossierItem {
            key: format!("{} {about}", kind.word()),
            kind,
            kind_title: kind.zh(),
            scenario: scenario.cloned(),
            state: paper.map_or(without, |paper| Standing::Paper(paper.state(rules, today))),
            paper: paper.map(|paper| paper.id.clone()),
            last_day: paper.and_then(|paper| paper.last_day(rules)),
            before: rules.before.as_ref().map(|before| before.value.clone()).unwrap_or_default(),
            must_hold: rules.held().to_vec(),
            consent_by: rules.consent_by.as_ref().map(|by| by.value),
            filed_with: rules.filed_with.as_ref().map(|with| with.value),
            every_months: rules.every_months.as_ref().map(|every| every.value),
            clause: self.regime().cite_clause(&rules.source),
        }
    }
}

/// The scenarios for which an organisation needs such a paper; one `None` where the
/// paper is about the organisation.
fn scenarios<'a>(world: &'a World, of: &Organisation, rules: &PaperRules) -> Vec<Option<&'a ScenarioId>> {
    if !rules.is_of_scenario() {
        return vec![None];
    }
    let own = world.scenarios.values().filter(|one| one.operator == of.id && one.state != ScenarioState::Withdrawn);
    own.map(|scenario| Some(&scenario.id)).collect()
}

fn is_visible(viewer: &Actor, organisation: &Organisation) -> bool {
    let overseers = [Role::Regulator, Role::Agency, Role::Supervisor, Role::Finance, Role::Operator];
    viewer.organisation == organisation.id
        || organisation.is_public_body()
        || overseers.iter().any(|role| viewer.is(*role))
}
