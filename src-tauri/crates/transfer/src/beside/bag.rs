//! A `BagIt` bag (RFC 8493): the audio below `data/`, and around it what proves that it is whole.

use std::fs;
use std::path::Path;

use super::Listed;
use crate::disk::hash_file;
use crate::error::{At, Error, Result};
use crate::whole::write_whole;

/// The folder of a bag that holds the payload.
pub const BAG_DATA: &str = "data";

/// What `bag-info.txt` says besides sizes (RFC 8493, 2.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BagInfo {
    /// `Bagging-Date`, `2026-05-07`.
    pub date: String,
    /// `Bag-Software-Agent`.
    pub software: String,
    /// `External-Description`.
    pub description: String,
}

/// Looks whether a bag of this software can be made in a folder: a bag that another program made there has manifests of its
/// own, which new files would make untrue.
///
/// # Errors
/// [`Error::NotWritable`] for a folder with such a bag.
pub fn check_bag_folder(folder: &Path, software: &str) -> Result<()> {
    if !folder.join("bagit.txt").exists() {
        return Ok(());
    }
    let info = fs::read_to_string(folder.join("bag-info.txt")).unwrap_or_default();
    let agent = info.lines().find_map(|line| line.strip_prefix("Bag-Software-Agent: "));
    if agent.is_some_and(|agent| agent.starts_with(software)) {
        return Ok(());
    }
    let reason = "it holds a bag of another program; choose another folder for this one".to_owned();
    Err(Error::NotWritable { path: folder.to_owned(), reason })
}

/// Writes the tag files of a bag whose payload lies in `folder/data` already. `known` are files of it whose hashes need
/// not be taken again; every other file found there is hashed now, because a bag with a file that no manifest names is
/// not valid. `tags` are further files in `folder` itself that the bag should vouch for. Returns the payload.
///
/// The tag manifest is written last: a bag that was left in the middle is no valid bag.
pub fn write_bag(
    folder: &Path,
    known: &[Listed],
    tags: &[&str],
    info: &BagInfo,
) -> Result<Vec<Listed>> {
    let payload = payload_of(folder, known)?;
    write_tags(folder, payload, tags, info)
}

/// Likewise for a payload that lies elsewhere: all that is known belongs to it, besides what is in the folder.
pub fn write_bag_of_absent(
    folder: &Path,
    known: &[Listed],
    tags: &[&str],
    info: &BagInfo,
) -> Result<Vec<Listed>> {
    let is_payload = |file: &&Listed| {
        file.path.strip_prefix(BAG_DATA).is_some_and(|below| below.starts_with('/'))
    };
    let mut payload = payload_of(folder, &[])?;
    payload.extend(known.iter().filter(is_payload).cloned());
    payload.sort();
    payload.dedup_by(|one, other| one.path == other.path);
    write_tags(folder, payload, tags, info)
}

fn write_tags(
    folder: &Path,
    payload: Vec<Listed>,
    tags: &[&str],
    info: &BagInfo,
) -> Result<Vec<Listed>> {
    let octets: u64 = payload.iter().map(|file| file.size_bytes).sum();
    let facts = format!(
        "Bagging-Date: {}\nBag-Software-Agent: {}\nExternal-Description: {}\nPayload-Oxum: {octets}.{}\n",
        one_line(&info.date),
        one_line(&info.software),
        one_line(&info.description),
        payload.len(),
    );
    write_whole(&folder.join("bag-info.txt"), facts.as_bytes())?;
    // After what says whose bag it is, so that one left in the middle is known as ours.
    write_whole(
        &folder.join("bagit.txt"),
        b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    )?;
    write_whole(&folder.join("manifest-sha256.txt"), manifest(&payload).as_bytes())?;
    let mut vouched = Vec::new();
    for name in ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"].iter().chain(tags) {
        let (size_bytes, sha256) = hash_file(&folder.join(name))?;
        vouched.push(Listed { path: (*name).to_owned(), size_bytes, sha256 });
    }
    vouched.sort();
    write_whole(&folder.join("tagmanifest-sha256.txt"), manifest(&vouched).as_bytes())?;
    Ok(payload)
}

/// Everything below `data/`, by path. Unfinished files of ours are no part of it.
fn payload_of(folder: &Path, known: &[Listed]) -> Result<Vec<Listed>> {
    let known: std::collections::HashMap<&str, &Listed> =
        known.iter().map(|file| (file.path.as_str(), file)).collect();
    let data = folder.join(BAG_DATA);
    fs::create_dir_all(&data).at(&data)?;
    let mut payload = Vec::new();
    let mut folders = vec![(data, BAG_DATA.to_owned())];
    while let Some((place, name)) = folders.pop() {
        for entry in fs::read_dir(&place).at(&place)? {
            let entry = entry.at(&place)?;
            let path = format!("{name}/{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().at(&entry.path())?;
            if kind.is_dir() {
                folders.push((entry.path(), path));
            } else if kind.is_file() && !is_unfinished(&path) {
                let size = entry.metadata().at(&entry.path())?.len();
                match known.get(path.as_str()) {
                    Some(file) if file.size_bytes == size => payload.push((*file).clone()),
                    _ => {
                        let (size_bytes, sha256) = hash_file(&entry.path())?;
                        payload.push(Listed { path, size_bytes, sha256 });
                    }
                }
            }
        }
    }
    payload.sort();
    Ok(payload)
}

fn is_unfinished(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.starts_with(".tapeshelf-")
}

/// `<hash>  <path>`; line breaks and percent signs in a path are percent-encoded (RFC 8493, 2.1.3).
fn manifest(files: &[Listed]) -> String {
    let mut text = String::new();
    for file in files {
        let path = file.path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D");
        text.extend([file.sha256.as_str(), "  ", path.as_str(), "\n"]);
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
