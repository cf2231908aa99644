//! What stands in which document: one file a kind, each from the records.
//!
//! A kind takes the [`Desk`] with all the records on it and lays the content there,
//! with the reasons for which it cannot be issued. What the records do not hold and
//! the rules prescribe is told by the issuer; nothing else can be told.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::{Actor, Day, Reason, Regime};

use crate::document::{Content, Section, plain};
use crate::issued::NewDocument;
use crate::records::{Records, Stations};
use crate::{DocumentKind, DocumentsError, Period, reasons};

mod agreement;
mod assessment;
mod catalog;
pub(crate) mod disclosure;
mod filing;
mod parts;
pub(crate) mod report;
mod scheme;
mod source_account;
mod statement;
mod work;

type Result<T> = std::result::Result<T, DocumentsError>;

/// Where one document is written.
pub(crate) struct Desk<'a> {
    pub(crate) stations: &'a Stations,
    pub(crate) records: Records,
    pub(crate) regime: &'a Regime,
    pub(crate) actor: &'a Actor,
    pub(crate) new: &'a NewDocument,
    pub(crate) today: Day,
    pub(crate) content: Content,
    pub(crate) reasons: Vec<Reason>,
    /// Organisations that may read it, beside its issuer.
    pub(crate) parties: BTreeSet<OrganisationId>,
    told: BTreeMap<&'a str, &'a str>,
    missing: Vec<(String, String)>,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        stations: &'a Stations,
        records: Records,
        regime: &'a Regime,
        actor: &'a Actor,
        new: &'a NewDocument,
        today: Day,
    ) -> Self {
        let mut content = Content::new(new.kind.title());
        content.regime = regime.stamp();
        content.log_size = records.log_size;
        let told = new.told.iter().map(|(heading, text)| (heading.as_str(), text.as_str())).collect();
        let (reasons, parties, missing) = (Vec::new(), BTreeSet::new(), Vec::new());
        Self { stations, records, regime, actor, new, today, content, reasons, parties, told, missing }
    }

    /// Writes it.
    pub(crate) async fn write(&mut self) -> Result<()> {
        self.period_reasons();
        match self.new.kind {
            DocumentKind::Scheme => scheme::write(self).await?,
            DocumentKind::OperatorAgreement | DocumentKind::ProcessorAgreement | DocumentKind::DevelopmentAgreement => {
                agreement::write(self).await?;
            }
            DocumentKind::Catalog => catalog::write(self),
            DocumentKind::Disclosure => disclosure::write(self).await?,
            DocumentKind::OperatorReport => report::write(self).await?,
            DocumentKind::AssessmentResult => assessment::write(self).await?,
            DocumentKind::SourceAccount => source_account::write(self).await?,
            DocumentKind::Filing => filing::write(self).await?,
            DocumentKind::SettlementStatement => statement::write(self).await?,
        }
        self.told_reasons()
    }

    pub(crate) fn refuse(&mut self, code: &'static str, what: impl Into<String>, clause: &str, instead: &str) {
        self.reasons.push(Reason::new(code, what, clause, instead));
    }

    /// What it is about. The caller's mistakes were found before.
    pub(crate) fn about(&self) -> &'a str {
        self.new.about.as_deref().unwrap_or_default()
    }

    /// The period that it accounts for.
    pub(crate) fn period(&self) -> Result<Period> {
        self.new.period.ok_or_else(|| malformed("`period` is missing"))
    }

    /// Whether somebody issues it for an organisation that is not theirs.
    pub(crate) fn only_for(&mut self, party: &OrganisationId, clause: &str) {
        if *party != self.actor.organisation {
            let what = "the document is issued by the organisation whose it is";
            self.refuse(reasons::NOT_THE_PARTY, what, clause, "ask that organisation");
        }
    }

    fn period_reasons(&mut self) {
        let Some(period) = self.new.period else { return };
        if self.today <= period.last_day() {
            let what = format!("the period {period} is not over before {}", period.next().first_day());
            let clause = self.regime.cite_clause("setting");
            self.refuse(reasons::PERIOD_RUNNING, what, &clause, "issue it when the period is over");
        }
    }

    /// A part that the records do not hold: told by the issuer, or missing.
    pub(crate) fn tell(&mut self, heading: &str, clause: &str) {
        match self.told.remove(heading) {
            Some(text) if !plain(text).is_empty() => {
                self.content.sections.push(Section::words(heading, text));
                let record = "签发单位填报".to_owned();
                if !self.content.records.contains(&record) {
                    self.content.records.push(record);
                }
            }
            _ => {
                self.content.sections.push(Section::words(heading, "（未填报）"));
                self.missing.push((heading.to_owned(), clause.to_owned()));
            }
        }
    }

    fn told_reasons(&mut self) -> Result<()> {
        if !self.told.is_empty() {
            let shown = |heading: &&str| plain(heading).chars().take(40).collect::<String>();
            let faults = self.told.keys().map(|heading| {
                format!("`told` names `{}`, which the records hold or the rules do not prescribe", shown(heading))
            });
            return Err(DocumentsError::Malformed { faults: faults.collect() });
        }
        let mut of_clause: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (heading, clause) in std::mem::take(&mut self.missing) {
            of_clause.entry(clause).or_default().push(heading);
        }
        for (clause, headings) in of_clause {
            let what = format!("prescribed contents are missing: {}", headings.join(", "));
            self.refuse(reasons::CONTENTS_MISSING, what, &clause, "give them in `told`, by these headings");
        }
        Ok(())
    }

    pub(crate) fn cites(&mut self, clause: String) {
        if !self.content.clauses.contains(&clause) {
            self.content.clauses.push(clause);
        }
    }

    pub(crate) fn made_from(&mut self, record: impl Into<String>) {
        let record = record.into();
        if !self.content.records.contains(&record) {
            self.content.records.push(record);
        }
    }

    /// A matter that it is about, as the issuer may see it.
    pub(crate) async fn matter(&self) -> Result<shuyu_casework::MatterView> {
        let about = self.about();
        let unseen = || DocumentsError::Unknown { kind: "matter", id: about.chars().take(80).collect() };
        let id = MatterId::parse(about).map_err(|_| unseen())?;
        self.stations.casework.matter(&id, self.actor).await?.ok_or_else(unseen)
    }
}

pub(crate) fn malformed(fault: impl Into<String>) -> DocumentsError {
    DocumentsError::Malformed { faults: vec![fault.into()] }
}
