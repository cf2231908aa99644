//! Holdings under a permit: a store that decrypts the ranges asked for.
//!
//! INVARIANT (dies at once): each request, and each piece of a long answer, asks
//! the permit again; from the moment that it ends, or that the holding is
//! destroyed, nothing more is decrypted.
//! Only the permit's resources are in the store, and nothing can be written.
//!
//! Not here: which columns of a holding may be seen. A store hands out the bytes
//! of whole files; the workroom's tables offer the permitted columns alone.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use shuyu_model::Column;
use shuyu_registry::{Act, Permit, PermittedTable};

use crate::error::VaultError;
use crate::holding::Holding;
use crate::sealed_file::SealedReader;
use crate::vault::{Gone, Vault, blocking};

/// Plain bytes decrypted at once, at most.
const PIECE_BYTES: u64 = 4 << 20;
const STORE: &str = "vault";

/// What a permit opens.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The files, as plain Parquet.
    pub store: Arc<dyn ObjectStore>,
    /// Each permitted table, and where it is in the store.
    pub tables: Vec<OpenedTable>,
}

/// One permitted table.
#[derive(Debug, Clone)]
pub struct OpenedTable {
    /// What is permitted of it.
    pub table: PermittedTable,
    /// The version, the newest when the permit was opened.
    pub holding: Holding,
    /// Where it is in the store.
    pub path: Path,
    /// How many plain bytes it has.
    pub bytes: u64,
}

impl Vault {
    /// Opens the newest version of each of the permit's tables, but for own tables that
    /// have none. Only a permit to compute opens any.
    pub async fn open_holdings(&self, permit: &Permit) -> std::result::Result<Opened, VaultError> {
        if permit.act() != Act::Compute {
            return Err(VaultError::PermitAct);
        }
        if !permit.is_live() {
            return Err(VaultError::PermitEnded);
        }
        let (mut objects, mut tables) = (BTreeMap::new(), Vec::new());
        for table in permit.tables() {
            let latest = self.latest(&table.resource).await?;
            let id = match latest {
                Some(holding) => holding.id().clone(),
                // What whoever computes brought is there once it has landed.
                None if table.is_own => continue,
                None => return Err(self.why_not_open(table).await?),
            };
            let (holding, reader) = self.reader(&id).await?;
            check_columns(table, &holding)?;
            let path = Path::from(format!("{}.parquet", holding.id()));
            tables.push(OpenedTable { table: table.clone(), holding, path: path.clone(), bytes: reader.bytes() });
            objects.insert(path, reader);
        }
        let store =
            Arc::new(PermittedStore { watch: Watch { permit: permit.clone(), gone: self.0.gone.clone() }, objects });
        Ok(Opened { store, tables })
    }

    /// Never sealed, or all destroyed.
    async fn why_not_open(&self, table: &PermittedTable) -> std::result::Result<VaultError, VaultError> {
        let newest = self.holdings(&table.resource).await?.into_iter().next();
        Ok(match newest.and_then(|holding| Some((holding.id().to_string(), holding.destroyed_at()?))) {
            Some((id, at)) => VaultError::Destroyed { id, at },
            None => VaultError::NoVersion { resource: table.resource.to_string() },
        })
    }
}

/// A resource may have been described anew since its newest version landed.
fn check_columns(table: &PermittedTable, holding: &Holding) -> std::result::Result<(), VaultError> {
    let is_held =
        |column: &Column| holding.columns().iter().any(|held| held.name == column.name && held.kind == column.kind);
    let permitted = table.columns.iter().chain(&table.entity);
    let columns: Vec<_> = permitted.filter(|column| !is_held(column)).map(|column| column.name.clone()).collect();
    if columns.is_empty() {
        Ok(())
    } else {
        Err(VaultError::OtherColumns { resource: table.resource.to_string(), columns })
    }
}

/// What must still hold whenever something is decrypted.
#[derive(Debug, Clone)]
struct Watch {
    permit: Permit,
    gone: Gone,
}

impl Watch {
    fn check_permit(&self) -> Result<()> {
        if self.permit.is_live() { Ok(()) } else { Err(denied(VaultError::PermitEnded)) }
    }

    fn check(&self, reader: &SealedReader) -> Result<()> {
        self.check_permit()?;
        if self.gone.read().contains(reader.id()) {
            return Err(denied(VaultError::Unknown { kind: "holding any more", id: reader.id().to_owned() }));
        }
        Ok(())
    }
}

fn denied(why: VaultError) -> Error {
    Error::PermissionDenied { path: STORE.to_owned(), source: Box::new(why) }
}

/// The permitted files, and the permit.
#[derive(Debug)]
struct PermittedStore {
    watch: Watch,
    objects: BTreeMap<Path, SealedReader>,
}

impl fmt::Display for PermittedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vault({} files for {})", self.objects.len(), self.watch.permit.scenario())
    }
}

fn read_only() -> Error {
    Error::NotSupported { source: "holdings are never written through a permit".into() }
}

fn meta(path: &Path, reader: &SealedReader) -> ObjectMeta {
    ObjectMeta {
        location: path.clone(),
        // A version never changes, so its name is its tag and time means nothing.
        last_modified: SystemTime::UNIX_EPOCH.into(),
        size: reader.bytes(),
        e_tag: Some(reader.id().to_owned()),
        version: None,
    }
}

/// The bytes of a range in pieces, each under a permit that is still alive.
fn pieces(watch: Watch, reader: SealedReader, range: Range<u64>) -> BoxStream<'static, Result<Bytes>> {
    stream::try_unfold(range, move |left| {
        let (watch, reader) = (watch.clone(), reader.clone());
        async move {
            if left.is_empty() {
                return Ok(None);
            }
            watch.check(&reader)?;
            let end = left.end.min(left.start.saturating_add(PIECE_BYTES));
            let piece = blocking(move || reader.read_range(left.start..end)).await;
            let piece = piece.map_err(|error| Error::Generic { store: STORE, source: Box::new(error) })?;
            Ok(Some((piece, end..left.end)))
        }
    })
    .boxed()
}

#[async_trait]
impl ObjectStore for PermittedStore {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.watch.check_permit()?;
        let reader = self.objects.get(location).ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "it is not among the permitted holdings".into(),
        })?;
        self.watch.check(reader)?;
        let meta = meta(location, reader);
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            None => 0..meta.size,
            Some(range) => {
                range.as_range(meta.size).map_err(|error| Error::Generic { store: STORE, source: Box::new(error) })?
            }
        };
        let payload = if options.head {
            stream::empty().boxed()
        } else {
            pieces(self.watch.clone(), reader.clone(), range.clone())
        };
        Ok(GetResult { payload: GetResultPayload::Stream(payload), meta, range, attributes: Attributes::default() })
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if let Err(error) = self.watch.check_permit() {
            return stream::once(async { Err(error) }).boxed();
        }
        let is_within = |path: &Path| prefix.is_none_or(|prefix| path.prefix_matches(prefix));
        let found: Vec<_> = self
            .objects
            .iter()
            .filter(|(path, _)| is_within(path))
            .map(|(path, reader)| Ok(meta(path, reader)))
            .collect();
        stream::iter(found).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        use futures::TryStreamExt;
        Ok(ListResult { common_prefixes: Vec::new(), objects: self.list(prefix).try_collect().await? })
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(read_only())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Err(read_only())
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        stream::once(async { Err(read_only()) }).boxed()
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(read_only())
    }
}
