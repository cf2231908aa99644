//! `shuyu admin`: the first people of a new platform.

use std::path::Path;

use base64::Engine as _;
use shuyu_registry::{Bootstrap, NewOrganisation, Password};

use super::say;
use crate::cli::BootstrapArgs;
use crate::wiring::{self, ClockKind, Settings};

/// Login name and title of the three administrators: system, security, audit.
pub(crate) const ADMINS: [(&str, &str); 3] =
    [("system.admin", "系统管理员"), ("security.admin", "安全管理员"), ("audit.admin", "审计管理员")];

/// Makes them, once, with passwords that are shown here and nowhere else.
pub(crate) async fn bootstrap(data: &Path, args: BootstrapArgs) -> anyhow::Result<()> {
    let clock = wiring::clock_of(data, ClockKind::Plain)?;
    let app = wiring::wire(data, &args.store, clock, Settings::default()).await?;
    let passwords = [random_password()?, random_password()?, random_password()?];
    let new = three_admins(&args.organisation, &args.credit_code, &passwords);
    app.registry().bootstrap(new).await?;
    say("three administrators, three powers 三员分立; write these down, they are shown once 请立即记录:")?;
    for ((login, title), password) in ADMINS.iter().zip(&passwords) {
        say(format!("  {title}  {login}  {password}"))?;
    }
    Ok(app.close().await?)
}

pub(crate) fn three_admins(organisation: &str, credit_code: &str, passwords: &[String; 3]) -> Bootstrap {
    let [system, security, audit] = ADMINS;
    let [first, second, third] = passwords;
    let admin = |(login, title): (&str, &str), password: &String| {
        (title.to_owned(), login.to_owned(), Password::new(password.clone()))
    };
    Bootstrap {
        organisation: NewOrganisation {
            identity_number: None,
            name: organisation.to_owned(),
            credit_code: credit_code.to_owned(),
            roles: Vec::new(),
            entity_kind: None,
            owned_by: Vec::new(),
        },
        admins: [admin(system, first), admin(security, second), admin(audit, third)],
    }
}

fn random_password() -> anyhow::Result<String> {
    let mut bytes = [0_u8; 15];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("the machine gives no random bytes: {error}"))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
