//! Products that serve the public good, open to everybody.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use serde::Deserialize;
use shuyu_delivery::{FileFormat, QUOTA};
use shuyu_model::Verdict;
use shuyu_model::id::ProductId;
use utoipa::ToSchema;

use super::{Stations, granted};
use crate::callers::Caller;
use crate::endpoint::{At, Bytes, Created, InPath, Json, Raw, Who};
use crate::error::Problem;
use crate::shapes::nouns::Made;
use crate::shapes::shaped;

/// A product to be opened to everybody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOpening {
    /// How many files go out a day, to everybody together.
    #[schema(minimum = 1, maximum = 1000000000)]
    pub files_per_day_max: i64,
}

shaped! { NewOpening => NewOpening }

impl InPath for FileFormat {
    const NAME: &'static str = "format";
    const PATTERN: &'static str = "^(csv|parquet)$";
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "csv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err("a file is had as `csv` or `parquet`".to_owned()),
        }
    }
}

/// Opens a product to everybody; its subscription is the public's.
pub async fn open(
    State(app): Stations,
    Who(actor): Who,
    At(id): At<ProductId>,
    Json(new): Json<NewOpening>,
) -> Result<Created<Made>, Problem> {
    Ok(Created(Made::new(granted(app.delivery().open_to_public(&actor, &id, new.files_per_day_max).await?)?)))
}

/// Gives the file of an open product to whoever asks.
pub async fn fetch(
    State(app): Stations,
    caller: Caller,
    At(id): At<ProductId>,
    At(format): At<FileFormat>,
) -> Result<Raw<Bytes>, Problem> {
    app.readers().count(caller, app.ledger().now().day())?;
    match app.delivery().public_file(&id, format).await? {
        Verdict::Refuse(reasons) if reasons.has(QUOTA) => {
            Err(Problem::refused_as(StatusCode::TOO_MANY_REQUESTS, reasons))
        }
        Verdict::Refuse(reasons) => Err(Problem::refused_as(StatusCode::FORBIDDEN, reasons)),
        Verdict::Allow((file, receipt)) => {
            let receipt = HeaderValue::from_str(receipt.id().as_str()).map_err(Problem::fault)?;
            let mut response = file.bytes.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.format.media_type()));
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
            // Each file that goes out is counted: none is given again by a cache.
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(super::answers::RECEIPT, receipt);
            Ok(Raw::new(response))
        }
    }
}
