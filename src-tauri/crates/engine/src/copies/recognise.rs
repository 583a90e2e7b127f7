//! Which recording a file is: by its hash, by an id in its name, or by its length and size.

use std::path::{Path, PathBuf};

use catalogue::{Catalogue, CopyRecord, Likeness, StoredRecording};
use domain::{RecordingKey, Verdict};
use jiff::{SignedDuration, Timestamp};
use transfer::verify::Expected;

use super::adopt::Adopted;
use super::files::{Disks, could_be_mounted_on, folder_of};
use crate::error::Result;
use crate::verify::{evidence, judge_file};

/// Lengths closer than this are the same: MP3 pads to whole frames, vendors give whole seconds.
const SAME_LENGTH_MS: u64 = 1_100;
/// How far the clock of a file server may be from ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(10);

/// What a file turned out to be.
pub(super) struct Finding {
    pub(super) outcome: Adopted,
    pub(super) key: Option<RecordingKey>,
    /// As a sentence.
    pub(super) what: String,
    /// The copy to record, for [`Adopted::Adopted`].
    pub(super) copy: Option<CopyRecord>,
    /// The copy that it was under another path, for [`Adopted::FoundAgain`].
    pub(super) before: Option<CopyRecord>,
}

/// Knows what recordings can be recognised by. Likenesses are read when they are first needed.
pub(super) struct Recogniser<'a> {
    catalogue: &'a Catalogue,
    disks: Disks<'a>,
    likenesses: Option<Vec<Likeness>>,
    now: Timestamp,
}

