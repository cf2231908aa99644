//! `shuyu serve`.

use std::path::Path;

use super::say;
use crate::backup::Plan;
use crate::cli::ServeArgs;
use crate::tls::Tls;
use crate::wiring::{self, ClockKind, Settings};
use crate::{serve, signals};

pub(crate) async fn run(data: &Path, args: ServeArgs) -> anyhow::Result<()> {
    let kind = if args.demo { ClockKind::Demo } else { ClockKind::Plain };
    let clock = wiring::clock_of(data, kind)?;
    // Without TLS, ours or a proxy's, a browser would not send a cookie that it was told
    // to keep for TLS.
    let tls = match (&args.tls_certificate, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::load(certificate, key)?),
        _ => None,
    };
    let has_secure_cookies = tls.is_some() || args.tls_in_front;
    let every_hours = args.backup_every_hours;
    let backups = args.backups.clone().map(|folder| Plan { folder, every_hours });
    let settings = Settings { is_demo: args.demo, has_open_parts: false, has_secure_cookies, backups };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let app = wiring::wire(data, &args.store, clock, settings).await?;
    let running = serve::start(app, &args.listen, tls).await?;
    say(format!("serving 正在服务 {scheme}://{}/", running.address()))?;
    signals::asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await
}
