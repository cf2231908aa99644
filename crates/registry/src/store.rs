//! All SQL of the registry.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shuyu_ledger::{Args, Change, Ledger, LedgerError, Row, args};
use shuyu_model::id::{AgreementId, IdError, MatterId, OrganisationId, PersonId, ResourceId, ScenarioId};
use shuyu_model::regime::words::{ArisesIn, Mode, TakesPart, UnitKind, Way};
use shuyu_model::{Day, Digest, Time, UseKind};

use crate::{
    Admission, AdmissionState, Agreement, AgreementKind, AgreementState, Barred, EntityKind, Field, Organisation,
    Origin, Person, RegistryError, Resource, ResourceState, Scenario, ScenarioState, Unit,
};

mod amendments;
pub(crate) mod orders;
mod overrides;
mod suspensions;
mod thematic;

pub(crate) use amendments::{
    amendments, findings_of_rules, insert_amendment, insert_finding_of_rules, replaced, set_amended, set_filed,
    versions,
};
pub(crate) use orders::{insert_order, orders, set_order};
pub(crate) use overrides::{insert_override, overrides};
pub(crate) use suspensions::{grounds_of, held_by, lift, suspend, suspensions, suspensions_below};
pub(crate) use thematic::{insert_thematic, insert_thematic_version, open_thematic_interface, thematics};

type Result<T> = std::result::Result<T, RegistryError>;

/// Where to read: outside of a change, or inside one. Inside one, a second
/// connection must never be asked for: on PostgreSQL those who wait for the
/// change could hold them all.
pub(crate) enum Book<'a> {
    Ledger(&'a Ledger),
    Change(&'a mut Change),
}

impl Book<'_> {
    pub(crate) async fn read(&mut self, sql: &'static str, args: Args) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Ledger(ledger) => ledger.read(sql, args).await?,
            Self::Change(change) => change.read(sql, args).await?,
        })
    }
}

/// One row being read back, which knows how to complain.
pub(crate) struct Reader<'a> {
    pub(crate) kind: &'static str,
    pub(crate) row: &'a Row,
}

impl Reader<'_> {
    pub(crate) fn damaged(&self, what: impl ToString) -> RegistryError {
        let id = self.row.text("id").unwrap_or_default();
        RegistryError::Damaged { kind: self.kind, id, what: what.to_string() }
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        Ok(self.row.text(column)?)
    }

    pub(crate) fn id<T: TryFrom<String, Error = IdError>>(&self, column: &str) -> Result<T> {
        T::try_from(self.row.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn opt_id<T: TryFrom<String, Error = IdError>>(&self, column: &str) -> Result<Option<T>> {
        let text = self.row.opt_text(column)?;
        text.map(|text| T::try_from(text).map_err(|error| self.damaged(error))).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(&self.row.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn word<T>(&self, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        parse(&self.row.text(column)?).ok_or_else(|| self.damaged(format!("`{column}` has an unknown word")))
    }

    pub(crate) fn digest(&self, column: &str) -> Result<Digest> {
        Digest::parse(&self.row.text(column)?).map_err(|error| self.damaged(error))
    }

    pub(crate) fn opt_digest(&self, column: &str) -> Result<Option<Digest>> {
        let text = self.row.opt_text(column)?;
        text.map(|text| Digest::parse(&text).map_err(|error| self.damaged(error))).transpose()
    }

    pub(crate) fn day(&self, column: &str) -> Result<Day> {
        self.row.text(column)?.parse().map_err(|error| self.damaged(error))
    }

    pub(crate) fn opt_day(&self, column: &str) -> Result<Option<Day>> {
        let text = self.row.opt_text(column)?;
        text.map(|text| text.parse().map_err(|error: jiff::Error| self.damaged(error.to_string()))).transpose()
    }

    pub(crate) fn opt_time(&self, column: &str) -> Result<Option<Time>> {
        Ok(self.row.opt_int(column)?.map(Time))
    }
}

pub(crate) fn read_all<T>(kind: &'static str, rows: &[Row], read: impl Fn(&Reader<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| read(&Reader { kind, row })).collect()
}

pub(crate) fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| LedgerError::from(error).into())
}

fn word_of_use(use_kind: UseKind) -> &'static str {
    match use_kind {
        UseKind::PublicGovernance => "public_governance",
        UseKind::PublicWelfare => "public_welfare",
        UseKind::Industry => "industry",
    }
}

