//! `shuyu serve`.

use std::net::SocketAddr;
use std::path::Path;

use super::say;
use crate::cli::ServeArgs;
use crate::wiring::{self, ClockKind, Settings};
use crate::{serve, signals};

pub(crate) async fn run(data: &Path, args: ServeArgs) -> anyhow::Result<()> {
    let kind = if args.demo { ClockKind::Demo } else { ClockKind::Plain };
    let clock = wiring::clock_of(data, kind)?;
    // On loopback there is no TLS in front of us, and a browser would not send
    // a cookie that it was told to keep for TLS.
    let is_loopback = args.listen.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let settings = Settings { is_demo: args.demo, has_open_parts: false, has_secure_cookies: !is_loopback };
    let app = wiring::wire(data, &args.store, clock, settings).await?;
    let running = serve::start(app, &args.listen).await?;
    say(format!("serving 正在服务 http://{}/", running.address()))?;
    signals::asked_to_stop().await;
    tracing::info!("stopping");
    running.stop().await
}
