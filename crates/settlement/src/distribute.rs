//! Rules of distribution proposed and consented to, and months distributed by them.
//!
//! INVARIANT (consent): a rule holds once every body that the document names, and
//! every party where the parties negotiate, has consented to its digest; no
//! organisation consents for two.
//! INVARIANT (former rule): see `sharing`.

use std::collections::{BTreeMap, BTreeSet};

use shuyu_delivery::DeliveryError;
use shuyu_ledger::{Change, Event};
use shuyu_model::id::{DistributionId, OrganisationId, ProductId, SharingRuleId};
use shuyu_model::regime::words::Treasury;
use shuyu_model::{Actor, Digest, Money, Month, Reason, Reasons, Role, Time, Verdict};
use shuyu_registry::{AgreementKind, AgreementState, ClosedAccount};

use crate::book::BookEntry;
use crate::by_scheme::moment_of;
use crate::error::SettlementError;
use crate::pots;
use crate::settlement::{Settlement, unknown};
use crate::sharing::{
    BodyKind, Distribution, DistributionBody, NewSharingRule, OnRecord, SharingRule, Surplus, in_force, malformed,
    rule_reasons, share_clause,
};
use crate::statement::{Statement, sees_all};
use crate::treasury::Due;
use crate::{reasons, store};

type Result<T> = std::result::Result<T, SettlementError>;

/// For whom a consent counts, and who may give it.
struct Asked {
    named: String,
    by: Option<Role>,
}

impl Settlement {
    /// Proposes a rule; it holds once all have consented.
    pub async fn propose_sharing(&self, actor: &Actor, mut new: NewSharingRule) -> Result<Verdict<SharingRuleId>> {
        if let Some(error) = malformed(&new) {
            return Err(error);
        }
        let regime = self.regime();
        let on_record = self.on_record(&new).await?;
        let product = new.product.as_ref().map(|product| self.product(product)).transpose()?;
        if product.is_some_and(|product| product.operator != new.operator) {
            return Err(SettlementError::Malformed { part: "product", what: "a product of the operator" });
        }
        let against_project = self.against_project(&new).await?;
        let followed = self.followed(&new, self.ledger().now()).await?;
        let mut change = self.ledger().change().await?;
        let mut found = rule_reasons(&new, &on_record, regime);
        found.extend(against_project);
        found.extend(followed.err());
        for party in &mut new.parties {
            party.body = on_record.get(&party.organisation).copied();
        }
        let is_party = new.parties.iter().any(|party| party.organisation == actor.organisation);
        if !actor.is(Role::Agency) && !actor.is(Role::Finance) && !is_party {
            found.push(Reason::new(
                reasons::NOT_PROPOSER,
                "a rule of distribution is proposed by the agency, the finance department or a party to it",
                share_clause(regime),
                "ask one of them",
            ));
        }
        if let Some(last) = store::sharing::last_settled(&mut change, &new.operator, new.product.as_ref()).await?
            && new.from <= last.first_day()
        {
            found.push(Reason::new(
                reasons::REACHES_BACK,
                format!("the month {last} and those before it are settled by the former rule"),
                share_clause(regime),
                format!("name a day after {}", last.first_day()),
            ));
        }
        if let Some(reasons) = Reasons::new(found) {
            drop(change);
            return self.refuse(actor, "sharing_rule.refused", new.operator.as_str(), reasons).await;
        }
        let earlier = store::sharing::rules_in(&mut change).await?;
        let version = earlier.iter().filter(|rule| rule.rule.operator == new.operator).count();
        let digest = self.ledger().profile().digest(serde_json::to_string(&new)?.as_bytes());
        let rule = SharingRule {
            id: self.ledger().new_id(),
            version: i64::try_from(version).unwrap_or(i64::MAX).saturating_add(1),
            rule: new,
            digest,
            consents: Vec::new(),
            consents_missing: Vec::new(),
            completed_at: None,
        };
        store::sharing::insert_rule(&mut change, &rule, actor).await?;
        let event = Event::done(Some(actor), "sharing_rule.proposed", rule.id.as_str())
            .under(regime)
            .citing(share_clause(regime))
            .digests(None, Some(digest))
            .facts(
                serde_json::json!({ "operator": rule.rule.operator, "version": rule.version, "from": rule.rule.from }),
            );
        change.commit(event).await?;
        Ok(Verdict::Allow(rule.id))
    }