fn parse_use(word: &str) -> Option<UseKind> {
    [UseKind::PublicGovernance, UseKind::PublicWelfare, UseKind::Industry]
        .into_iter()
        .find(|kind| word_of_use(*kind) == word)
}

/// A row that must be there is written again; nothing else may have taken it away.
pub(crate) async fn must_write(
    change: &mut Change,
    kind: &'static str,
    id: &str,
    sql: &'static str,
    args: Args,
) -> Result<()> {
    match change.write(sql, args).await? {
        1 => Ok(()),
        _ => Err(RegistryError::unknown(kind, id)),
    }
}

// Organisations and people. `id` is one id, or empty for all.

pub(crate) async fn organisations(book: &mut Book<'_>, id: &str) -> Result<Vec<Organisation>> {
    let sql = "SELECT o.id, o.name, o.credit_code, o.roles, o.entity_kind, o.owned_by, u.unit_kind, u.division, u.basis, \
               n.identity_mask FROM organisations o LEFT JOIN unit_facts u ON u.organisation = o.id \
               LEFT JOIN natural_persons n ON n.organisation = o.id WHERE $1 = '' OR o.id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("organisation", &rows, |row| {
        let kind = row.row.opt_text("entity_kind")?;
        let entity_kind = match kind {
            Some(word) => {
                Some(EntityKind::parse(&word).ok_or_else(|| row.damaged("`entity_kind` has an unknown word"))?)
            }
            None => None,
        };
        Ok(Organisation {
            id: row.id("id")?,
            name: row.text("name")?,
            credit_code: row.text("credit_code")?,
            roles: row.json("roles")?,
            entity_kind,
            owned_by: row.json("owned_by")?,
            unit: unit(row)?,
            identity: row.row.opt_text("identity_mask")?,
        })
    })
}

fn unit(row: &Reader<'_>) -> Result<Option<Unit>> {
    if row.row.opt_text("unit_kind")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Unit {
        unit_kind: row.word("unit_kind", UnitKind::parse)?,
        division: row.text("division")?,
        takes_part: row.word("basis", TakesPart::parse)?,
    }))
}

fn origin(row: &Reader<'_>) -> Result<Option<Origin>> {
    if row.row.opt_text("way")?.is_none() {
        return Ok(None);
    }
    let returned = row.row.opt_text("returned_on")?;
    Ok(Some(Origin {
        arose_in: row.word("arose_in", ArisesIn::parse)?,
        way: row.word("way", Way::parse)?,
        duty: row.text("duty")?,
        returned_on: returned.map(|day| day.parse().map_err(|error| row.damaged(error))).transpose()?,
    }))
}

pub(crate) async fn insert_organisation(change: &mut Change, new: &Organisation) -> Result<()> {
    let sql = "INSERT INTO organisations (id, name, credit_code, roles, entity_kind, owned_by, made_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let now = change.now();
    let kind = new.entity_kind.map(EntityKind::word);
    let (roles, owned_by) = (json(&new.roles)?, json(&new.owned_by)?);
    change.write(sql, args![new.id.as_str(), &new.name, &new.credit_code, roles, kind, owned_by, now]).await?;
    Ok(())
}

pub(crate) async fn set_owners(change: &mut Change, id: &OrganisationId, owners: &[OrganisationId]) -> Result<()> {
    let sql = "UPDATE organisations SET owned_by = $2 WHERE id = $1";
    must_write(change, "organisation", id.as_str(), sql, args![id.as_str(), json(&owners)?]).await
}

