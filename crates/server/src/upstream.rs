//! The sender: carries what waits in the outbox to the platforms above and brings their
//! receipts back.
//!
//! Nothing is kept here: what was sent, what was answered and when to try again stand
//! in the book, so that a process that dies between any two lines loses nothing, and
//! what it sends again is known again at the other end.
//!
//! Not here: what goes up (`casework`), in which order and how often (`exchange`).

use futures::StreamExt as _;
use futures::future::join_all;
use shuyu_exchange::{Failure, Parcel};
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::error::Problem;
use crate::limits::{UPSTREAM_ANSWER_BYTES_MAX, UPSTREAM_ANSWER_MAX, UPSTREAM_EVERY};

/// Sends until `stop`.
pub(crate) async fn send(app: App, stop: CancellationToken) {
    let http = reqwest::Client::builder()
        .timeout(UPSTREAM_ANSWER_MAX)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build();
    let http = match http {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "nothing can be sent to other platforms");
            return;
        }
    };
    while !stop.is_cancelled() {
        let has_more = tokio::select! {
            () = stop.cancelled() => false,
            sent = once(&app, &http) => sent.unwrap_or_else(|problem| {
                // What cannot be written down now is sent again; the other end knows it.
                problem.log("upstream", "upstream");
                false
            }),
        };
        if !has_more {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(UPSTREAM_EVERY) => {}
            }
        }
    }
}

/// Sends the next record to each platform that may be asked now; says whether one of
/// them took it, so that the next can go at once.
async fn once(app: &App, http: &reqwest::Client) -> Result<bool, Problem> {
    let parcels = app.exchange().due().await?;
    let sent = join_all(parcels.into_iter().map(|parcel| carry(app, http, parcel))).await;
    sent.into_iter().try_fold(false, |has_more, taken| Ok(has_more | taken?))
}

async fn carry(app: &App, http: &reqwest::Client, parcel: Parcel) -> Result<bool, Problem> {
    let failure = match ask(http, &parcel).await {
        Ok(body) => match app.exchange().read_answer(parcel.clone(), &body).await? {
            Some(taken) => {
                app.casework().dispatch_taken(&taken).await?;
                metrics::counter!("shuyu_exchange_attempts_total", "outcome" => "taken").increment(1);
                return Ok(true);
            }
            None => Failure::Unverified,
        },
        Err(failure) => failure,
    };
    metrics::counter!("shuyu_exchange_attempts_total", "outcome" => "failed").increment(1);
    app.exchange().failed(&parcel, &failure).await?;
    Ok(false)
}

/// The body of an answer with 200; why there is none otherwise.
async fn ask(http: &reqwest::Client, parcel: &Parcel) -> Result<Vec<u8>, Failure> {
    let mut request = http.post(format!("{}{}", parcel.url, parcel.path)).body(parcel.body.clone());
    for (name, value) in &parcel.headers {
        request = request.header(*name, value);
    }
    let response = request.send().await.map_err(|error| Failure::Unreachable(cause(&error)))?;
    let status = response.status();
    if status != reqwest::StatusCode::OK {
        return Err(Failure::Status(status.as_u16()));
    }
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        body.extend(piece.map_err(|error| Failure::Unreachable(cause(&error)))?);
        if body.len() > UPSTREAM_ANSWER_BYTES_MAX {
            return Err(Failure::Unverified);
        }
    }
    Ok(body)
}

/// A word for what went wrong: an error's own text can hold addresses.
fn cause(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() => "no answer in time",
        error if error.is_connect() => "no connection",
        error if error.is_body() || error.is_decode() => "the answer broke off",
        _ => "no answer",
    }
}
