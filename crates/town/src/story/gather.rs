//! Chapter one: organisations take part, people get roles. The administrators
//! stay apart: one enters people, another grants roles, a third reads.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cast::{ORGANISATIONS, PASSWORD, PEOPLE};
use super::client::{Client, text};
use super::{StoryOptions, World};

pub(super) async fn chapter(w: &mut World<'_>, options: &StoryOptions) -> anyhow::Result<()> {
    w.stage.chapter("一、各方到齐", "One: everybody takes part")?;
    let system = sign_in_admin(w, &options.system_admin.login, &options.system_admin.password).await?;
    let security = sign_in_admin(w, &options.security_admin.login, &options.security_admin.password).await?;
    w.learn_time().await?;

    w.stage.step("系统管理员登记机构", "the system administrator enters organisations");
    for organisation in ORGANISATIONS {
        let mut body = json!({
            "name": organisation.name, "credit_code": organisation.credit_code(), "roles": organisation.roles,
        });
        if let (Some(kind), Some(fields)) = (organisation.entity_kind, body.as_object_mut()) {
            fields.insert("entity_kind".to_owned(), json!(kind));
        }
        let id = text(&system.post("/v1/organisations", &body).await?.json()?, "id")?;
        w.report.organisations.insert(organisation.word.to_owned(), id);
    }
    w.stage.done(format!("{} 个机构 organisations", ORGANISATIONS.len()))?;

    w.stage.step("系统管理员登记人员", "the system administrator enters people, who can do nothing yet");
    let mut people = BTreeMap::new();
    for person in PEOPLE {
        let organisation = World::made(&w.report.organisations, person.organisation)?;
        let body = json!({
            "name": person.name, "login": person.login, "password": PASSWORD, "organisation": organisation,
        });
        let entered = system.post("/v1/people", &body).await?.json()?;
        people.insert(person.login, text(&entered, "id")?);
    }
    w.stage.done(format!("{} 人 people", PEOPLE.len()))?;

    w.stage.step("安全管理员授予角色", "the security administrator grants roles");
    for person in PEOPLE {
        let id = people.get(person.login).cloned().unwrap_or_default();
        security.post(&format!("/v1/people/{id}/roles"), &json!({ "role": person.role })).await?.json()?;
    }
    w.stage.done("三员分立：录入、授权、审计各由一人 three administrators, three powers")?;

    w.stage.step("给系统管理员再加业务角色", "a business role for the system administrator");
    let me = system.person.clone();
    let reply = security.post(&format!("/v1/people/{me}/roles"), &json!({ "role": "operator" })).await?;
    w.refused("a business role for an administrator", reply, "REG-022")?;

    w.stage.step("各人登录", "everybody signs in");
    for person in PEOPLE {
        let mut client = Client::sign_in(&w.http, &w.base, person.login, PASSWORD).await?;
        client.name = format!("{} ({})", person.name, person.login);
        w.clients.insert(person.login.to_owned(), client);
    }
    w.stage.done("")
}

async fn sign_in_admin(w: &mut World<'_>, login: &str, password: &str) -> anyhow::Result<Client> {
    w.stage.step(format!("{login} 登录"), format!("{login} signs in"));
    let client = Client::sign_in(&w.http, &w.base, login, password).await?;
    let me: Value = client.get("/v1/me").await?.json()?;
    w.clients.insert(login.to_owned(), client.clone());
    w.stage.done(format!("角色 roles: {}", me.get("roles").cloned().unwrap_or_default()))?;
    Ok(client)
}
