//! Who assesses whom or what, how often, by which marks, and what a result decides.
//!
//! INVARIANT (nobody scores itself): whoever assesses is another body than the assessed.
//! INVARIANT (one row): a subject, a form and an assessor have one row at most, so that
//! what is asked of an assessment is never in doubt.
//!
//! Not here: holding one (`casework::assessment`), its moves (`[matter.assessment]`).

use serde::{Deserialize, Serialize};

use super::faults::{Faults, weights};
use super::words::{Body, Effect, body_of, words};
use super::{Regime, Sourced, is_key};
use crate::actor::Role;
use crate::matter::SubjectKind;

words! {
    /// Whom or what an assessment is of.
    Assessed {
        Operator = "operator" "运营机构",
        Agency = "agency" "实施机构",
        Source = "source" "数源单位",
        Processor = "processor" "数据加工主体",
        Entity = "entity" "经营主体",
        Resource = "resource" "公共数据资源",
        Product = "product" "数据产品和服务",
        Scenario = "scenario" "应用场景",
        City = "city" "全市授权运营",
    }
    /// In which form somebody looks at the whole of another's work.
    AssessmentForm {
        Assessment = "assessment" "评估考核",
        Audit = "audit" "内控审计",
        Review = "review" "综合研判",
    }
    /// What is scored, from 0 to 100.
    Dimension {
        Compliance = "compliance" "合规性",
        Safety = "safety" "安全性",
        Outcome = "effect" "成效性",
        Innovation = "innovation" "创新性",
        Value = "value" "价值",
        Quality = "quality" "质量",
        Contribution = "contribution" "公共数据资源贡献评价指标",
        Overall = "overall" "总体情况",
    }
}

impl Assessed {
    /// The role of the organisation that is assessed, where it is one.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Operator => Some(Role::Operator),
            // Of the city it is the body that implements the authorisation which accounts.
            Self::Agency | Self::City => Some(Role::Agency),
            Self::Source => Some(Role::Source),
            Self::Processor => Some(Role::Processor),
            Self::Entity => Some(Role::Entity),
            Self::Resource | Self::Product | Self::Scenario => None,
        }
    }

    /// Of what kind the subject of its matter is, where it is no organisation.
    pub fn thing(self) -> Option<SubjectKind> {
        match self {
            Self::Resource => Some(SubjectKind::Resource),
            Self::Product => Some(SubjectKind::Matter),
            Self::Scenario => Some(SubjectKind::Scenario),
            _ => None,
        }
    }
}

/// Somebody assesses somebody or something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// Whom or what.
    pub of: Assessed,
    /// Who. A body that never signs in acts through the managing body.
    pub by: Body,
    /// In which form; an assessment, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<AssessmentForm>,
    /// How often each is held; absent where nothing falls due.
    pub every_months: Option<Sourced<u8>>,
    /// What is scored.
    pub dimensions: Option<Sourced<Vec<Dimension>>>,
    /// The weight of each in per cent, in the same order.
    pub weights: Option<Sourced<Vec<u8>>>,
    /// The total from which it is passed.
    pub pass_min: Option<Sourced<u8>>,
    /// What the assessed gives, item by item.
    pub items: Option<Sourced<Vec<String>>>,
    /// Each indicator of the scheme under which the assessed was authorised is one more of
    /// them (`indicators` of the scheme).
    pub items_of_scheme: Option<Sourced<bool>>,
    /// What the result says beside its marks: keys of facts.
    pub tells: Option<Sourced<Vec<String>>>,
    /// With whom the result is filed.
    pub filed_to: Option<Sourced<Body>>,
    /// Working days in which that is done.
    pub filed_days_max: Option<Sourced<u16>>,
    /// What the result decides.
    pub effects: Option<Sourced<Vec<Effect>>>,
    /// So many failing years running end it.
    pub failing_years_out: Option<Sourced<u8>>,
    /// The clause.
    pub source: String,
}

impl Assessment {
    /// In which form.
    pub fn form(&self) -> AssessmentForm {
        self.form.unwrap_or(AssessmentForm::Assessment)
    }

    /// Who enters it: the body itself, or the managing body for one that never signs in.
    pub fn entered_by(&self) -> Role {
        Role::ALL.iter().copied().find(|role| body_of(*role) == Some(self.by)).unwrap_or(Role::Regulator)
    }

    /// Whether a matter on such a subject, of an organisation in these roles, is one.
    pub fn is_of(&self, subject: SubjectKind, roles: &[Role]) -> bool {
        match (self.of.thing(), self.of.role()) {
            (Some(thing), _) => thing == subject,
            (None, Some(role)) => {
                matches!(subject, SubjectKind::Organisation | SubjectKind::Agreement) && roles.contains(&role)
            }
            (None, None) => false,
        }
    }

    /// What is scored.
    pub fn scored(&self) -> &[Dimension] {
        self.dimensions.as_ref().map_or(&[], |dimensions| &dimensions.value)
    }

    /// Hundredths of a point: the marks, each by its weight; equally, where none is given.
    /// `None` where not every dimension has its mark.
    pub fn total(&self, marks: &[u8]) -> Option<u32> {
        let scored = self.scored();
        if scored.is_empty() || marks.len() != scored.len() {
            return None;
        }
        let sum = |all: &mut dyn Iterator<Item = u32>| all.fold(0_u32, u32::saturating_add);
        match &self.weights {
            Some(weights) => Some(sum(&mut marks
                .iter()
                .zip(&weights.value)
                .map(|(mark, weight)| u32::from(*mark) * u32::from(*weight)))),
            None => {
                let all = sum(&mut marks.iter().map(|mark| u32::from(*mark))).saturating_mul(100);
                all.checked_div(u32::try_from(marks.len()).ok()?)
            }
        }
    }

