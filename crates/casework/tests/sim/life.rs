//! A life: act after act, and after each of them everything that must hold.
//!
//! INVARIANT (no permit outlives its basis): what memory finds against a kept permit has
//! killed it, and the dead stay dead.
//! INVARIANT (as remembered): every resource, agreement and scenario stands as memory
//! has it, and so does the case or matter that was moved.
//! INVARIANT (logs kept): the journal never shrinks; at the end the log proves itself
//! from its files and holds every event.

use shuyu_ledger::verify::verify_dir;
use shuyu_model::Time;
use shuyu_registry::{AgreementState, ResourceState, ScenarioState};

use crate::city::{City, Tally};

const HOUR: i64 = 3_600_000_000;

/// How many dead permits are looked at again.
const DEAD_KEPT: usize = 300;

/// How many steps a city takes to be founded.
const FOUNDING_STEPS: usize = 260;

/// How long a life is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Span {
    Steps(usize),
    Years(i64),
}

/// What a life came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Lived {
    pub(crate) tally: Tally,
    pub(crate) trace: u64,
    pub(crate) steps: usize,
    pub(crate) last_day: shuyu_model::Day,
    pub(crate) events: i64,
}

/// Lives one life to its end.
pub(crate) async fn lives(code: &str, seed: u64, span: Span) -> Lived {
    let mut city = City::found(code, seed).await;
    let first = city.memory.today();
    loop {
        let is_over = match span {
            Span::Steps(steps) => city.step >= steps,
            Span::Years(years) => first.saturating_add(jiff::Span::new().years(years)) <= city.memory.today(),
        };
        if is_over {
            break;
        }
        city.step += 1;
        // Two things made in the same millisecond would be ordered by chance.
        city.waits(1_500_000).await;
        city.acts().await;
        city.audit().await;
    }
    city.ends().await
}

impl City {
    /// One act; drawn again where there is nothing yet to do it to.
    async fn acts(&mut self) {
        let before = self.acted;
        while self.acted == before {
            self.act().await;
        }
    }

    async fn act(&mut self) {
        if self.step <= FOUNDING_STEPS {
            return self.act_founding().await;
        }
        match self.dice.below(1000) {
            0..90 => self.pass_time().await,
            90..125 => self.draft_resource().await,
            125..132 => self.revise_resource().await,
            132..133 => self.revoke().await,
            133..145 => self.grade().await,
            145..160 => self.consent().await,
            160..172 => self.bar().await,
            172..200 => self.draft_agreement().await,
            200..240 => self.draft_development().await,
            240..244 => self.terminate_agreement().await,
            244..284 => self.draft_scenario().await,
            284..288 => self.withdraw_scenario().await,
            288..303 => self.change_role().await,
            303..309 => self.change_owners().await,
            309..334 => self.apply().await,
            334..389 => self.open_case().await,
            389..396 => self.object().await,
            396..406 => self.decide_objection().await,
            406..619 => self.sign().await,
            619..634 => self.resubmit().await,
            634..639 => self.withdraw_case().await,
            639..657 => self.file_case().await,
            657..717 => self.open_matter().await,
            717..867 => self.move_matter().await,
            867..890 => self.file_matter().await,
            _ => self.ask_permit().await,
        }
    }

    /// What a city begins with: enough is registered, agreed and approved for the rest
    /// to have something to end.
    async fn act_founding(&mut self) {
        match self.dice.below(100) {
            0..12 => self.pass_time().await,
            12..20 if self.memory.resources.len() < 6 => self.draft_resource().await,
            20..22 => self.grade().await,
            22..24 => self.consent().await,
            24..32 => self.apply().await,
            32..36 => self.draft_agreement().await,
            36..39 => self.draft_scenario().await,
            39..43 => self.draft_development().await,
            43..45 => self.open_matter().await,
            45..50 => self.move_matter().await,
            50..60 => self.open_case().await,
            60..92 => self.sign().await,
            92..95 => self.resubmit().await,
            _ => self.ask_permit().await,
        }
    }

    async fn waits(&mut self, micros: i64) {
        let to = self.memory.now.plus_micros(micros);
        let is_new_day = to.day() != self.memory.today();
        self.town.ledger().clock().advance_to(to).unwrap();
        self.memory.now = to;
        if is_new_day {
            self.sweep().await;
            self.lapse().await;
        }
    }

    /// Hours, days or weeks; or right onto the day on which something ends.
    async fn pass_time(&mut self) {
        let n = i64::try_from(self.dice.below(9)).unwrap() + 1;
        let hours = match self.dice.below(100) {
            0..35 => n,
            35..84 => 24 * n.min(4),
            84..95 => 24 * 7 * n.min(2),
            _ => self.drawn_end(),
        };
        self.notes(format!("{} time passes_hours {hours}", self.memory.today()));
        self.waits(hours * HOUR).await;
        self.owes().await;
    }

    /// Hours until shortly before or after the nearest end of something.
    fn drawn_end(&mut self) -> i64 {
        let memory = &self.memory;
        let after = |day: shuyu_model::Day| Time::at_start_of(day.saturating_add(jiff::Span::new().days(1)));
        let terms = memory.agreements.iter().filter(|a| a.state == AgreementState::InForce).map(|a| after(a.until));
        let registered = memory.resources.iter().filter_map(|resource| resource.registered_until);
        let platform = memory.matters.iter().filter_map(|matter| matter.platform_day).map(Time::at_start_of);
        let ends = terms.chain(registered).chain(platform).filter(|end| memory.now < *end);
        let hours = ends.min().map_or(24, |end| (end.0 - memory.now.0) / HOUR).min(24 * 40);
        hours + i64::from(self.dice.chance(60))
    }

