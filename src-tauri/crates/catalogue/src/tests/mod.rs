//! What the index promises, from outside its tables.

mod annotations;
mod copies;
mod damage;
mod ingest;
mod jobs;
mod kill;
mod of_file;
mod pictures;
mod queue;
mod recorded;
mod records;
mod refusals;
mod repair;
mod scan;
mod search;
mod sync;

use std::path::Path;

use domain::{Account, AccountId, CallUuid, Recording, RecordingId, RecordingKey, Vendor};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::{Catalogue, CopyRecord};

/// An instant, in seconds of our own calendar.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

pub(crate) fn account(id: &str) -> Account {
    Account {
        id: AccountId::new(id),
        vendor: Vendor::Vobiz,
        label: format!("Office {id}"),
        auth_id: format!("MA_{id}"),
        base_url: "https://api.example.test/api/v1".to_owned(),
        page_size: 20,
        is_sandbox: false,
        time_zone: Some("Asia/Kolkata".to_owned()),
    }
}

pub(crate) fn recording(number: u32) -> Recording {
    Recording {
        id: RecordingId::new(format!("rec-{number:06}")),
        call_uuid: Some(CallUuid::new(format!("call-{}", number / 2))),
        media_url: Some(format!("https://media.example.test/rec-{number}.mp3")),
        format: Some("mp3".to_owned()),
        kind: Some("call".to_owned()),
        added_at: Some(at(i64::from(number) * 60 + 30)),
        started_at: Some(at(i64::from(number) * 60)),
        start_is_estimated: false,
        ended_at: Some(at(i64::from(number) * 60 + 25)),
        duration_ms: Some(u64::from(number) * 1000 + 500),
        billed_s: Some(60),
        from: Some(format!("+9198765{number:05}")),
        to: Some(format!("14155550{:03}", number % 1000)),
        direction: Some("inbound".to_owned()),
        caller_name: Some("Anna Österberg".to_owned()),
        conference_name: number.is_multiple_of(3).then(|| format!("Weekly {number}")),
        extensions: vec!["1001".to_owned()],
        storage_days: Some(3),
        storage_rate: Some(0.005),
        monthly_cost: Some(0.01),
        size_bytes: None,
        rule_ids: Vec::new(),
        file_name: None,
        raw: format!("{{\"recording_id\":\"rec-{number:06}\",\"n\":{number}}}"),
    }
}

pub(crate) fn recordings(numbers: impl IntoIterator<Item = u32>) -> Vec<Recording> {
    numbers.into_iter().map(recording).collect()
}

pub(crate) fn copy(name: &str) -> CopyRecord {
    CopyRecord {
        path: Path::new("/calls").join(name),
        place: None,
        size_bytes: 4321,
        sha256: "ab".repeat(32),
        verified_at: at(9_000),
        evidence: "mp3 · 8 kHz · mono · 0:25".to_owned(),
        remarks: Vec::new(),
        checked: None,
    }
}

/// An index with one account, `a`, in a folder of its own.
pub(crate) struct Bed {
    pub(crate) dir: TempDir,
    pub(crate) catalogue: Catalogue,
    pub(crate) account: AccountId,
}

impl Bed {
    pub(crate) fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert_eq!(note.repaired, None);
        catalogue.save_account(&account("a")).unwrap();
        Self { dir, catalogue, account: AccountId::new("a") }
    }

    /// An index with these recordings, brought by one complete run.
    pub(crate) fn with(list: &[Recording]) -> Self {
        let bed = Self::new();
        bed.sync(list, 0);
        bed
    }

    /// One complete run that brings this list in pages of ten. Returns how many became gone.
    pub(crate) fn sync(&self, list: &[Recording], second: i64) -> u64 {
        let run = self.catalogue.begin_sync(&self.account, at(second)).unwrap();
        for page in list.chunks(10) {
            self.catalogue.store_page(&run, page, at(second)).unwrap();
        }
        self.catalogue.finish_sync(run, true, Some(list.len() as u64), at(second)).unwrap()
    }

    pub(crate) fn key(&self, number: u32) -> RecordingKey {
        self.find(number).unwrap()
    }

    pub(crate) fn find(&self, number: u32) -> Option<RecordingKey> {
        self.catalogue.find(&self.account, &recording(number).id).unwrap()
    }

    /// Closes and opens it again.
    pub(crate) fn reopened(self) -> Self {
        let Self { dir, catalogue, account } = self;
        catalogue.close_cleanly().unwrap();
        drop(catalogue);
        let (catalogue, note) = Catalogue::open(dir.path()).unwrap();
        assert_eq!(note.repaired, None);
        Self { dir, catalogue, account }
    }
}
