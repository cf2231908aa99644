//! The fonts that a PDF is set in, found on the machine and embedded in part.
//!
//! Noto CJK (SIL Open Font License 1.1, which allows embedding): 宋体 for text and
//! 黑体 for headings. They come with the package `fonts-noto-cjk`.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::DocumentsError;

/// Where they are looked for, in this order.
pub const FONT_FOLDERS: &[&str] = &[
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/opentype/noto-cjk",
    "/usr/local/share/fonts",
    "/Library/Fonts",
];

/// Each file, and the family to take from it: one file holds those of five scripts.
const FILES: &[(&str, &str)] = &[
    ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC"),
    ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC"),
    ("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC"),
];

pub(super) struct Loaded {
    pub(super) book: LazyHash<FontBook>,
    pub(super) fonts: Vec<Font>,
}

/// Read once, when first needed; a folder that was empty is looked into again.
#[derive(Default)]
pub(super) struct Fonts(OnceLock<Loaded>);

impl Fonts {
    pub(super) fn get(&self) -> Result<&Loaded, DocumentsError> {
        if let Some(loaded) = self.0.get() {
            return Ok(loaded);
        }
        let loaded = load(FONT_FOLDERS)?;
        Ok(self.0.get_or_init(|| loaded))
    }
}

fn load(folders: &[&str]) -> Result<Loaded, DocumentsError> {
    let mut fonts = Vec::new();
    for (file, family) in FILES {
        let path = find(folders, file).ok_or_else(|| DocumentsError::NoFont {
            file,
            folders: folders.iter().map(|folder| (*folder).to_owned()).collect(),
        })?;
        let bytes = std::fs::read(&path).map_err(|source| DocumentsError::File { path: path.clone(), source })?;
        let found = Font::iter(Bytes::new(bytes)).find(|font| font.info().family == *family);
        fonts.push(found.ok_or(DocumentsError::NotThatFont { path, family })?);
    }
    Ok(Loaded { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts })
}

fn find(folders: &[&str], file: &str) -> Option<PathBuf> {
    folders.iter().map(|folder| Path::new(folder).join(file)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_the_fonts_is_told_which_package_has_them() {
        let error = load(&["/nowhere"]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("NotoSerifCJK-Regular.ttc") && error.contains("fonts-noto-cjk"), "{error}");
        assert!(error.contains("/nowhere"), "{error}");
    }
}