    /// The platform's own moves: those that memory foretells, and no other.
    async fn sweep(&mut self) {
        let foretold = self.memory.sweep();
        let swept = self.casework.sweep(self.memory.now).await.unwrap();
        let made: Vec<_> =
            swept.iter().map(|swept| (swept.matter.clone(), swept.name.clone(), swept.state.clone())).collect();
        let expected: Vec<_> = foretold
            .iter()
            .map(|(at, name, state)| (self.memory.matters[*at].id.clone(), name.clone(), state.clone()))
            .collect();
        self.holds(made == expected, || format!("swept {made:?}, foretold was {expected:?}"));
        let before = self.head;
        self.head = self.town.ledger().journal_head().await.unwrap();
        let added = usize::try_from(self.head - before).unwrap();
        self.holds(added == swept.len(), || format!("{} moves of the platform added {added} events", swept.len()));
        self.tally.swept += swept.len();
        for (at, name, state) in foretold {
            self.notes(format!("{} platform sweeps {at}: {name} to {state}", self.memory.today()));
            self.reads_back(at).await;
        }
        let again = self.casework.sweep(self.memory.now).await.unwrap();
        self.holds(again.is_empty(), || format!("swept twice: {again:?}"));
    }

    async fn audit(&mut self) {
        self.audit_permits();
        self.audit_things().await;
        let head = self.town.ledger().journal_head().await.unwrap();
        self.holds(head == self.head, || format!("the journal is at {head}, remembered is {}", self.head));
    }

    fn audit_permits(&mut self) {
        let mut died = Vec::new();
        for (at, kept) in self.kept.iter().enumerate() {
            let is_live = kept.permit.is_live();
            self.holds(!(kept.is_dead && is_live), || format!("a dead permit lives again: {:?}", kept.wish));
            if kept.is_dead {
                continue;
            }
            let against = self.memory.against_permit(&kept.actor, &kept.wish);
            let name = self.name_of(&kept.actor);
            self.holds(against.is_empty() || !is_live, || format!("{name} may {:?}, against: {against:?}", kept.wish));
            if !is_live {
                died.push(at);
            }
        }
        self.tally.permits_died += died.len();
        died.iter().for_each(|at| self.kept[*at].is_dead = true);
        if self.kept.iter().filter(|kept| kept.is_dead).count() > DEAD_KEPT {
            let first = self.kept.iter().position(|kept| kept.is_dead).unwrap();
            self.kept.remove(first);
        }
    }

    async fn audit_things(&self) {
        let registry = &self.town.registry;
        for (at, known) in self.memory.resources.iter().enumerate() {
            let resource = registry.resource(&known.id).await.unwrap().unwrap();
            let state = if known.registered_until.is_some() { ResourceState::Registered } else { ResourceState::Draft };
            let is_so = resource.state == state
                && resource.registered_until == known.registered_until
                && resource.barred.is_some() == known.is_barred
                && resource.consent_digest.is_some() == known.has_consent
                && resource.digest == known.digest;
            self.holds(is_so, || format!("resource {at} is {resource:?}"));
        }
        for (at, known) in self.memory.agreements.iter().enumerate() {
            let agreement = registry.agreement(&known.id).await.unwrap().unwrap();
            self.holds(agreement.state == known.state, || format!("agreement {at} is {:?}", agreement.state));
            self.audit_rest(known.id.as_str()).await;
        }
        for (at, known) in self.memory.scenarios.iter().enumerate() {
            let scenario = registry.scenario(&known.id).await.unwrap().unwrap();
            self.holds(scenario.state == known.state, || format!("scenario {at} is {:?}", scenario.state));
            let is_approved = scenario.approved_at.is_some();
            self.holds(known.state != ScenarioState::Approved || is_approved, || format!("scenario {at} has no day"));
            self.audit_rest(known.id.as_str()).await;
        }
    }

    async fn audit_rest(&self, id: &str) {
        let rests = self.town.registry.suspended_since(id).await.unwrap().is_some();
        let known = self.memory.rests(id);
        self.holds(rests == known, || format!("{id} rests: {rests}, remembered is {known}"));
    }

    async fn ends(mut self) -> Lived {
        self.audit_cases().await;
        self.audit_registrations().await;
        let ledger = self.town.ledger().clone();
        ledger.settle().await.unwrap();
        let log = self.folder.path().join("log");
        let key = ledger.log().verifier().clone();
        // What is settled lies in the log; it is published when the log is shut down.
        ledger.shutdown().await.unwrap();
        let report = verify_dir(&log, Some(&key)).unwrap();
        let counted = i64::try_from(report.events_count).unwrap();
        self.holds(counted == self.head, || format!("the log holds {counted} events, the journal {}", self.head));
        self.holds(report.unsigned_count == 0, || format!("{} entries stayed unsigned", report.unsigned_count));
        Lived {
            trace: self.trace(),
            steps: self.step,
            last_day: self.memory.today(),
            events: self.head,
            tally: std::mem::take(&mut self.tally),
        }
    }

    /// Every case and matter as its station shows it.
    async fn audit_cases(&self) {
        for (at, known) in self.memory.cases.iter().enumerate() {
            let view = self.casework.case(&known.id, &self.town.regulators[0]).await.unwrap().unwrap();
            let shown = (view.state, view.version, view.turn);
            let expected = (known.state, known.version, known.turn);
            self.holds(shown == expected, || format!("case {at} shows {shown:?}, remembered is {expected:?}"));
        }
        for at in 0..self.memory.matters.len() {
            self.reads_back(at).await;
        }
    }
}