pub(crate) async fn set_organisation_roles(
    change: &mut Change,
    id: &OrganisationId,
    roles: &[shuyu_model::Role],
) -> Result<()> {
    let sql = "UPDATE organisations SET roles = $2 WHERE id = $1";
    must_write(change, "organisation", id.as_str(), sql, args![id.as_str(), json(&roles)?]).await
}

pub(crate) async fn people(book: &mut Book<'_>, id: &str) -> Result<Vec<Person>> {
    let sql = "SELECT id, name, login, organisation, roles FROM people WHERE $1 = '' OR id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("person", &rows, |row| {
        Ok(Person {
            id: row.id("id")?,
            name: row.text("name")?,
            login: row.text("login")?,
            organisation: row.id("organisation")?,
            roles: row.json("roles")?,
        })
    })
}

pub(crate) async fn insert_person(change: &mut Change, new: &Person, password: &str) -> Result<()> {
    let sql = "INSERT INTO people (id, name, login, password, organisation, roles, made_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (now, roles) = (change.now(), json(&new.roles)?);
    let organisation = new.organisation.as_str();
    change.write(sql, args![new.id.as_str(), &new.name, &new.login, password, organisation, roles, now]).await?;
    Ok(())
}

pub(crate) async fn set_roles(change: &mut Change, person: &Person) -> Result<()> {
    let sql = "UPDATE people SET roles = $2 WHERE id = $1";
    must_write(change, "person", person.id.as_str(), sql, args![person.id.as_str(), json(&person.roles)?]).await
}

pub(crate) async fn set_password(change: &mut Change, id: &PersonId, password: &str) -> Result<()> {
    let sql = "UPDATE people SET password = $2 WHERE id = $1";
    must_write(change, "person", id.as_str(), sql, args![id.as_str(), password]).await
}

/// The person with this login, and the hash of their password.
pub(crate) async fn credentials(ledger: &Ledger, login: &str) -> Result<Option<(PersonId, String)>> {
    let rows = ledger.read("SELECT id, password FROM people WHERE login = $1", args![login]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let row = Reader { kind: "person", row };
    Ok(Some((row.id("id")?, row.text("password")?)))
}

// Resources.

pub(crate) async fn resources(book: &mut Book<'_>, id: &str) -> Result<Vec<Resource>> {
    let sql = "SELECT id, name, title, description, source, shared_from, consent_digest, update_every_days, columns, \
               digest, state, authors, registered_at, registered_until, barred_ground, barred_clause, way, duty, \
               arose_in, returned_on \
               FROM resources LEFT JOIN resource_origins ON resource = id WHERE $1 = '' OR id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("resource", &rows, |row| {
        let barred = match (row.row.opt_text("barred_ground")?, row.row.opt_text("barred_clause")?) {
            (Some(ground), Some(clause)) => Some(Barred { ground, clause }),
            _ => None,
        };
        let days = row.row.int("update_every_days")?;
        Ok(Resource {
            id: row.id("id")?,
            name: row.text("name")?,
            title: row.text("title")?,
            description: row.text("description")?,
            source: row.id("source")?,
            shared_from: row.opt_id("shared_from")?,
            consent_digest: row.opt_digest("consent_digest")?,
            update_every_days: u16::try_from(days).map_err(|error| row.damaged(error))?,
            columns: row.json("columns")?,
            digest: row.digest("digest")?,
            state: row.word("state", ResourceState::parse)?,
            authors: row.json("authors")?,
            registered_at: row.opt_time("registered_at")?,
            registered_until: row.opt_time("registered_until")?,
            barred,
            origin: origin(row)?,
        })
    })
}