impl<'a> Recogniser<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, disks: Disks<'a>, now: Timestamp) -> Self {
        Self { catalogue, disks, likenesses: None, now }
    }

    /// Looks at one file. `name` is what it is called, which in an archive is not what its path says. A file that lies where
    /// it stays is a copy of its own; what is in an archive is worth unpacking only where there is no copy.
    pub(super) fn look_at(&mut self, path: &Path, name: &str, stays: bool) -> Result<Finding> {
        let (size_bytes, sha256) = self.disks.hash(path)?;
        let same = self.catalogue.copies_with_hash(&sha256)?;
        let is_this =
            |copy: &CopyRecord| copy.place.is_none() && self.is_same_file(&copy.path, path);
        if let Some((key, copy)) = same.iter().find(|(_, copy)| stays && is_this(copy)) {
            if copy.is_spoilt() {
                return Ok(Finding::again(*key, copy, "It is as it was when it was verified."));
            }
            let what = "Its copy is known already.";
            return Ok(Finding::plain(Adopted::AlreadyKnown, Some(*key), what));
        }
        // Two recordings may have the same bytes; the one whose copy is missing is the one to mend.
        // A file that stays where it is takes the place of no copy on a disk that may only be unplugged: it is one more. No file
        // takes the place of one in a folder that does not answer.
        let is_gone = |copy: &CopyRecord| {
            self.is_there(copy).is_ok_and(|is_there| !is_there)
                && (!stays || self.is_disk_connected(copy, path))
        };
        if let Some((key, copy)) = same.iter().find(|(_, copy)| is_gone(copy)) {
            let what = format!("It was at {} before.", copy.path.display());
            return Ok(Finding::again(*key, copy, what));
        }
        if let Some((key, known)) = same.first() {
            // Of which recording it would be one more copy, nobody can tell where several have these bytes.
            let is_of_one = same.iter().all(|(other, _)| other == key);
            if stays && is_of_one {
                return Ok(self.one_more(*key, known, path));
            }
            let what = "Its copy is known already.";
            return Ok(Finding::plain(Adopted::AlreadyKnown, Some(*key), what));
        }
        let (key, how) = match self.by_name(name)? {
            Guess::One(key) => (key, How::Id),
            Guess::Several => {
                let what = "Its name holds the ids of several recordings.";
                return Ok(Finding::plain(Adopted::Ambiguous, None, what));
            }
            Guess::None => match self.by_likeness(path, size_bytes)? {
                Guess::One(key) => (key, How::Likeness),
                Guess::Several => {
                    let what =
                        "Several recordings are as long as this one, and its name holds no id.";
                    return Ok(Finding::plain(Adopted::Ambiguous, None, what));
                }
                Guess::None => {
                    let what = "No recording has this id, or this length and size.";
                    return Ok(Finding::plain(Adopted::NoMatch, None, what));
                }
            },
        };
        let Some(stored) = self.catalogue.recording(key)? else {
            return Ok(Finding::plain(
                Adopted::NoMatch,
                None,
                "Its recording is gone from the index.",
            ));
        };
        if let Some(copy) = stored.copies().find(|copy| self.is_there(copy).unwrap_or(false)) {
            let where_ = copy.path.display();
            let what = format!("Its recording has a copy with other bytes already, at {where_}.");
            return Ok(Finding::plain(Adopted::AlreadyKnown, Some(key), what));
        }
        self.judge(path, size_bytes, sha256, &stored, how)
    }

    /// The bytes of a copy that was verified, once more.
    fn one_more(&self, key: RecordingKey, known: &CopyRecord, path: &Path) -> Finding {
        let what = format!("It has the very bytes of the copy at {}.", known.path.display());
        let copy = CopyRecord {
            path: path.to_owned(),
            place: None,
            verified_at: self.now,
            checked: None,
            ..known.clone()
        };
        Finding { copy: Some(copy), ..Finding::plain(Adopted::Adopted, Some(key), what) }
    }

    fn judge(
        &self,
        path: &Path,
        size_bytes: u64,
        sha256: String,
        stored: &StoredRecording,
        how: How,
    ) -> Result<Finding> {
        let recording = &stored.recording;
        let expected = Expected {
            announced_bytes: None,
            vendor_bytes: recording.size_bytes,
            duration_ms: recording.duration_ms,
            format: recording.format.clone(),
        };
        let file = path.to_owned();
        let judged =
            self.disks.read(folder_of(path), move || judge_file(&file, size_bytes, &expected))?;
        let (facts, remarks) = match judged {
            Verdict::Verified(facts) => (facts, Vec::new()),
            Verdict::Remarked(facts, remarks) => (facts, remarks),
            Verdict::Rejected(why) => {
                return Ok(Finding::plain(Adopted::Refused, Some(stored.key), why.to_string()));
            }
        };
        let mut remarks: Vec<String> = remarks.iter().map(ToString::to_string).collect();
        let what = match how {
            How::Id => "Recognised by the id in its name; it decodes to the end.".to_owned(),
            How::Likeness => {
                let what = "Recognised by its length and size alone, not by an id.".to_owned();
                remarks.push(what.clone());
                what
            }
        };
        let copy = CopyRecord {
            path: path.to_owned(),
            place: None,
            size_bytes,
            sha256,
            verified_at: self.now,
            evidence: evidence(&facts),
            remarks,
            checked: None,
        };
        let plain = Finding::plain(Adopted::Adopted, Some(stored.key), what);
        Ok(Finding { copy: Some(copy), ..plain })
    }

    /// By the whole name, or by a piece of it that is an id.
    fn by_name(&self, name: &str) -> Result<Guess> {
        let mut found: Vec<RecordingKey> = Vec::new();
        for candidate in id_candidates(name) {
            for key in self.catalogue.keys_with_id(&candidate)? {
                if !found.contains(&key) {
                    found.push(key);
                }
            }
        }
        Ok(Guess::of(&found))
    }

    /// Only a recording that is as long, and as large if its size is known, and the only one that is.
    fn by_likeness(&mut self, path: &Path, size_bytes: u64) -> Result<Guess> {
        let file = path.to_owned();
        let probed = self.disks.read(folder_of(path), move || Ok(audio::probe(&file)))?;
        let Ok(facts) = probed else { return Ok(Guess::None) };
        let length_ms = facts.decoded_ms();
        let likenesses = match &mut self.likenesses {
            Some(likenesses) => likenesses,
            none => none.insert(self.catalogue.likenesses()?),
        };
        let fits = |likeness: &&Likeness| {
            !likeness.has_copy
                && likeness.duration_ms.is_some_and(|ms| ms.abs_diff(length_ms) <= SAME_LENGTH_MS)
                && likeness.vendor_bytes.is_none_or(|bytes| bytes == size_bytes)
        };
        let found: Vec<_> =
            likenesses.iter().filter(fits).take(2).map(|likeness| likeness.key).collect();
        Ok(Guess::of(&found))
    }

    /// Whether a copy is there with the size it had. Whether an object of a bucket is, is not asked here; the check of copies
    /// does.
    fn is_there(&self, copy: &CopyRecord) -> Result<bool> {
        if copy.place.is_some() {
            return Ok(true);
        }
        let (path, size_bytes) = (copy.path.clone(), copy.size_bytes);
        let is_there =
            move || Ok(std::fs::metadata(path).is_ok_and(|file| file.len() == size_bytes));
        self.disks.ask(folder_of(&copy.path), is_there)
    }

    /// [`is_disk_connected`], and its folder answers.
    fn is_disk_connected(&self, missing: &CopyRecord, found: &Path) -> bool {
        let (copy, found) = (missing.clone(), found.to_owned());
        let is_connected = move || Ok(is_disk_connected(&copy, &found));
        self.disks.ask(folder_of(&missing.path), is_connected).unwrap_or(false)
    }

    /// Whether two paths lead to one file, also through links.
    fn is_same_file(&self, one: &Path, other: &Path) -> bool {
        let real = |path: &Path| {
            let asked = path.to_owned();
            let real = move || Ok(std::fs::canonicalize(asked).ok());
            self.disks.ask(folder_of(path), real).ok().flatten()
        };
        one == other || real(one).is_some_and(|one| real(other) == Some(one))
    }
}

