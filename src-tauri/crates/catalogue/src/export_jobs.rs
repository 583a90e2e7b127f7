//! Export jobs of VBC on record: what the vendor last said of each, and where its archive was saved.

use std::path::{Path, PathBuf};

use domain::{AccountId, ExportJob, ExportJobStatus, RecordingList, VendorJobId};
use jiff::Timestamp;
use rusqlite::{Row, named_params};

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, StoredPath, count, path_value};

/// A job on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportJobRow {
    /// Whose.
    pub account: AccountId,
    /// Of which list.
    pub list: RecordingList,
    /// What the vendor last said.
    pub job: ExportJob,
    /// When it was asked for from here; `None` for a job made elsewhere.
    pub requested_at: Option<Timestamp>,
    /// The body of that request.
    pub body_json: Option<String>,
    /// When the vendor was last asked about it.
    pub checked_at: Option<Timestamp>,
    /// Where its archive was saved.
    pub archive: Option<PathBuf>,
}

impl Catalogue {
    /// Writes down what the vendor said of a job. `export` is the number of the request that made it, if that came from
    /// here. `checked` is false for a job of which nothing but the id is known yet.
    pub fn note_export_job(
        &self,
        account: &AccountId,
        list: &RecordingList,
        job: &ExportJob,
        export: Option<i64>,
        checked: bool,
        now: Timestamp,
    ) -> Result<()> {
        self.write(|tx| {
            let account_no = accounts::number_on_record(tx, account)?;
            tx.execute(
                "INSERT INTO export_jobs (account_no, job_id, list, status, failed, files_completed, files_total,
                   download_url, valid_until_ms, export_id, first_seen_ms, checked_ms)
                 VALUES (:account_no, :job_id, :list, :status, :failed, :files_completed, :files_total,
                   :download_url, :valid_until, :export, :now, :checked)
                 ON CONFLICT (account_no, job_id) DO UPDATE SET
                   status = excluded.status, failed = excluded.failed,
                   files_completed = coalesce(excluded.files_completed, files_completed),
                   files_total = coalesce(excluded.files_total, files_total),
                   download_url = coalesce(excluded.download_url, download_url),
                   valid_until_ms = coalesce(excluded.valid_until_ms, valid_until_ms),
                   export_id = coalesce(excluded.export_id, export_id),
                   checked_ms = coalesce(excluded.checked_ms, checked_ms)",
                named_params! {
                    ":account_no": account_no,
                    ":job_id": job.id.as_str(),
                    ":list": list.to_string(),
                    ":status": job.status.to_string(),
                    ":failed": matches!(job.status, ExportJobStatus::Failed(_)),
                    ":files_completed": job.files_completed.map(count),
                    ":files_total": job.files_total.map(count),
                    ":download_url": job.download_url,
                    ":valid_until": job.valid_until.map(Instant),
                    ":export": export,
                    ":now": Instant(now),
                    ":checked": checked.then_some(Instant(now)),
                },
            )?;
            Ok(())
        })
    }

    /// Remembers where the archive of a job was saved.
    pub fn note_archive(
        &self,
        account: &AccountId,
        job: &VendorJobId,
        archive: &Path,
    ) -> Result<()> {
        self.write(|tx| {
            let account_no = accounts::number_on_record(tx, account)?;
            let noted = tx.execute(
                "UPDATE export_jobs SET archive = ?3 WHERE account_no = ?1 AND job_id = ?2",
                (account_no, job.as_str(), path_value(archive)?),
            )?;
            if noted == 0 { Err(Error::not_found("export job", job)) } else { Ok(()) }
        })
    }

    /// The jobs of all accounts, newest first.
    pub fn export_jobs(&self) -> Result<Vec<ExportJobRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT j.*, a.id AS account_id, e.requested_ms, e.body_json
                 FROM export_jobs j JOIN accounts a ON a.no = j.account_no LEFT JOIN exports e ON e.id = j.export_id
                 ORDER BY coalesce(e.requested_ms, j.first_seen_ms) DESC, j.job_id DESC",
            )?;
            let rows = statement.query_map([], export_job_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn export_job_row(row: &Row<'_>) -> rusqlite::Result<ExportJobRow> {
    let (list, status): (String, String) = (row.get("list")?, row.get("status")?);
    let failed: bool = row.get("failed")?;
    Ok(ExportJobRow {
        account: AccountId::new(row.get::<_, String>("account_id")?),
        list: RecordingList::parse(&list).unwrap_or_default(),
        job: ExportJob {
            id: VendorJobId::new(row.get::<_, String>("job_id")?),
            status: match status.as_str() {
                _ if failed => ExportJobStatus::Failed(status),
                "running" => ExportJobStatus::Running,
                "complete" => ExportJobStatus::Complete,
                _ => ExportJobStatus::Other(status),
            },
            files_completed: values::optional_count(row, "files_completed")?,
            files_total: values::optional_count(row, "files_total")?,
            download_url: row.get("download_url")?,
            valid_until: values::instant(row, "valid_until_ms")?,
        },
        requested_at: values::instant(row, "requested_ms")?,
        body_json: row.get("body_json")?,
        checked_at: values::instant(row, "checked_ms")?,
        archive: row.get::<_, Option<StoredPath>>("archive")?.map(|path| path.0),
    })
}