pub(crate) async fn insert_resource(change: &mut Change, new: &Resource) -> Result<()> {
    let sql = "INSERT INTO resources (id, name, title, description, source, shared_from, update_every_days, columns, \
               digest, state, authors, drafted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let now = change.now();
    let args = args![
        new.id.as_str(),
        &new.name,
        &new.title,
        &new.description,
        new.source.as_str(),
        new.shared_from.as_ref().map(OrganisationId::as_str),
        i64::from(new.update_every_days),
        json(&new.columns)?,
        new.digest.to_string(),
        new.state.word(),
        json(&new.authors)?,
        now,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// Writes what is registered about a resource anew, as a draft.
pub(crate) async fn redraft_resource(change: &mut Change, resource: &Resource) -> Result<()> {
    let sql = "UPDATE resources SET title = $2, description = $3, update_every_days = $4, columns = $5, digest = $6, \
               authors = $7, state = 'draft', registered_at = NULL, registered_until = NULL WHERE id = $1";
    let args = args![
        resource.id.as_str(),
        &resource.title,
        &resource.description,
        i64::from(resource.update_every_days),
        json(&resource.columns)?,
        resource.digest.to_string(),
        json(&resource.authors)?,
    ];
    must_write(change, "resource", resource.id.as_str(), sql, args).await
}

pub(crate) async fn set_registered(change: &mut Change, id: &ResourceId, digest: Digest, until: Time) -> Result<bool> {
    let sql = "UPDATE resources SET state = 'registered', registered_at = $3, registered_until = $4 \
               WHERE id = $1 AND digest = $2 AND state = 'draft'";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), digest.to_string(), now, until]).await? == 1)
}

pub(crate) async fn set_barred(change: &mut Change, id: &ResourceId, barred: Option<&Barred>) -> Result<()> {
    let sql = "UPDATE resources SET barred_ground = $2, barred_clause = $3 WHERE id = $1";
    let args = args![id.as_str(), barred.map(|b| b.ground.as_str()), barred.map(|b| b.clause.as_str())];
    must_write(change, "resource", id.as_str(), sql, args).await
}

pub(crate) async fn set_consent(change: &mut Change, id: &ResourceId, digest: Option<Digest>) -> Result<()> {
    let sql = "UPDATE resources SET consent_digest = $2 WHERE id = $1";
    let args = args![id.as_str(), digest.map(|digest| digest.to_string())];
    must_write(change, "resource", id.as_str(), sql, args).await
}

// Agreements.

pub(crate) async fn agreements(book: &mut Book<'_>, id: &str) -> Result<Vec<Agreement>> {
    let sql = "SELECT id, kind, grantor, grantee, scenario, resources, from_day, until_day, document_digest, digest, \
               state, authors, decided_at, ended_at, ended_ground, mode, scheme, term_reason, contents, \
               selection, shares, targets, version, amended_at, regime, filed_at FROM agreements WHERE $1 = '' OR id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("agreement", &rows, |row| {
        Ok(Agreement {
            id: row.id("id")?,
            kind: row.word("kind", AgreementKind::parse)?,
            grantor: row.id("grantor")?,
            grantee: row.id("grantee")?,
            scenario: row.opt_id("scenario")?,
            resources: row.json("resources")?,
            from: row.day("from_day")?,
            until: row.day("until_day")?,
            document_digest: row.digest("document_digest")?,
            mode: row.row.opt_text("mode")?.and_then(|word| Mode::parse(&word)),
            scheme: row.opt_id("scheme")?,
            selection: row.opt_id("selection")?,
            shares: row.json("shares")?,
            term_reason: row.row.opt_text("term_reason")?,
            contents: row.json("contents")?,
            targets: row.json("targets")?,
            digest: row.digest("digest")?,
            state: row.word("state", AgreementState::parse)?,
            version: row.row.int("version")?,
            authors: row.json("authors")?,
            regime: row.text("regime")?,
            decided_at: row.opt_time("decided_at")?,
            amended_at: row.opt_time("amended_at")?,
            filed_at: row.opt_time("filed_at")?,
            ended_at: row.opt_time("ended_at")?,
            ended_ground: row.row.opt_text("ended_ground")?,
        })
    })
}