    /// What operator and parties of a rule are on record; none of them is unknown.
    async fn on_record(&self, rule: &NewSharingRule) -> Result<OnRecord> {
        let mut ids: BTreeSet<OrganisationId> = rule.parties.iter().map(|party| party.organisation.clone()).collect();
        ids.insert(rule.operator.clone());
        let mut found = OnRecord::new();
        for id in &ids {
            let organisation = self.delivery().registry().organisation(id).await.map_err(DeliveryError::from)?;
            let organisation = organisation.ok_or_else(|| unknown("organisation", id.as_str()))?;
            found.extend(BodyKind::on_record(&organisation).map(|body| (id.clone(), body)));
        }
        Ok(found)
    }

    /// STL-060: where the treasury goes by the project's level, the district that a rule
    /// names is the one by whose body the operator was authorised.
    async fn against_project(&self, new: &NewSharingRule) -> Result<Option<Reason>> {
        let regime = self.regime();
        let Some(by_level) = regime.price.treasury.as_ref().filter(|rule| rule.value == Treasury::ByLevel) else {
            return Ok(None);
        };
        let registry = self.delivery().registry();
        let districts = registry.districts().await.map_err(DeliveryError::from)?;
        let (mut page, mut projects) = (shuyu_registry::Page::first(), BTreeSet::new());
        loop {
            let listed = registry.agreements(&page).await.map_err(DeliveryError::from)?;
            let theirs = listed.items.iter().filter(|one| {
                let is_held = one.state == AgreementState::InForce && one.kind == AgreementKind::Operator;
                is_held && one.grantee == new.operator
            });
            for agreement in theirs {
                let name = match districts.of(&agreement.grantor) {
                    Some(district) => {
                        let body = registry.organisation(district).await;
                        body.map_err(DeliveryError::from)?.map(|body| body.name.clone())
                    }
                    None => None,
                };
                projects.insert(name);
            }
            match listed.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        let is_of_one = projects.is_empty() || projects.contains(&new.district);
        Ok((!is_of_one).then(|| {
            let names: Vec<&str> = projects.iter().map(|name| name.as_deref().unwrap_or("市级")).collect();
            let what = "the rule's district is none by which the operator was authorised";
            let instead = format!("its projects are of: {}", names.join("、"));
            regime.reason(reasons::OTHER_PROJECT, by_level, what, instead)
        }))
    }

    /// Consents to a rule, for the actor's own organisation. `named` says for which
    /// body, where the organisation could speak for several.
    pub async fn consent_to_sharing(
        &self,
        actor: &Actor,
        id: &SharingRuleId,
        named: Option<&str>,
        seen: Digest,
    ) -> Result<Verdict<SharingRule>> {
        let mut change = self.ledger().change().await?;
        let mut rule = self.rule_in(&mut change, id).await?;
        if rule.digest != seen {
            return Err(SettlementError::Conflict { part: "digest", what: "the rule has another one" });
        }
        if rule.consents.iter().any(|consent| consent.organisation == actor.organisation) {
            return Err(SettlementError::Conflict { part: "consent", what: "this organisation has consented" });
        }
        let is_missing = |asked: &&Asked| rule.consents_missing.contains(&asked.named);
        let asked = self.asked(&rule.rule);
        let fits = |asked: &&Asked| match asked.by {
            Some(role) => actor.is(role) && named.is_none_or(|named| named == asked.named),
            None => actor.organisation.as_str() == asked.named,
        };
        let Some(speaks) = asked.iter().filter(is_missing).find(fits) else {
            drop(change);
            let reasons = Reasons::one(Reason::new(
                reasons::NOT_ASKED,
                "the consent of this organisation is not asked for, or was given by another",
                share_clause(self.regime()),
                format!("consent is missing of: {}", rule.consents_missing.join("、")),
            ));
            return self.refuse(actor, "sharing_consent.refused", id.as_str(), reasons).await;
        };
        store::sharing::insert_consent(&mut change, id, &speaks.named, actor).await?;
        rule.consents_missing.retain(|missing| *missing != speaks.named);
        if rule.consents_missing.is_empty() {
            store::sharing::complete_rule(&mut change, id).await?;
        }
        let event = Event::done(Some(actor), "sharing_rule.consented", id.as_str())
            .under(self.regime())
            .citing(share_clause(self.regime()))
            .digests(None, Some(rule.digest))
            .facts(serde_json::json!({ "for": speaks.named, "is_complete": rule.consents_missing.is_empty() }));
        change.commit(event).await?;
        let rules = store::sharing::rules(self.ledger()).await?;
        let rule = rules.into_iter().find(|rule| rule.id == *id).ok_or_else(|| unknown("rule", id.as_str()))?;
        Ok(Verdict::Allow(self.completed(rule)))
    }

    /// Whose consent a rule needs.
    fn asked(&self, rule: &NewSharingRule) -> Vec<Asked> {
        let money = &self.regime().money;
        let bodies = money.consent.iter().map(|body| Asked { named: body.name.clone(), by: Some(body.by.value) });
        let is_negotiated = money.parties_consent.as_ref().is_some_and(|rule| rule.value);
        let parties: BTreeSet<&OrganisationId> =
            rule.parties.iter().filter(|_| is_negotiated).map(|party| &party.organisation).collect();
        bodies.chain(parties.into_iter().map(|id| Asked { named: id.to_string(), by: None })).collect()
    }

    /// With whose consent is missing.
    fn completed(&self, mut rule: SharingRule) -> SharingRule {
        let given = |asked: &Asked| rule.consents.iter().any(|consent| consent.named == asked.named);
        rule.consents_missing =
            self.asked(&rule.rule).into_iter().filter(|asked| !given(asked)).map(|asked| asked.named).collect();
        rule
    }

    async fn rule_in(&self, change: &mut Change, id: &SharingRuleId) -> Result<SharingRule> {
        let rules = store::sharing::rules_in(change).await?;
        let rule = rules.into_iter().find(|rule| rule.id == *id);
        rule.map(|rule| self.completed(rule)).ok_or_else(|| unknown("rule of distribution", id.as_str()))
    }

    /// All rules of distribution that the viewer is a party of or oversees, oldest
    /// first for each operator.
    pub async fn sharing_rules(&self, viewer: &Actor) -> Result<Vec<SharingRule>> {
        let rules = store::sharing::rules(self.ledger()).await?.into_iter();
        let is_party = |rule: &SharingRule| {
            rule.rule.operator == viewer.organisation
                || rule.rule.parties.iter().any(|party| party.organisation == viewer.organisation)
        };
        Ok(rules.filter(|rule| sees_all(viewer) || is_party(rule)).map(|rule| self.completed(rule)).collect())
    }

    /// Distributes a closed month's surplus of an operator by the rule of that month: of one
    /// product, or of all that have no rule of their own.
    pub async fn distribute(
        &self,
        actor: &Actor,
        month: Month,
        (operator, product): (&OrganisationId, Option<&ProductId>),
    ) -> Result<Verdict<Distribution>> {
        let regime = self.regime();
        // Read before the change is opened: nobody can complete a rule backwards.
        let now = self.ledger().now();
        let rules = store::sharing::rules(self.ledger()).await?;
        let rule = in_force(&rules, (operator, product), month, now);
        let followed = match rule {
            Some(rule) => self.followed(&rule.rule, moment_of(month, now)).await?,
            None => Ok(None),
        };
        let on_record = match rule {
            Some(rule) => self.on_record(&rule.rule).await?,
            None => OnRecord::new(),
        };
        let mut change = self.ledger().change().await?;
        let done = store::sharing::distributions_in(&mut change, month, operator).await?;
        let done: Vec<_> = done.iter().map(Distribution::body).collect();
        let statement = store::statement_in(&mut change, month).await?;
        let mut found = Vec::from_iter(self.agency_reason(actor));
        let (to_share, against) =
            self.to_share(month, (operator, product), &rules, (now, &done, statement.as_ref()))?;
        found.extend(against);
        let scheme = followed.unwrap_or_else(|reason| {
            found.push(reason);
            None
        });
        let (rule, statement) = match (Reasons::new(found), rule, statement) {
            (None, Some(rule), Some(statement)) => (rule, statement.body().id.clone()),
            (Some(reasons), ..) => {
                drop(change);
                return self.refuse(actor, "distribution.refused", &month.to_string(), reasons).await;
            }
            (None, ..) => return Err(unknown("statement", &month.to_string())),
        };
        let surplus = Surplus { month, statement, pots: to_share, rule, scheme, on_record };
        let id = self.ledger().new_id();
        let distribution = Distribution::compute(id, surplus, regime, self.ledger().profile())?;
        self.write_distribution(&mut change, &distribution, actor).await?;
        let body = distribution.body();
        let event = Event::done(Some(actor), "month.distributed", body.id.as_str())
            .under(regime)
            .citing(body.clause.clone())
            .digests(Some(body.rule_digest), Some(distribution.digest()))
            .facts(serde_json::json!({
                "month": month, "operator": operator, "product": body.product, "rule": body.rule,
                "version": body.rule_version, "scheme": body.scheme,
            }));
        change.commit(event).await?;
        Ok(Verdict::Allow(distribution))
    }

    /// What of a month is to be shared out, and STL-028 to STL-030 against it.
    fn to_share(
        &self,
        month: Month,
        (operator, product): (&OrganisationId, Option<&ProductId>),
        rules: &[SharingRule],
        (now, done, statement): (Time, &[&DistributionBody], Option<&Statement>),
    ) -> Result<(BTreeMap<ProductId, Money>, Vec<Reason>)> {
        let clause = share_clause(self.regime());
        let mut found = Vec::new();
        let mut say = |code, what: String, instead: &'static str| {
            found.push(Reason::new(code, what, clause.clone(), instead));
        };
        let is_done = |done: &&DistributionBody| product.map_or(done.product.is_none(), |product| done.covers(product));
        let was_done = done.iter().copied().any(|done| is_done(&done));
        if was_done {
            say(reasons::DISTRIBUTED, format!("the month {month} is distributed"), "read its distribution");
        }
        if in_force(rules, (operator, product), month, now).is_none() {
            let what = format!("no rule that all consented to holds for the month {month}");
            say(reasons::NO_RULE, what, "propose one and gather the consents, or complete one that is open");
        }
        let of_operator = |rule: &&SharingRule| rule.rule.operator == *operator && rule.holds(month, now);
        let own_rule: BTreeSet<ProductId> =
            rules.iter().filter(of_operator).filter_map(|rule| rule.rule.product.clone()).collect();
        let mut to_share = BTreeMap::new();
        for body in statement.into_iter().map(Statement::body) {
            for result in body.results.iter().filter(|result| result.operator == *operator) {
                let pots = pots::of_month(body, operator, result.to_share)?;
                to_share.extend(pots::to_share(&pots, product, &own_rule, done));
            }
        }
        if to_share.is_empty() && !was_done {
            let what = format!("nothing of the month {month} is to be distributed for this operator");
            let instead = "close the month first; a loss, and what the treasury is owed in full, is not shared";
            say(reasons::NOTHING_TO_SHARE, what, instead);
        }
        Ok((to_share, found))
    }