#[derive(Clone, Copy)]
enum How {
    Id,
    Likeness,
}

enum Guess {
    None,
    One(RecordingKey),
    Several,
}

impl Guess {
    fn of(found: &[RecordingKey]) -> Self {
        match found {
            [] => Self::None,
            [one] => Self::One(*one),
            _ => Self::Several,
        }
    }
}

impl Finding {
    fn plain(outcome: Adopted, key: Option<RecordingKey>, what: impl Into<String>) -> Self {
        Self { outcome, key, what: what.into(), copy: None, before: None }
    }

    fn again(key: RecordingKey, before: &CopyRecord, what: impl Into<String>) -> Self {
        let plain = Self::plain(Adopted::FoundAgain, Some(key), what);
        Self { before: Some(before.clone()), ..plain }
    }
}

/// Whether the disk that a missing copy was on is connected, as far as can be told from `found`, a file with its bytes. It is
/// where the folder is there still, or where both were in one folder of the disk that `found` is on, so that the folder
/// between was moved. The root of the file system is no such folder: disks are mounted below it. Below any other a disk may be
/// mounted as well; so a file that was made after the copy was verified is another one, and proves no move.
fn is_disk_connected(missing: &CopyRecord, found: &Path) -> bool {
    let there = missing.path.ancestors().skip(1).find(|folder| folder.is_dir());
    if there.is_none_or(|folder| could_be_mounted_on(folder, missing.verified_at)) {
        return false;
    }
    if missing.path.parent() == there {
        return true;
    }
    let in_both = missing.path.ancestors().find(|folder| found.starts_with(folder));
    in_both.is_some_and(|folder| {
        let is_inside_a_disk = folder.parent().is_some() || cfg!(windows);
        // Where the system does not tell disks apart, a path says which one it is.
        is_inside_a_disk
            && transfer::disk_of(folder) == transfer::disk_of(found)
            && !is_made_after(found, missing.verified_at)
    })
}

