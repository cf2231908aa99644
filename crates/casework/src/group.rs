//! The coordination group (协调工作组): who sits in it, its expert panel, and its meetings,
//! kept by its office. What goes to the group is decided, or left off its agenda, at a
//! meeting of it, and not by the office alone.
//!
//! INVARIANT (met to decide): where the document has a group, a coordination matter is
//! decided or declined only with the minutes of a meeting that had it on its agenda and
//! at which enough members were.
//!
//! Not here: the moves of such a matter (`model::matter::coordination`).

mod store;

use serde::{Deserialize, Serialize};
use serde_json::json;
use shuyu_ledger::Event;
use shuyu_model::id::{MatterId, OrganisationId};
use shuyu_model::matter::MatterKind;
use shuyu_model::regime::GroupRules;
use shuyu_model::{Actor, Day, Digest, Reason, Reasons, Time, Verdict};
use shuyu_registry::Turn;

use crate::matter::{Matter, MatterMove};
use crate::matters::malformed;
use crate::store::Book;
use crate::{Casework, CaseworkError, reasons};

type Result<T> = std::result::Result<T, CaseworkError>;

/// The longest name of a department, a person or a field, in characters.
const NAME_CHARS_MAX: usize = 200;
/// The most members, experts and matters on one agenda.
const MANY_MAX: usize = 200;
/// The most meetings that are shown, newest first.
const MEETINGS_SHOWN_MAX: usize = 500;
/// What the group alone does with a coordination matter.
const OF_THE_GROUP: [&str; 2] = ["decide", "decline"];

/// A member department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupMember {
    /// Counts them.
    pub number: i64,
    /// The department.
    pub department: String,
    /// It as a party of the platform, where it is one.
    pub organisation: Option<OrganisationId>,
    /// Who sits for it.
    pub person: String,
}

/// A department that takes its seat.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroupMember {
    /// The department.
    pub department: String,
    /// It as a party of the platform, where it is one.
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Who sits for it.
    pub person: String,
}

/// An expert of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupExpert {
    /// Counts them.
    pub number: i64,
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Their field.
    pub field: String,
    /// Of the letter of their appointment.
    pub appointment: Digest,
}

/// An expert who is appointed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroupExpert {
    /// Their name.
    pub name: String,
    /// For whom they work.
    pub employer: String,
    /// Their field.
    pub field: String,
    /// Of the letter of their appointment.
    pub appointment: Digest,
}

/// A meeting of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupMeeting {
    /// Counts them.
    pub number: i64,
    /// Its day.
    pub held_on: Day,
    /// The matters that were on its agenda.
    pub agenda: Vec<MatterId>,
    /// Which members were there, by their numbers.
    pub present: Vec<i64>,
    /// Of its minutes.
    pub minutes: Digest,
    /// When the office recorded it.
    pub recorded_at: Time,
}

/// A meeting to be recorded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGroupMeeting {
    /// Its day.
    pub held_on: Day,
    /// The matters that were on its agenda.
    pub agenda: Vec<MatterId>,
    /// Which members were there, by their numbers.
    pub present: Vec<i64>,
    /// Of its minutes.
    pub minutes: Digest,
}

/// The group, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupView {
    /// What it is called.
    pub title: String,
    /// Who keeps its office, in the jurisdiction's words.
    pub office: String,
    /// The clause that sets it up.
    pub clause: String,
    /// Its members.
    pub members: Vec<GroupMember>,
    /// Departments that the document names and that have no seat yet.
    pub seats_empty: Vec<String>,
    /// Its experts.
    pub experts: Vec<GroupExpert>,
    /// Its meetings, newest first.
    pub meetings: Vec<GroupMeeting>,
}

impl Casework {
    fn group_rules(&self) -> Result<&GroupRules> {
        let regime = self.registry().regime();
        regime.group.as_ref().ok_or_else(|| malformed(format!("{} sets up no coordination group", regime.stamp())))
    }

    /// CAS-130: the office keeps the group's records.
    fn unless_office(&self, rules: &GroupRules, known: &Actor) -> Option<Reason> {
        (!known.is(rules.office.value)).then(|| {
            let regime = self.registry().regime();
            let what = format!("the group's records are kept by its office: {}", regime.word(rules.office.value));
            regime.reason(reasons::NOT_THE_OFFICE, &rules.office, what, "ask the office of the group")
        })
    }

