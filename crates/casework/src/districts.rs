//! What a district's people see and sign on the city's platform: their own district's
//! business, while the city's see and sign all of it.
//!
//! Where the document lets districts choose their operators, the district's own bodies
//! make the managing body's moves there; the city looks on.
//!
//! INVARIANT (own district): nobody of a district signs, sees or moves what is another
//! district's or the city's own, unless their organisation is a party to it.
//!
//! Not here: which organisation belongs to which district (`registry::district`).

use shuyu_model::id::OrganisationId;
use shuyu_model::matter::MatterKind;
use shuyu_model::{Actor, Reason, Role};
use shuyu_registry::{Districts, Turn};

use crate::case::Case;
use crate::matter::{self, Matter};
use crate::{Casework, CaseworkError, reasons, view};

type Result<T> = std::result::Result<T, CaseworkError>;

/// Roles that supervise the whole platform, unless they are held in a district.
const SUPERVISING: [Role; 4] = [Role::Regulator, Role::Agency, Role::Supervisor, Role::Source];

/// Somebody, as far as they can look.
pub(crate) struct Sight {
    districts: Districts,
    viewer: Actor,
    /// Their district; none for the city's.
    own: Option<OrganisationId>,
}

impl Sight {
    fn new(districts: Districts, viewer: &Actor) -> Self {
        let own = districts.of(&viewer.organisation).cloned();
        Self { districts, viewer: viewer.clone(), own }
    }

    /// The same person; in a district, without the roles that see everything.
    pub(crate) fn narrow(&self) -> Actor {
        let roles = self.viewer.roles.iter().copied();
        let roles = roles.filter(|role| self.own.is_none() || !SUPERVISING.contains(role)).collect();
        Actor { roles, ..self.viewer.clone() }
    }

    /// The district all of which they see; empty for everybody else.
    pub(crate) fn whole_district(&self) -> &str {
        let sees_all = matter::sees_all(&self.viewer);
        self.own.as_ref().filter(|_| sees_all).map_or("", OrganisationId::as_str)
    }

    /// Their district; empty for the city's.
    pub(crate) fn district(&self) -> &str {
        self.own.as_ref().map_or("", OrganisationId::as_str)
    }

    fn is_of_own(&self, organisation: &OrganisationId) -> bool {
        self.own.as_ref().is_none_or(|own| self.districts.of(organisation) == Some(own))
    }

    /// Whether what an organisation owes is this person's business.
    pub(crate) fn sees_owed(&self, by: Option<&OrganisationId>) -> bool {
        let is_own = by == Some(&self.viewer.organisation);
        is_own || (matter::sees_all(&self.viewer) && by.map_or(self.own.is_none(), |by| self.is_of_own(by)))
    }

    /// Whether a case is this person's business.
    pub(crate) fn sees_case(&self, case: &Case) -> bool {
        if self.is_of_own(&case.opener) {
            return view::is_visible(case, &self.viewer);
        }
        view::is_visible(case, &self.narrow())
    }

    /// Whether a matter is this person's business.
    pub(crate) fn sees_matter(&self, matter: &Matter) -> bool {
        let about = matter.subject_organisation.as_ref();
        if self.is_of_own(&matter.opener) || about.is_some_and(|about| self.is_of_own(about)) {
            return matter::is_visible(matter, &self.viewer);
        }
        matter::is_visible(matter, &self.narrow())
    }
}

/// In a selection of a district, its data department's people in the place of the
/// managing body (CS23 18); everybody else as they are.
pub(crate) fn in_place(matter: &Matter, mut known: Actor) -> Actor {
    let is_theirs = matter.kind == MatterKind::OperatorSelection
        && matter.parties.get(&Role::Regulator) == Some(&known.organisation);
    if is_theirs && known.is(Role::Agency) && !known.is(Role::Regulator) {
        known.roles.push(Role::Regulator);
    }
    known
}

impl Casework {
    /// The data department that decides in its own district's selection, where the
    /// document lets districts choose for themselves.
    pub(crate) async fn chooses_itself(
        &self,
        turn: &mut Turn,
        kind: MatterKind,
        opener: &OrganisationId,
    ) -> Result<Option<OrganisationId>> {
        let rule = self.registry().regime().hierarchy.districts_choose.as_ref();
        if kind != MatterKind::OperatorSelection || !rule.is_some_and(|rule| rule.value) {
            return Ok(None);
        }
        Ok(self.registry().districts_in(turn).await?.of(opener).cloned())
    }

    /// How far somebody can look.
    pub(crate) async fn sight(&self, viewer: &Actor) -> Result<Sight> {
        Ok(Sight::new(self.registry().districts().await?, viewer))
    }

    /// The same inside a change.
    pub(crate) async fn sight_in(&self, turn: &mut Turn, viewer: &Actor) -> Result<Sight> {
        Ok(Sight::new(self.registry().districts_in(turn).await?, viewer))
    }

    /// CAS-088: a case of the city, or of another district, is signed by somebody of a
    /// district whose organisation is no party to it.
    pub(crate) async fn of_another_district(
        &self,
        turn: &mut Turn,
        case: &Case,
        known: &Actor,
    ) -> Result<Option<Reason>> {
        let sight = self.sight_in(turn, known).await?;
        let is_party = case.parties.values().any(|party| *party == known.organisation);
        if is_party || sight.is_of_own(&case.opener) {
            return Ok(None);
        }
        let regime = self.registry().regime();
        let clause = regime.hierarchy.districts.as_ref().map(|rule| regime.cite(rule));
        let clause = clause.unwrap_or_else(|| regime.cite_clause("setting"));
        let what = "the case is the city's or another district's";
        let instead = "sign what your own district opened; leave this to the city's";
        Ok(Some(Reason::new(reasons::OTHER_DISTRICT, what, clause, instead)))
    }
}