/// Whether a file was made well after then. What is moved keeps the time when it was made; `false` where the file system
/// keeps no such time.
fn is_made_after(file: &Path, at: Timestamp) -> bool {
    let made = std::fs::metadata(file).and_then(|found| found.created());
    let made = made.ok().and_then(|made| Timestamp::try_from(made).ok());
    made.is_some_and(|made| made.duration_since(at) > CLOCKS_APART)
}

/// Pieces of a file name that may be ids: all of it, what stands between characters that ids do not have, and UUIDs
/// wherever they stand. A number such as a copy's ` (2)` is dropped first.
fn id_candidates(name: &str) -> Vec<String> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let path = PathBuf::from(file);
    let stem =
        path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    let plain = match stem.rsplit_once(" (") {
        Some((before, number)) if number.trim_end_matches(')').parse::<u32>().is_ok() => before,
        _ => stem.as_str(),
    };
    let mut candidates = vec![plain.to_owned()];
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '-';
    for piece in plain.split(|c: char| !is_inside(c)).filter(|piece| piece.len() >= 6) {
        candidates.push(piece.to_owned());
        // A UUID at the end of `2026-05-07-<uuid>`.
        if piece.len() > 36
            && let Some(tail) = piece.get(piece.len() - 36..)
            && uuid::Uuid::try_parse(tail).is_ok()
        {
            candidates.push(tail.to_owned());
        }
    }
    candidates.dedup();
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy_at(path: &Path, verified_at: Timestamp) -> CopyRecord {
        CopyRecord {
            path: path.to_owned(),
            place: None,
            size_bytes: 5,
            sha256: String::new(),
            verified_at,
            evidence: String::new(),
            remarks: Vec::new(),
            checked: None,
        }
    }

    #[test]
    fn a_folder_that_was_moved_is_told_from_a_disk_that_is_unplugged() {
        let dir = tempfile::tempdir().unwrap();
        let found = dir.path().join("archive/a.mp3");
        std::fs::create_dir(dir.path().join("archive")).unwrap();
        std::fs::write(&found, "sound").unwrap();
        let now = Timestamp::now();
        let (before, later) =
            (now - SignedDuration::from_hours(1), now + SignedDuration::from_hours(1));
        let is_connected = |missing: &str, verified_at| {
            is_disk_connected(&copy_at(&dir.path().join(missing), verified_at), &found)
        };
        assert!(is_connected("archive/b.mp3", later), "its folder is there");
        assert!(is_connected("archive/b.mp3", before));
        assert!(is_connected("calls/2026/a.mp3", later), "its folder was moved");
        let unplugged = if cfg!(windows) { r"Q:\calls\a.mp3" } else { "/no such disk/calls/a.mp3" };
        assert!(!is_disk_connected(&copy_at(Path::new(unplugged), later), &found));
        // A disk was mounted on a folder of its own beside the one that was searched.
        std::fs::create_dir(dir.path().join("stick")).unwrap();
        for missing in ["stick/a.mp3", "stick/calls/a.mp3"] {
            assert!(!is_connected(missing, later), "{missing}: nothing was ever removed there");
        }
        assert!(is_connected("stick/a.mp3", before), "something was removed there");
        // Its folder went with it: only a file as old as the copy can be the copy.
        let keeps_times = std::fs::metadata(&found).unwrap().created().is_ok();
        assert_eq!(is_connected("ejected/calls/a.mp3", before), !keeps_times);
    }

    #[test]
    fn ids_are_found_wherever_they_stand_in_a_name() {
        let id = "8f6a2b1c-0d3e-4f5a-9b8c-7d6e5f4a3b2c";
        for name in [
            format!("{id}.mp3"),
            format!("sub/folder/{id}.mp3"),
            format!("2026-05-07_09-45_+9198_{id}.mp3"),
            format!("2026-05-07_{id} (2).wav"),
            format!("call-2026-{id}.mp3"),
        ] {
            assert!(id_candidates(&name).contains(&id.to_owned()), "{name}");
        }
    }
}