    /// Gives a department its seat. Says its number.
    pub async fn seat_member(&self, actor: &Actor, new: NewGroupMember) -> Result<Verdict<i64>> {
        let rules = self.group_rules()?;
        named(&[("department", &new.department), ("person", &new.person)])?;
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        if let Some(reasons) = Reasons::new(self.unless_office(rules, &known).into_iter().collect()) {
            return self.refuse(turn, actor, "group.refused", "", reasons).await;
        }
        if let Some(organisation) = &new.organisation {
            self.registry().applicant_in(&mut turn, organisation).await?;
        }
        let members = store::members(&mut Book::Change(turn.change())).await?;
        if members.iter().any(|member| member.department == new.department.trim()) {
            return Err(CaseworkError::Conflict { what: format!("`{}` has its seat", new.department) });
        }
        if members.len() >= MANY_MAX {
            return Err(CaseworkError::Conflict { what: format!("there are {MANY_MAX} members") });
        }
        let number = next(members.iter().map(|member| member.number));
        let GroupRules { source, .. } = rules;
        store::insert_member(turn.change(), number, &new, &actor.person).await?;
        let facts = json!({ "number": number, "organisation": new.organisation });
        self.kept(turn, actor, "group.member_seated", facts, None, source).await?;
        Ok(Verdict::Allow(number))
    }

    /// Puts an expert on the panel. Says their number.
    pub async fn appoint_expert(&self, actor: &Actor, new: NewGroupExpert) -> Result<Verdict<i64>> {
        let rules = self.group_rules()?;
        named(&[("name", &new.name), ("employer", &new.employer), ("field", &new.field)])?;
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        if let Some(reasons) = Reasons::new(self.unless_office(rules, &known).into_iter().collect()) {
            return self.refuse(turn, actor, "group.refused", "", reasons).await;
        }
        let experts = store::experts(&mut Book::Change(turn.change())).await?;
        if experts.iter().any(|one| one.name == new.name.trim() && one.employer == new.employer.trim()) {
            return Err(CaseworkError::Conflict { what: "they are on the panel".to_owned() });
        }
        if experts.len() >= MANY_MAX {
            return Err(CaseworkError::Conflict { what: format!("there are {MANY_MAX} experts") });
        }
        let number = next(experts.iter().map(|one| one.number));
        store::insert_expert(turn.change(), number, &new, &actor.person).await?;
        let digest = Some(new.appointment);
        self.kept(turn, actor, "group.expert_appointed", json!({ "number": number }), digest, &rules.source).await?;
        Ok(Verdict::Allow(number))
    }

    /// Records a meeting: what was on its agenda, who was there, its minutes. Says its number.
    pub async fn record_meeting(&self, actor: &Actor, new: NewGroupMeeting) -> Result<Verdict<i64>> {
        let rules = self.group_rules()?;
        if new.agenda.is_empty() || new.agenda.len() > MANY_MAX {
            return Err(malformed(format!("`agenda` names 1 to {MANY_MAX} matters")));
        }
        if new.held_on > self.registry().ledger().now().day() {
            return Err(malformed("`held_on` has not come"));
        }
        let mut turn = self.registry().turn().await?;
        let known = self.known(&mut turn, actor).await?;
        for id in &new.agenda {
            let matter = crate::matter::store::matter(&mut Book::Change(turn.change()), id).await?;
            if matter.kind != MatterKind::Coordination || matter.is_ended() {
                return Err(malformed(format!("`agenda`: {id} is nothing that the group still decides")));
            }
        }
        let members = store::members(&mut Book::Change(turn.change())).await?;
        let mut present = new.present.clone();
        present.sort_unstable();
        present.dedup();
        if present.iter().any(|number| !members.iter().any(|member| member.number == *number)) {
            return Err(malformed("`present` names a member that there is not"));
        }
        let mut found: Vec<Reason> = self.unless_office(rules, &known).into_iter().collect();
        let asked = usize::from(rules.present_percent_min.value).saturating_mul(members.len());
        // More than the share must be there, and somebody at all.
        if present.len().saturating_mul(100) <= asked {
            let rule = &rules.present_percent_min;
            let what =
                format!("{} of {} members were there; more than {}% decide", present.len(), members.len(), rule.value);
            let instead = "let the group meet again with more of its members";
            found.push(self.registry().regime().reason(reasons::TOO_FEW_MEMBERS, rule, what, instead));
        }
        if let Some(reasons) = Reasons::new(found) {
            return self.refuse(turn, actor, "group.refused", "", reasons).await;
        }
        let meetings = store::meetings(&mut Book::Change(turn.change()), 1).await?;
        let number = next(meetings.iter().map(|meeting| meeting.number));
        let meeting = NewGroupMeeting { present, ..new };
        store::insert_meeting(turn.change(), number, &meeting, &actor.person).await?;
        let facts = json!({
            "number": number, "held_on": meeting.held_on, "agenda": meeting.agenda, "present": meeting.present,
        });
        let minutes = Some(meeting.minutes);
        self.kept(turn, actor, "group.met", facts, minutes, &rules.source).await?;
        Ok(Verdict::Allow(number))
    }

