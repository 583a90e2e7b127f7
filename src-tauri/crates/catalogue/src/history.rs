//! Finding jobs and their items again, also long after they ended.

use domain::JobId;
use rusqlite::named_params;
use rusqlite::types::Value;

use crate::catalogue::Catalogue;
use crate::error::Result;
use crate::job_rows::{self, ITEMS, item_record, job_number};
use crate::job_state::{ItemState, JobState};
use crate::jobs::{ItemRecord, JobRecord};

/// Which jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// Stands in the label, the folder, a file name, a note, or an id of one of its recordings; empty for any.
    pub text: String,
    /// In one of these states; empty for any.
    pub states: Vec<JobState>,
}

/// Which items of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ItemFilter {
    /// Stands in the file name, the note, the recording's id or a party; empty for any.
    pub text: String,
    /// In one of these states; empty for any.
    pub states: Vec<ItemState>,
}

/// What stands somewhere in an item, with `:text` as a pattern of `LIKE`.
const ITEM_MATCHES: &str = "(i.name LIKE :text ESCAPE '\\' OR i.note LIKE :text ESCAPE '\\'
      OR i.recording_id LIKE :text ESCAPE '\\'
      OR EXISTS (SELECT 1 FROM recordings p WHERE p.account_no = i.account_no AND p.recording_id = i.recording_id
                 AND (p.from_party LIKE :text ESCAPE '\\' OR p.to_party LIKE :text ESCAPE '\\')))";

impl Catalogue {
    /// Jobs that match, newest first, with the number of all that do.
    pub fn find_jobs(
        &self,
        filter: &JobFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<JobRecord>)> {
        let states = names(filter.states.iter().map(|state| state.as_str()));
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT j.no FROM jobs j WHERE (:any_state OR j.state IN rarray(:states))
                   AND (:any_text OR j.label LIKE :text ESCAPE '\\' OR j.note LIKE :text ESCAPE '\\'
                     OR CAST(j.folder AS TEXT) LIKE :text ESCAPE '\\'
                     OR EXISTS (SELECT 1 FROM job_items i WHERE i.job_no = j.no AND {ITEM_MATCHES}))
                 ORDER BY j.no DESC"
            ))?;
            let found = statement.query_map(
                named_params! {
                    ":any_state": filter.states.is_empty(),
                    ":states": states,
                    ":any_text": filter.text.trim().is_empty(),
                    ":text": pattern(&filter.text),
                },
                |row| row.get(0),
            )?;
            let found: Vec<i64> = found.collect::<rusqlite::Result<_>>()?;
            let shown = found.iter().skip(offset as usize).take(limit as usize);
            let shown = shown.map(|no| job_rows::job_of(tx, *no)).collect::<Result<_>>()?;
            Ok((u32::try_from(found.len()).unwrap_or(u32::MAX), shown))
        })
    }

    /// Items of a job that match, by position, with the number of all that do.
    pub fn find_items(
        &self,
        id: &JobId,
        filter: &ItemFilter,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<ItemRecord>)> {
        let states = names(filter.states.iter().map(|state| state.as_str()));
        let which = format!(
            "i.job_no = :job AND (:any_state OR i.state IN rarray(:states)) AND (:any_text OR {ITEM_MATCHES})"
        );
        self.read(|tx| {
            let (job_no, _) = job_number(tx, id)?;
            let (any_state, any_text) = (filter.states.is_empty(), filter.text.trim().is_empty());
            let text = pattern(&filter.text);
            let total = tx
                .prepare_cached(&format!("SELECT count(*) FROM job_items i WHERE {which}"))?
                .query_row(
                    named_params! {
                        ":job": job_no, ":any_state": any_state, ":states": states,
                        ":any_text": any_text, ":text": text,
                    },
                    |row| row.get(0),
                )?;
            let mut statement = tx.prepare_cached(&format!(
                "{ITEMS} WHERE {which} ORDER BY i.position LIMIT :limit OFFSET :offset"
            ))?;
            let items = statement.query_map(
                named_params! {
                    ":job": job_no, ":any_state": any_state, ":states": states,
                    ":any_text": any_text, ":text": text, ":limit": limit, ":offset": offset,
                },
                item_record,
            )?;
            Ok((total, items.collect::<rusqlite::Result<_>>()?))
        })
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> std::rc::Rc<Vec<Value>> {
    std::rc::Rc::new(names.map(|name| Value::from(name.to_owned())).collect())
}

/// The text anywhere, its own `%` and `_` taken literally.
fn pattern(text: &str) -> String {
    let escaped: String = text
        .trim()
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    format!("%{escaped}%")
}
