//! Which error of a station is a mistake of the caller and which a fault of ours.
//!
//! INVARIANT (listed): each variant that is a mistake is named here; whatever is
//! not named is a fault, so that a new variant is mute before it is loud.

use shuyu_airlock::AirlockError;
use shuyu_casework::CaseworkError;
use shuyu_delivery::DeliveryError;
use shuyu_documents::DocumentsError;
use shuyu_exchange::ExchangeError;
use shuyu_registry::RegistryError;
use shuyu_settlement::SettlementError;
use shuyu_sources::SourceError;
use shuyu_vault::VaultError;
use shuyu_workroom::WorkroomError;

use crate::error::Problem;

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Self {
        match error {
            RegistryError::Unknown { kind, .. } => Self::unseen(kind),
            RegistryError::Malformed { .. } => Self::malformed(error.to_string()),
            RegistryError::Conflict { .. } | RegistryError::Interrupted => Self::conflict(error.to_string()),
            error => Self::fault(error),
        }
    }
}

impl From<DeliveryError> for Problem {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Unknown { kind, .. } => Self::unseen(kind),
            DeliveryError::Malformed { .. } => Self::malformed(error.to_string()),
            DeliveryError::Conflict { .. } => Self::conflict(error.to_string()),
            DeliveryError::Registry(error) => error.into(),
            DeliveryError::Airlock(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<SettlementError> for Problem {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::Unknown { kind, .. } => Self::unseen(kind),
            SettlementError::Malformed { .. } => Self::malformed(error.to_string()),
            SettlementError::Conflict { .. } => Self::conflict(error.to_string()),
            SettlementError::Delivery(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<DocumentsError> for Problem {
    fn from(error: DocumentsError) -> Self {
        match error {
            DocumentsError::Unknown { kind, .. } => Self::unseen(kind),
            DocumentsError::Malformed { .. } | DocumentsError::TooLarge { .. } => Self::malformed(error.to_string()),
            DocumentsError::Busy => Self::conflict(error.to_string()),
            DocumentsError::Registry(error) => error.into(),
            DocumentsError::Casework(error) => error.into(),
            DocumentsError::Delivery(error) => error.into(),
            DocumentsError::Settlement(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unknown { kind, .. } => Self::unseen(kind),
            VaultError::Destroyed { .. } | VaultError::NoVersion { .. } => Self::conflict(error.to_string()),
            VaultError::DiskFull => Self::disk_full(),
            VaultError::TooLarge { bytes_max } => Self::too_large(bytes_max),
            VaultError::Registry(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<SourceError> for Problem {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Columns { .. }
            | SourceError::Header { .. }
            | SourceError::Types { .. }
            | SourceError::Empty
            | SourceError::Encoding { .. }
            | SourceError::Parquet { .. }
            | SourceError::TooMuch { .. } => Self::malformed(error.to_string()),
            SourceError::Cancelled => Self::conflict(error.to_string()),
            SourceError::DiskFull => Self::disk_full(),
            error => Self::fault(error),
        }
    }
}

impl From<CaseworkError> for Problem {
    fn from(error: CaseworkError) -> Self {
        match error {
            CaseworkError::Unknown { .. } => Self::unseen("case or matter"),
            CaseworkError::Malformed { .. } => Self::malformed(error.to_string()),
            CaseworkError::Conflict { .. } => Self::conflict(error.to_string()),
            CaseworkError::Stale { .. } => Self::stale(),
            CaseworkError::Registry(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<ExchangeError> for Problem {
    fn from(error: ExchangeError) -> Self {
        match error {
            ExchangeError::Unknown { kind, .. } => Self::unseen(kind),
            ExchangeError::Malformed { .. } => Self::malformed(error.to_string()),
            ExchangeError::Conflict { .. } => Self::conflict(error.to_string()),
            error => Self::fault(error),
        }
    }
}

impl From<AirlockError> for Problem {
    fn from(error: AirlockError) -> Self {
        match error {
            AirlockError::Unknown { kind, .. } => Self::unseen(kind),
            AirlockError::Casework(error) => error.into(),
            AirlockError::Workroom(error) => error.into(),
            error => Self::fault(error),
        }
    }
}

impl From<WorkroomError> for Problem {
    fn from(error: WorkroomError) -> Self {
        // INVARIANT (mute) of `workroom`: none of its errors is for the author.
        Self::fault(error)
    }
}
