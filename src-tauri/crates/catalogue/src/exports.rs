//! Export requests on record. A request is written down before it is sent: the vendor has no list of them.

use domain::AccountId;
use jiff::Timestamp;
use rusqlite::Row;

use crate::accounts;
use crate::catalogue::Catalogue;
use crate::error::{Error, Result};
use crate::values::{self, Instant, StoredList, stored_enum};

stored_enum! {
    /// What came of an export request.
    ExportOutcome {
        /// Written down, no answer yet. If it stays so, the request may or may not have arrived.
        Sent = "sent",
        /// Accepted: the link comes by e-mail.
        Accepted = "accepted",
        /// Another export is still running.
        Busy = "busy",
        /// Refused.
        Refused = "refused",
        /// No answer.
        Unanswered = "unanswered",
    }
}

/// A request about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    /// Whose recordings.
    pub account: AccountId,
    /// What the account is called now.
    pub account_label: String,
    /// When.
    pub requested_at: Timestamp,
    /// The exact body.
    pub body_json: String,
    /// Who gets the link.
    pub recipients: Vec<String>,
}

/// A request on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRow {
    /// Our number of it.
    pub id: i64,
    /// What was asked.
    pub export: NewExport,
    /// What came of it.
    pub outcome: ExportOutcome,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// The vendor's words.
    pub message: Option<String>,
    /// The vendor's correlation id.
    pub correlation: Option<String>,
}

impl Catalogue {
    /// Writes a request down as sent and returns its number.
    pub fn record_export(&self, export: &NewExport) -> Result<i64> {
        self.write(|tx| {
            let account_no = accounts::number_on_record(tx, &export.account)?;
            tx.execute(
                "INSERT INTO exports (account_no, account_label, requested_ms, body_json, recipients, outcome)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    account_no,
                    &export.account_label,
                    Instant(export.requested_at),
                    &export.body_json,
                    values::list_value(&export.recipients),
                    ExportOutcome::Sent,
                ),
            )?;
            Ok(tx.last_insert_rowid())
        })
    }

    /// Writes down what came of a request.
    pub fn settle_export(
        &self,
        id: i64,
        outcome: ExportOutcome,
        status: Option<u16>,
        message: Option<&str>,
        correlation: Option<&str>,
    ) -> Result<()> {
        self.write(|tx| {
            let settled = tx.execute(
                "UPDATE exports SET outcome = ?2, status = ?3, message = ?4, correlation = ?5 WHERE id = ?1",
                (id, outcome, status, message, correlation),
            )?;
            if settled == 0 { Err(Error::not_found("export", &id)) } else { Ok(()) }
        })
    }

    /// All requests, newest first.
    pub fn exports(&self) -> Result<Vec<ExportRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT e.*, a.id AS account_id FROM exports e JOIN accounts a ON a.no = e.account_no
                 ORDER BY e.id DESC",
            )?;
            let rows = statement.query_map([], export_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn export_row(row: &Row<'_>) -> rusqlite::Result<ExportRow> {
    Ok(ExportRow {
        id: row.get("id")?,
        export: NewExport {
            account: AccountId::new(row.get::<_, String>("account_id")?),
            account_label: row.get("account_label")?,
            requested_at: row.get::<_, Instant>("requested_ms")?.0,
            body_json: row.get("body_json")?,
            recipients: row.get::<_, StoredList>("recipients")?.0,
        },
        outcome: row.get("outcome")?,
        status: row.get("status")?,
        message: row.get("message")?,
        correlation: row.get("correlation")?,
    })
}
