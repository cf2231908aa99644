//! The files of issued documents: `DATA/documents/DOC-….pdf` and its siblings.
//!
//! INVARIANT (whole or absent): a file is written beside, fsynced and renamed. One
//! whose document was never committed is swept when the platform starts.

use std::io;
use std::path::{Path, PathBuf};

use shuyu_ledger::Ledger;
use shuyu_model::id::DocumentId;

use crate::issued::{Issued, Shape};
use crate::render::Shapes;
use crate::{DocumentsError, store};

#[derive(Clone)]
pub(crate) struct Shelf(PathBuf);

fn at(path: &Path) -> impl FnOnce(io::Error) -> DocumentsError {
    let path = path.to_path_buf();
    move |source| DocumentsError::File { path, source }
}

impl Shelf {
    pub(crate) async fn open(ledger: &Ledger) -> Result<Self, DocumentsError> {
        let root = ledger.data_dir().join("documents");
        tokio::fs::create_dir_all(&root).await.map_err(at(&root))?;
        let shelf = Self(root);
        shelf.sweep(ledger).await?;
        Ok(shelf)
    }

    /// Takes away what belongs to no document.
    async fn sweep(&self, ledger: &Ledger) -> Result<(), DocumentsError> {
        let mut files = tokio::fs::read_dir(&self.0).await.map_err(at(&self.0))?;
        while let Some(file) = files.next_entry().await.map_err(at(&self.0))? {
            let name = file.file_name().to_string_lossy().into_owned();
            let id = name.split_once('.').and_then(|(id, _)| DocumentId::parse(id).ok());
            let Some(id) = id else { continue };
            if name.ends_with(".part") || !store::exists(ledger, &id).await? {
                tokio::fs::remove_file(file.path()).await.map_err(at(&file.path()))?;
            }
        }
        Ok(())
    }

    fn path(&self, id: &DocumentId, shape: Shape) -> PathBuf {
        self.0.join(format!("{id}.{}", shape.word()))
    }

    /// Durable on return.
    pub(crate) async fn put(&self, id: &DocumentId, shapes: Shapes) -> Result<(), DocumentsError> {
        let root = self.0.clone();
        let files = [(Shape::Html, shapes.html), (Shape::Pdf, shapes.pdf), (Shape::Xlsx, shapes.xlsx)]
            .map(|(shape, bytes)| (self.path(id, shape), bytes));
        tokio::task::spawn_blocking(move || {
            for (path, bytes) in &files {
                let mut part = path.clone().into_os_string();
                part.push(".part");
                write(Path::new(&part), bytes).map_err(at(path))?;
                std::fs::rename(&part, path).map_err(at(path))?;
            }
            // So that the names last too.
            std::fs::File::open(&root).and_then(|folder| folder.sync_all()).map_err(at(&root))
        })
        .await
        .map_err(|_| DocumentsError::Stopped)?
    }

    /// The bytes that were issued, or an error that says that they are not.
    pub(crate) async fn get(&self, document: &Issued, shape: Shape) -> Result<Vec<u8>, DocumentsError> {
        let path = self.path(&document.id, shape);
        let bytes = tokio::fs::read(&path).await.map_err(at(&path))?;
        let digest = document.digest_of(shape);
        if digest.profile().digest(&bytes) != digest {
            return Err(DocumentsError::Tampered { id: document.id.to_string() });
        }
        Ok(bytes)
    }

    /// Takes the files of a document away that was not issued after all.
    pub(crate) async fn drop(&self, id: &DocumentId) {
        for shape in Shape::ALL {
            // What stays is swept at the next start.
            let _ = tokio::fs::remove_file(self.path(id, shape)).await;
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create(path)?;
    io::Write::write_all(&mut file, bytes)?;
    file.sync_all()
}