    /// Its row, its entries of the book, what treasuries are owed by it, and whom it concerns.
    async fn write_distribution(&self, change: &mut Change, made: &Distribution, actor: &Actor) -> Result<()> {
        let (at, body, regime) = (change.now(), made.body(), self.regime());
        store::sharing::insert_distribution(change, made).await?;
        for (number, entry) in (1_i64..).zip(&made.entries()) {
            store::sharing::insert_entry(change, &body.id, number, entry).await?;
        }
        for line in body.lines.iter().filter(|line| line.amount > Money::ZERO) {
            if let Some(treasury) = &line.treasury {
                let id = self.ledger().new_id();
                let about = (body.month, &body.operator);
                let due = Due::new(id, about, treasury.clone(), line.amount, at, body.id.as_str(), regime);
                store::treasury::insert_due(change, &due).await?;
            }
        }
        let account = ClosedAccount {
            id: body.id.to_string(),
            operator: Some(body.operator.clone()),
            agency: actor.organisation.clone(),
            parties: body.parties(),
            closed_by: actor.person.clone(),
            uses_count: 0,
        };
        Ok(self.delivery().registry().account_closed(change, &account).await.map_err(DeliveryError::from)?)
    }

    /// The book's entries of a distribution, each found to balance.
    pub async fn distribution_entries(&self, id: &DistributionId) -> Result<Vec<BookEntry>> {
        store::sharing::entries(self.ledger(), id).await
    }

    /// The distributions that the viewer has a share in or oversees, oldest first. A
    /// party sees the whole of one: what others get for what is theirs to check.
    pub async fn distributions(&self, viewer: &Actor) -> Result<Vec<Distribution>> {
        let all = store::sharing::distributions(self.ledger()).await?.into_iter();
        let is_party = |found: &Distribution| found.body().parties().contains(&viewer.organisation);
        Ok(all.filter(|found| sees_all(viewer) || is_party(found)).collect())
    }
}