    async fn kept(
        &self,
        turn: Turn,
        actor: &Actor,
        action: &'static str,
        facts: serde_json::Value,
        digest: Option<Digest>,
        source: &str,
    ) -> Result<()> {
        let regime = self.registry().regime();
        let event = Event::done(Some(actor), action, regime.stamp()).facts(facts).digests(None, digest).under(regime);
        turn.commit(event.citing(regime.cite_clause(source))).await?;
        Ok(())
    }

    /// The group as it stands; `None` where the document sets up none.
    pub async fn group(&self) -> Result<Option<GroupView>> {
        let regime = self.registry().regime();
        let Some(rules) = &regime.group else { return Ok(None) };
        let mut book = Book::Ledger(self.registry().ledger());
        let members = store::members(&mut book).await?;
        let is_empty = |seat: &&String| !members.iter().any(|member| member.department == **seat);
        Ok(Some(GroupView {
            title: rules.title.clone(),
            office: regime.word(rules.office.value).to_owned(),
            clause: regime.cite_clause(&rules.source),
            seats_empty: rules.members.value.iter().filter(is_empty).cloned().collect(),
            experts: store::experts(&mut book).await?,
            meetings: store::meetings(&mut book, MEETINGS_SHOWN_MAX).await?,
            members,
        }))
    }

    /// Whether somebody sees what is shown to the group: its members' people and its office.
    pub async fn is_of_group(&self, viewer: &Actor) -> Result<bool> {
        let Some(rules) = &self.registry().regime().group else { return Ok(false) };
        let members = store::members(&mut Book::Ledger(self.registry().ledger())).await?;
        let has_seat = members.iter().any(|member| member.organisation.as_ref() == Some(&viewer.organisation));
        Ok(viewer.is(rules.office.value) || has_seat)
    }

    /// CAS-128 against deciding or declining without the group. Upholds INVARIANT (met to
    /// decide).
    pub(crate) async fn against_group(
        &self,
        turn: &mut Turn,
        matter: &Matter,
        named: &MatterMove,
    ) -> Result<Option<Reason>> {
        let regime = self.registry().regime();
        let is_theirs = matter.kind == MatterKind::Coordination && OF_THE_GROUP.contains(&named.name.as_str());
        let Some(rules) = regime.group.as_ref().filter(|_| is_theirs) else { return Ok(None) };
        let meetings = store::meetings(&mut Book::Change(turn.change()), MEETINGS_SHOWN_MAX).await?;
        let had_it = |meeting: &&GroupMeeting| {
            meeting.agenda.contains(&matter.id)
                && matter.opened_at.day() <= meeting.held_on
                && Some(meeting.minutes) == named.evidence
        };
        if meetings.iter().any(|meeting| had_it(&meeting)) {
            return Ok(None);
        }
        let what =
            format!("`{}` is the group's: no meeting with these minutes had the matter on its agenda", named.name);
        let clause = regime.cite_clause(&rules.source);
        let instead = "record the meeting, and give the digest of its minutes as `evidence`";
        Ok(Some(Reason::new(reasons::GROUP_NOT_MET, what, clause, instead)))
    }

    /// CAS-131: who judges is on the panel, where the document has one.
    pub(crate) async fn off_the_panel(&self, turn: &mut Turn, name: &str, employer: &str) -> Result<Option<Reason>> {
        let regime = self.registry().regime();
        let rule = regime.group.as_ref().and_then(|group| group.expert_panel.as_ref()).filter(|rule| rule.value);
        let Some(rule) = rule else { return Ok(None) };
        let experts = store::experts(&mut Book::Change(turn.change())).await?;
        let is_on_it = experts.iter().any(|one| one.name == name.trim() && one.employer == employer.trim());
        Ok((!is_on_it).then(|| {
            let what = format!("`{}` of `{}` is not on the group's expert panel", name.trim(), employer.trim());
            regime.reason(
                reasons::OFF_THE_PANEL,
                rule,
                what,
                "name an expert of the panel, or let the group appoint one",
            )
        }))
    }
}

fn next(numbers: impl Iterator<Item = i64>) -> i64 {
    numbers.max().unwrap_or_default().saturating_add(1)
}

fn named(texts: &[(&str, &String)]) -> Result<()> {
    let is_bad =
        |text: &str| !(1..=NAME_CHARS_MAX).contains(&text.trim().chars().count()) || text.chars().any(char::is_control);
    let fault = |(field, _): &(&str, &String)| format!("`{field}` is 1 to {NAME_CHARS_MAX} characters, on one line");
    let faults: Vec<String> = texts.iter().filter(|(_, text)| is_bad(text)).map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(CaseworkError::Malformed { faults }) }
}
