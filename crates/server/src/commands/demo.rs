//! `shuyu demo`: a server on loopback, and the story of 江城市 told to it over
//! HTTP; then the server stays, with the people one can sign in as.

use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use shuyu_registry::rules;
use shuyu_town::story::{self, Login, StoryOptions, cast};

use super::admin::{ADMINS, three_admins};
use super::say;
use crate::app::App;
use crate::cli::DemoArgs;
use crate::wiring::{self, ClockKind, Settings};
use crate::{serve, signals};

/// Whether the story was told in a data folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Not begun.
    No,
    /// Begun and cut off: it cannot be told twice to one city.
    Partly,
    /// To its end.
    Fully,
}

struct Marker(PathBuf);

impl Marker {
    fn read(&self) -> anyhow::Result<Told> {
        match std::fs::read_to_string(&self.0) {
            Ok(text) if text.trim() == "told" => Ok(Told::Fully),
            Ok(_) => Ok(Told::Partly),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Told::No),
            Err(error) => Err(error).with_context(|| format!("`{}` cannot be read", self.0.display())),
        }
    }

    fn write(&self, word: &str) -> anyhow::Result<()> {
        std::fs::write(&self.0, format!("{word}\n"))
            .with_context(|| format!("`{}` cannot be written", self.0.display()))
    }
}

pub(crate) async fn run(data: &Path, args: DemoArgs) -> anyhow::Result<()> {
    if args.store.regime != rules::SHIPPED_CODE {
        bail!(
            "the story is told under `{}`; to look around under `{}`, use `shuyu serve --demo --regime {}`",
            rules::SHIPPED_CODE,
            args.store.regime,
            args.store.regime
        );
    }
    let marker = Marker(data.join("demo"));
    let told = marker.read()?;
    // Upholds INVARIANT (a demonstration alone): nobody takes parts in a folder that holds a city.
    if told == Told::No && data.join("log").exists() {
        bail!("`{}` is no demonstration's folder; give a new one as --data", data.display());
    }
    let has_open_parts = args.listen.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let clock = wiring::clock_of(data, ClockKind::Demo)?;
    let settings = Settings { is_demo: true, has_open_parts, has_secure_cookies: false, backups: None };
    let app = wiring::wire(data, &args.store, clock, settings).await?;
    if told == Told::Partly {
        bail!("the story was cut off in `{}`; delete the folder or give another --data", data.display());
    }
    if told == Told::No {
        marker.write("telling")?;
        bootstrap(&app).await?;
    }
    let running = serve::start(app, &args.listen, None).await?;
    let base = format!("http://{}", running.address());
    if told == Told::No {
        say(format!("江城市授权运营示范 The story of Jiangcheng, told to {base}"))?;
        let mut out = std::io::stdout();
        let telling = story::tell(&base, options(&args), &mut out);
        tokio::select! {
            told = telling => told.map(|_| ())?,
            () = signals::asked_to_stop() => {
                running.stop().await?;
                bail!("the story was cut off; delete `{}` to tell it again", data.display());
            }
        }
        marker.write("told")?;
    }
    if !args.once {
        introduce(&base)?;
        signals::asked_to_stop().await;
    }
    running.stop().await
}

async fn bootstrap(app: &App) -> anyhow::Result<()> {
    let passwords = [(); 3].map(|()| cast::PASSWORD.to_owned());
    let operator = "江城市公共数据平台运行中心";
    let code17 = "12430100MB1A00000";
    let check = shuyu_model::identifier::credit_code_check(code17).context("a credit code has a check character")?;
    app.registry().bootstrap(three_admins(operator, &format!("{code17}{check}"), &passwords)).await?;
    Ok(())
}

fn options(args: &DemoArgs) -> StoryOptions {
    let login = |index: usize| Login {
        login: ADMINS.get(index).map(|(login, _)| (*login).to_owned()).unwrap_or_default(),
        password: cast::PASSWORD.to_owned(),
    };
    StoryOptions {
        residents: args.residents,
        seed: args.seed,
        system_admin: login(0),
        security_admin: login(1),
        audit_admin: login(2),
        is_terminal: std::io::stdout().is_terminal(),
    }
}

fn introduce(base: &str) -> anyhow::Result<()> {
    say(format!("\n服务地址 The server stays at {base}/  (Ctrl-C 结束 ends it)"))?;
    say(format!("工作台 The console, where each part is taken without a password: {base}/console/"))?;
    say(format!("可登录的人 People one can sign in as; 口令 password: {}", cast::PASSWORD))?;
    for person in cast::PEOPLE {
        say(format!("  {:<14} {} {}", person.login, person.name, person.task))?;
    }
    for (login, title) in ADMINS {
        say(format!("  {login:<14} {title}"))?;
    }
    Ok(())
}