    /// Whether a total passes; `None` where the rules name no threshold.
    pub fn passes(&self, total: u32) -> Option<bool> {
        self.pass_min.as_ref().map(|min| u32::from(min.value).saturating_mul(100) <= total)
    }

    /// Whether a result decides this.
    pub fn decides(&self, effect: Effect) -> bool {
        self.effects.as_ref().is_some_and(|effects| effects.value.contains(&effect))
    }

    /// The body with which the result is filed, where it is none that has an account.
    pub fn filed_outside(&self) -> Option<&Sourced<Body>> {
        let has_role = |body: Body| Role::ALL.iter().any(|role| body_of(*role) == Some(body));
        self.filed_to.as_ref().filter(|to| !has_role(to.value))
    }
}

impl Regime {
    /// The row of whom, by whom and in which form.
    pub fn assessment_row(&self, of: Assessed, by: Body, form: AssessmentForm) -> Option<&Assessment> {
        self.assessment.iter().find(|row| (row.of, row.by, row.form()) == (of, by, form))
    }

    /// The row for a subject whose organisation holds `roles`, held in this form by who
    /// holds one of `by`.
    pub fn assessment_for(
        &self,
        (subject, roles): (SubjectKind, &[Role]),
        by: &[Role],
        form: AssessmentForm,
    ) -> Option<&Assessment> {
        let is_it =
            |row: &&Assessment| row.form() == form && by.contains(&row.entered_by()) && row.is_of(subject, roles);
        self.assessment.iter().find(is_it)
    }
}

pub(super) fn faults_of(regime: &Regime, faults: &mut Faults) {
    for (index, found) in regime.assessment.iter().enumerate() {
        let path = format!("assessment.{index}");
        let itself = |role: Role| body_of(role) == Some(found.by);
        if found.of != Assessed::City && found.of.role().is_some_and(itself) {
            faults.at(format!("{path}.by"), format!("`{}` assesses itself; name another body", found.of.word()));
        }
        let same =
            |earlier: &Assessment| (earlier.of, earlier.by, earlier.form()) == (found.of, found.by, found.form());
        if regime.assessment.iter().take(index).any(same) {
            faults.at(format!("{path}.of"), format!("`{}` is assessed twice by the same; keep one", found.of.word()));
        }
        let items = found.dimensions.as_ref().map(|dimensions| dimensions.value.len());
        weights(
            &format!("{path}.weights"),
            items,
            found.weights.as_ref().map(|weights| weights.value.as_slice()),
            faults,
        );
        if found.pass_min.as_ref().is_some_and(|min| min.value > 100 || found.dimensions.is_none()) {
            let what = "a threshold is 1 to 100 points of what is scored (`dimensions`)".to_owned();
            faults.at(format!("{path}.pass_min"), what);
        }
        if found.items_of_scheme.as_ref().is_some_and(|rule| rule.value) {
            let path = format!("{path}.items_of_scheme");
            if found.of != Assessed::Operator {
                faults.at(&path, "only an operator is authorised under a scheme; leave it out".to_owned());
            }
            super::choosing::scheme_lists(regime, &path, "indicators", faults);
        }
        if found.filed_to.is_none() && found.filed_days_max.is_some() {
            faults.at(format!("{path}.filed_days_max"), "nothing is filed; name `filed_to`".to_owned());
        }
        for key in found.tells.iter().flat_map(|tells| &tells.value).filter(|key| !is_key(key)) {
            faults.at(format!("{path}.tells"), format!("`{key}` is no key (lower-case letters, digits and `_`)"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(weights: Option<Vec<u8>>) -> Assessment {
        let sourced = |value| Sourced { value, source: None, setting: true };
        Assessment {
            of: Assessed::Operator,
            by: Body::Agency,
            form: None,
            every_months: None,
            dimensions: Some(sourced(vec![Dimension::Compliance, Dimension::Safety])),
            weights: weights.map(|value| Sourced { value, source: None, setting: true }),
            pass_min: Some(Sourced { value: 60, source: None, setting: true }),
            items: None,
            items_of_scheme: None,
            tells: None,
            filed_to: None,
            filed_days_max: None,
            effects: None,
            failing_years_out: None,
            source: "二".to_owned(),
        }
    }

    #[test]
    fn a_total_is_the_marks_by_their_weights_and_nothing_where_one_is_missing() {
        let rows = [
            (Some(vec![70, 30]), vec![90, 50], Some(7800)),
            (Some(vec![70, 30]), vec![90], None),
            (None, vec![90, 51], Some(7050)),
            (None, vec![], None),
        ];
        for (weights, marks, expected) in rows {
            assert_eq!(row(weights).total(&marks), expected, "{marks:?}");
        }
    }

    #[test]
    fn it_is_passed_from_the_threshold_on() {
        for (total, expected) in [(5999, Some(false)), (6000, Some(true))] {
            assert_eq!(row(None).passes(total), expected, "{total}");
        }
        let open = Assessment { pass_min: None, ..row(None) };
        assert_eq!(open.passes(9000), None);
    }
}
