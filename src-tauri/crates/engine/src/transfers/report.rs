//! What a job did not save, and why: a list for a person, or for the provider's support, whenever it is asked for. It has the
//! columns of the lists that come along with the audio.

use std::collections::HashMap;
use std::path::PathBuf;

use catalogue::{ItemFilter, ItemRecord, ItemState};
use domain::JobId;
use transfer::beside::csv_table;
use transfer::write_whole;

use super::active::zone_of;
use super::entry::{Entry, Failure, HEADER};
use super::options::JobOptions;
use crate::Engine;
use crate::error::Result;

impl Engine {
    /// The name that the dialog for [`Engine::write_job_report`] should offer.
    pub async fn suggested_report_name(&self, id: &JobId) -> Result<String> {
        let record = self.job_record(id).await?;
        let day = record.created_at.to_zoned(self.settings().await?.zone()).date();
        Ok(format!("Not saved of {day}.csv"))
    }

    /// Writes what a job did not save as a table, in place of what is there: failed files with the provider's own words, those
    /// that were cancelled, and those that are still to come. Returns how many there are.
    ///
    /// # Errors
    /// `Stale` for a job that is not there any more, and those of the disk.
    pub async fn write_job_report(&self, id: &JobId, path: PathBuf) -> Result<u32> {
        let record = self.job_record(id).await?;
        let options = JobOptions::read(&record.options_json).options;
        let zone = zone_of(&options, self.settings().await?.zone());
        let accounts = self.accounts().await?.into_iter();
        let labels: HashMap<_, _> =
            accounts.map(|state| (state.account.id, state.account.label)).collect();
        let (catalogue, id) = (self.inner.catalogue.clone(), id.clone());
        let folder = path.parent().unwrap_or(&path).to_owned();
        let writing = self.inner.folders.site(&folder).work(move || {
            let states = [ItemState::Failed, ItemState::Cancelled, ItemState::Queued];
            let states =
                states.into_iter().chain([ItemState::Receiving, ItemState::Verifying]).collect();
            let filter = ItemFilter { states, ..ItemFilter::default() };
            // All at once: while the job runs, a page would shift as files before it are saved.
            let (_, items) = catalogue.find_items(&id, &filter, 0, u32::MAX)?;
            let out_of_index = catalogue.items_out_of_index(&id)?;
            let mut entries = Vec::new();
            for item in items {
                // Its account was removed: which one it was is still known, and what became of it.
                if let Some((account, recording)) = out_of_index.get(&item.position) {
                    let (account, why) = (account.clone(), failure(item));
                    entries.push(Entry::not_saved_out_of_index(recording, account, why));
                    continue;
                }
                let Some(stored) = catalogue.recording(item.key)? else { continue };
                let label = labels.get(&stored.account).cloned().unwrap_or_default();
                entries.push(Entry::not_saved(&stored, label, &zone, failure(item)));
            }
            write_whole(&path, &csv_table(&HEADER, entries.iter().map(Entry::cells)))?;
            Ok(u32::try_from(entries.len()).unwrap_or(u32::MAX))
        });
        writing.await
    }
}

fn failure(item: ItemRecord) -> Failure {
    let (status, why) = match item.state {
        ItemState::Failed => ("not saved", "It could not be saved."),
        ItemState::Cancelled => ("cancelled", "It was cancelled."),
        ItemState::Receiving | ItemState::Verifying => ("not saved yet", "It is being fetched."),
        _ => ("not saved yet", "Its turn has not come."),
    };
    let why = item.note.unwrap_or_else(|| why.to_owned());
    Failure { status, why, reply_json: item.reply_json }
}