pub(crate) async fn insert_agreement(change: &mut Change, new: &Agreement) -> Result<()> {
    let sql = "INSERT INTO agreements (id, kind, grantor, grantee, scenario, resources, from_day, until_day, \
               document_digest, digest, state, authors, drafted_at, mode, scheme, term_reason, contents, selection, \
               shares, targets) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    let now = change.now();
    let args = args![
        new.id.as_str(),
        new.kind.word(),
        new.grantor.as_str(),
        new.grantee.as_str(),
        new.scenario.as_ref().map(ScenarioId::as_str),
        json(&new.resources)?,
        new.from.to_string(),
        new.until.to_string(),
        new.document_digest.to_string(),
        new.digest.to_string(),
        new.state.word(),
        json(&new.authors)?,
        now,
        new.mode.map(Mode::word),
        new.scheme.as_ref().map(MatterId::as_str),
        new.term_reason.as_deref(),
        json(&new.contents)?,
        new.selection.as_ref().map(MatterId::as_str),
        json(&new.shares)?,
        json(&new.targets)?,
    ];
    change.write(sql, args).await?;
    Ok(())
}

pub(crate) async fn set_in_force(change: &mut Change, id: &AgreementId, digest: Digest, stamp: &str) -> Result<bool> {
    let sql = "UPDATE agreements SET state = 'in_force', decided_at = $3, regime = $4 \
               WHERE id = $1 AND digest = $2 AND state = 'draft'";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), digest.to_string(), now, stamp]).await? == 1)
}

pub(crate) async fn set_ended(change: &mut Change, id: &AgreementId, ground: &str) -> Result<bool> {
    let sql =
        "UPDATE agreements SET state = 'ended', ended_at = $2, ended_ground = $3 WHERE id = $1 AND state <> 'ended'";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), now, ground]).await? == 1)
}

// Admissions. `id` is one id, or empty for all.

pub(crate) async fn admissions(book: &mut Book<'_>, entity: &str) -> Result<Vec<Admission>> {
    let sql = "SELECT entity AS id, entity, operator, state, since FROM admissions WHERE $1 = '' OR entity = $1";
    let rows = book.read(sql, args![entity]).await?;
    read_all("admission", &rows, |row| {
        Ok(Admission {
            entity: row.id("entity")?,
            operator: row.id("operator")?,
            state: row.word("state", AdmissionState::parse)?,
            since: Time(row.row.int("since")?),
        })
    })
}

pub(crate) async fn set_admission(
    change: &mut Change,
    entity: &OrganisationId,
    operator: &OrganisationId,
    state: AdmissionState,
    ground: &str,
) -> Result<()> {
    let sql = "INSERT INTO admissions (entity, operator, state, ground, since) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (entity, operator) DO UPDATE SET state = excluded.state, ground = excluded.ground, \
               since = excluded.since";
    let now = change.now();
    change.write(sql, args![entity.as_str(), operator.as_str(), state.word(), ground, now]).await?;
    Ok(())
}

/// To which day what an agreement had delivered goes on. `id` is one id, or empty for all.
pub(crate) async fn going_on(book: &mut Book<'_>, id: &str) -> Result<Vec<(AgreementId, Day)>> {
    let sql = "SELECT agreement AS id, until_day FROM deliveries_going_on \
               WHERE ended_at IS NULL AND ($1 = '' OR agreement = $1)";
    let rows = book.read(sql, args![id]).await?;
    read_all("delivery going on", &rows, |row| Ok((row.id("id")?, row.day("until_day")?)))
}

pub(crate) async fn go_on(change: &mut Change, id: &AgreementId, ground: &MatterId, until: Day) -> Result<()> {
    let sql = "INSERT INTO deliveries_going_on (agreement, ground, since, until_day) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (agreement) DO UPDATE SET until_day = excluded.until_day, ended_at = NULL";
    let now = change.now();
    change.write(sql, args![id.as_str(), ground.as_str(), now, until.to_string()]).await?;
    Ok(())
}

