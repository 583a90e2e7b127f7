//! What makes a name safe on Windows, macOS and Linux at once, wherever the folder is copied to later.

use std::fmt;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::disk::hex;

/// The longest stem or folder name, in bytes of UTF-8. File systems take 255 (bytes on Linux, UTF-16 units elsewhere);
/// encrypted home folders (eCryptfs) take 143, and ` (2)` and the extension come on top.
const MAX_STEM_BYTES: usize = 120;
/// The longest extension.
const MAX_EXTENSION_BYTES: usize = 8;
/// How many hex digits of its hash a shortened name ends with, so that two long names stay two names.
const SHORTENED_DIGITS: usize = 8;

/// Names Windows keeps for devices, with any extension and in any case
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>).
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// A name below a folder that a person chose: never absolute, never `..`, never empty, valid on all three systems.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RelativeName {
    folders: Vec<String>,
    stem: String,
    extension: String,
}

impl RelativeName {
    /// Makes every component safe. The last one is the file's stem.
    pub(super) fn from_components(
        components: impl Iterator<Item = String>,
        extension: &str,
    ) -> Self {
        let mut folders: Vec<String> = components.map(|text| safe_component(&text)).collect();
        let stem = folders.pop().unwrap_or_else(|| safe_component(""));
        Self { folders, stem, extension: safe_extension(extension) }
    }

    /// A file without folders, from a name that a person chose; slashes in it are no folders.
    pub fn from_stem(stem: &str, extension: &str) -> Self {
        Self::from_components(std::iter::once(stem.to_owned()), extension)
    }

    /// The folders, outermost first.
    pub fn folder_names(&self) -> impl Iterator<Item = &str> {
        self.folders.iter().map(String::as_str)
    }

    /// The folders as one relative path; empty when the file lies in the chosen folder itself.
    pub fn folders(&self) -> PathBuf {
        self.folders.iter().collect()
    }

    /// The file's name without folders. `number` 1 is the plain name, 2 and up add ` (2)` before the extension.
    pub fn file_name(&self, number: u32) -> String {
        if number > 1 {
            format!("{} ({number}).{}", self.stem, self.extension)
        } else {
            format!("{}.{}", self.stem, self.extension)
        }
    }

    /// The whole name as a relative path.
    pub fn to_path(&self) -> PathBuf {
        self.folders().join(self.file_name(1))
    }
}

impl fmt::Display for RelativeName {
    /// With `/` between folders, on every system.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for folder in &self.folders {
            write!(f, "{folder}/")?;
        }
        f.write_str(&self.file_name(1))
    }
}

/// Characters that a name cannot hold on at least one of the systems, or that make it read as something else: reserved
/// ones, controls, line separators, direction overrides (`gpj.exe` tricks), invisible fillers, tags.
/// Joiners (U+200C, U+200D) stay: Indic scripts and Persian need them.
pub(super) fn is_forbidden(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*') || is_invisible(c)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e0fff}')
        // The last two code points of each plane are no characters.
        || (u32::from(c) & 0xfffe) == 0xfffe
}

/// One folder name or stem.
fn safe_component(text: &str) -> String {
    let visible = text.chars().filter(|c| !is_invisible(*c));
    let plain = visible.map(|c| {
        if is_forbidden(c) {
            '_'
        } else if c.is_whitespace() {
            ' '
        } else {
            c
        }
    });
    let composed: String = plain.nfc().collect();
    // Windows drops dots and spaces at the end; dots at the beginning hide a file elsewhere.
    let trimmed = composed.trim().trim_end_matches(['.', ' ']);
    let mut name = match trimmed.strip_prefix('.') {
        Some(rest) => format!("_{rest}"),
        None => trimmed.to_owned(),
    };
    if name.is_empty() {
        name.push('_');
    }
    if is_device(&name) {
        name.insert(0, '_');
    }
    shortened(name)
}

/// Whether Windows would open a device: the part before the first dot counts, spaces before the dot do not.
fn is_device(name: &str) -> bool {
    let base = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    if DEVICES.contains(&base.as_str()) {
        return true;
    }
    let Some(number) = base.strip_prefix("com").or_else(|| base.strip_prefix("lpt")) else {
        return false;
    };
    let mut rest = number.chars();
    let digit = rest.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³'));
    digit && rest.next().is_none()
}

/// Cuts a name that is too long, and ends it with a piece of the whole name's hash.
fn shortened(name: String) -> String {
    if name.len() <= MAX_STEM_BYTES {
        return name;
    }
    let end = name.floor_char_boundary(MAX_STEM_BYTES - SHORTENED_DIGITS - 1);
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    let digest = hex(hasher);
    format!("{}~{}", &name[..end], &digest[..SHORTENED_DIGITS])
}

/// Lower-case letters and digits; `bin` when nothing is left.
fn safe_extension(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(MAX_EXTENSION_BYTES)
        .collect();
    if plain.is_empty() { String::from("bin") } else { plain }
}