/// Nothing goes on any more. Says whether something did.
pub(crate) async fn end_going_on(change: &mut Change, id: &AgreementId) -> Result<bool> {
    let sql = "UPDATE deliveries_going_on SET ended_at = $2 WHERE agreement = $1 AND ended_at IS NULL";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), now]).await? == 1)
}

// Scenarios.

pub(crate) async fn scenarios(book: &mut Book<'_>, id: &str) -> Result<Vec<Scenario>> {
    let sql = "SELECT id, title, purpose, use_kind, operator, agreement, emergency_plan_digest, fields, digest, state, \
               authors, approved_at, withdrawn_ground, plan, struck FROM scenarios WHERE $1 = '' OR id = $1";
    let rows = book.read(sql, args![id]).await?;
    read_all("scenario", &rows, |row| {
        let struck: Vec<(ResourceId, String)> = row.json("struck")?;
        let all: Vec<Field> = row.json("fields")?;
        let is = |field: &Field, (id, column): &(ResourceId, String)| *id == field.resource && *column == field.column;
        let is_struck = |field: &Field| struck.iter().any(|one| is(field, one));
        let (struck, fields) = all.into_iter().partition(is_struck);
        Ok(Scenario {
            id: row.id("id")?,
            title: row.text("title")?,
            purpose: row.text("purpose")?,
            use_kind: row.word("use_kind", parse_use)?,
            operator: row.id("operator")?,
            agreement: row.id("agreement")?,
            emergency_plan_digest: row.opt_digest("emergency_plan_digest")?,
            fields,
            struck,
            plan: row.json("plan")?,
            digest: row.digest("digest")?,
            state: row.word("state", ScenarioState::parse)?,
            authors: row.json("authors")?,
            approved_at: row.opt_time("approved_at")?,
            withdrawn_ground: row.row.opt_text("withdrawn_ground")?,
        })
    })
}

pub(crate) async fn insert_scenario(change: &mut Change, new: &Scenario) -> Result<()> {
    let sql = "INSERT INTO scenarios (id, title, purpose, use_kind, operator, agreement, emergency_plan_digest, fields, \
               digest, state, authors, drafted_at, plan) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let now = change.now();
    let args = args![
        new.id.as_str(),
        &new.title,
        &new.purpose,
        word_of_use(new.use_kind),
        new.operator.as_str(),
        new.agreement.as_str(),
        new.emergency_plan_digest.map(|digest| digest.to_string()),
        json(&new.fields)?,
        new.digest.to_string(),
        new.state.word(),
        json(&new.authors)?,
        now,
        json(&new.plan)?,
    ];
    change.write(sql, args).await?;
    Ok(())
}

/// What a reviewer did not grant of what was applied for.
pub(crate) async fn set_struck(change: &mut Change, id: &ScenarioId, fields: &[(ResourceId, String)]) -> Result<()> {
    let sql = "UPDATE scenarios SET struck = $2 WHERE id = $1";
    must_write(change, "scenario", id.as_str(), sql, args![id.as_str(), json(&fields)?]).await
}

pub(crate) async fn set_approved(change: &mut Change, id: &ScenarioId, digest: Digest) -> Result<bool> {
    let sql =
        "UPDATE scenarios SET state = 'approved', approved_at = $3 WHERE id = $1 AND digest = $2 AND state = 'draft'";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), digest.to_string(), now]).await? == 1)
}

pub(crate) async fn set_withdrawn(change: &mut Change, id: &ScenarioId, ground: &str) -> Result<bool> {
    let sql = "UPDATE scenarios SET state = 'withdrawn', withdrawn_at = $2, withdrawn_ground = $3 \
               WHERE id = $1 AND state <> 'withdrawn'";
    let now = change.now();
    Ok(change.write(sql, args![id.as_str(), now, ground]).await? == 1)
}
