//! Conditions on what only the file has: what few people narrow by is not worth memory for a million rows.
//!
//! The file is read once for a condition; which rows it is true of is kept until rows change, so that a search that grows by
//! another word does not read it again. The reasons of holds come the same way, for every search that looks for words.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use domain::query::values::{Comparison, Cost};
use domain::query::{Condition, Has, Query};
use domain::text::fold;
use rusqlite::Transaction;
use rusqlite::types::ValueRef;

use super::super::bits::Bits;
use super::super::rows::Rows;
use super::super::{Mirror, Question, lock};
use super::Context;
use crate::copies;
use crate::error::Result;

/// How many answers are kept: a bit a row each.
const KEPT_ANSWERS: usize = 12;

/// A column that only the file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    BilledMs,
    StorageDays,
    StorageRate,
    Ended,
    FirstSeen,
    Verified,
    Rules,
    FileName,
    Address,
}

impl Column {
    /// An expression over `recordings`, null where there is no value.
    fn expression(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::BilledMs => "billed_s * 1000",
            Self::StorageDays => "storage_days",
            Self::StorageRate => "storage_rate",
            Self::Ended => "ended_ms",
            Self::FirstSeen => "first_seen_ms",
            Self::Verified => return copies::of_best("verified_ms", "recordings").into(),
            Self::Rules => "nullif(rule_ids, '[]')",
            Self::FileName => "nullif(file_name, '')",
            Self::Address => "nullif(media_url, '')",
        })
    }
}

/// What is asked of a column, with days resolved and texts folded.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    /// A whole number from the first (included) to the second (excluded).
    Between(Column, i64, i64),
    /// A price of storage.
    Rate(Comparison<Cost>),
    /// A text with this in it.
    Containing(Column, String),
    /// One of these in the list of rules.
    Rule(Vec<String>),
    /// Any value.
    There(Column),
}

impl Asked {
    /// What a condition asks of the file; `None` when the rows in memory know.
    fn by(condition: &Condition, context: &Context<'_>) -> Option<Self> {
        let counts = |column, (first, past): (u64, Option<u64>)| {
            let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
            Self::Between(column, number(first), past.map_or(i64::MAX, number))
        };
        let days = |column, span: &domain::query::dates::DateSpan| {
            let (first, past) = span.bounds(context.now, context.zone);
            Self::Between(column, first, past)
        };
        Some(match condition {
            Condition::Billed(is) => counts(Column::BilledMs, is.bounds()),
            Condition::Storage(is) => counts(Column::StorageDays, is.bounds()),
            Condition::Rate(is) => Self::Rate(*is),
            Condition::Ended(span) => days(Column::Ended, span),
            Condition::Seen(span) => days(Column::FirstSeen, span),
            Condition::Verified(span) => days(Column::Verified, span),
            Condition::Rule(list) => Self::Rule(list.iter().map(|text| fold(text)).collect()),
            Condition::File(text) => Self::Containing(Column::FileName, fold(text)),
            Condition::Address(text) => Self::Containing(Column::Address, fold(text)),
            _ => return None,
        })
    }

    fn for_there(has: Has) -> Option<Self> {
        Some(Self::There(match has {
            Has::Billed => Column::BilledMs,
            Has::Storage => Column::StorageDays,
            Has::Rate => Column::StorageRate,
            Has::Ended => Column::Ended,
            Has::Verified => Column::Verified,
            Has::Rule => Column::Rules,
            Has::File => Column::FileName,
            Has::Address => Column::Address,
            _ => return None,
        }))
    }

    fn column(&self) -> Column {
        match self {
            Self::Between(column, ..) | Self::Containing(column, _) | Self::There(column) => {
                *column
            }
            Self::Rate(_) => Column::StorageRate,
            Self::Rule(_) => Column::Rules,
        }
    }

    fn holds(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (_, ValueRef::Null) => false,
            (Self::There(_), _) => true,
            (Self::Between(_, first, past), ValueRef::Integer(value)) => {
                (*first..*past).contains(&value)
            }
            (Self::Rate(is), ValueRef::Real(value)) => is.holds(value),
            (Self::Containing(_, part), ValueRef::Text(text)) => {
                std::str::from_utf8(text).is_ok_and(|text| fold(text).contains(part))
            }
            (Self::Rule(wanted), ValueRef::Text(text)) => {
                let rules: Vec<String> = serde_json::from_slice(text).unwrap_or_default();
                rules.iter().any(|rule| wanted.contains(&fold(rule)))
            }
            _ => false,
        }
    }

    fn rows(&self, tx: &Transaction<'_>, rows: &Rows) -> Result<Bits> {
        let sql = format!("SELECT key, {} FROM recordings", self.column().expression());
        let mut statement = tx.prepare_cached(&sql)?;
        let mut found = statement.query([])?;
        let mut with = Bits::none(rows.len());
        while let Some(row) = found.next()? {
            if self.holds(row.get_ref(1)?)
                && let Some(number) = rows.row_of(row.get(0)?)
            {
                with.add(number);
            }
        }
        Ok(with)
    }
}

/// Why rows are on hold: row and folded reason.
type Reasons = Vec<(usize, String)>;

/// What one search has of the file.
#[derive(Debug, Default)]
pub(in crate::mirror) struct OfFile {
    answers: Vec<(Asked, Arc<Bits>)>,
    reasons: Arc<Reasons>,
}

impl OfFile {
    /// The rows a condition is true of; `None` when the file has nothing to do with it.
    pub(super) fn rows_with(&self, condition: &Condition, context: &Context<'_>) -> Option<&Bits> {
        self.answer(&Asked::by(condition, context)?)
    }

    /// The rows that have something that only the file has.
    pub(super) fn rows_with_some(&self, has: Has) -> Option<&Bits> {
        self.answer(&Asked::for_there(has)?)
    }

    fn answer(&self, asked: &Asked) -> Option<&Bits> {
        self.answers.iter().find(|(known, _)| known == asked).map(|(_, rows)| rows.as_ref())
    }

    /// Adds the rows that are on hold for a reason with this in it.
    pub(super) fn add_held_because(&self, text: &str, rows: &mut Bits) {
        let because = self.reasons.iter().filter(|(_, reason)| reason.contains(text));
        because.for_each(|(row, _)| rows.add(*row));
    }
}

/// What was read from the file, each for a version of the rows.
#[derive(Debug, Default)]
pub(in crate::mirror) struct KeptAnswers {
    answers: Mutex<Vec<(u64, Asked, Arc<Bits>)>>,
    reasons: Mutex<Option<(u64, Arc<Reasons>)>>,
}

impl KeptAnswers {
    /// Forgets everything, for other rows.
    pub(in crate::mirror) fn clear(&self) {
        lock(&self.answers).clear();
        *lock(&self.reasons) = None;
    }

    fn answer(
        &self,
        tx: &Transaction<'_>,
        rows: &Rows,
        asked: &Asked,
        keep: bool,
    ) -> Result<Arc<Bits>> {
        let is_known =
            |known: &&(u64, Asked, Arc<Bits>)| known.0 == rows.version && known.1 == *asked;
        if let Some(known) = lock(&self.answers).iter().find(is_known) {
            return Ok(Arc::clone(&known.2));
        }
        let found = Arc::new(asked.rows(tx, rows)?);
        if keep {
            let mut answers = lock(&self.answers);
            answers.retain(|known| known.0 == rows.version);
            answers.insert(0, (rows.version, asked.clone(), Arc::clone(&found)));
            answers.truncate(KEPT_ANSWERS);
        }
        Ok(found)
    }

    fn reasons(&self, tx: &Transaction<'_>, rows: &Rows, keep: bool) -> Result<Arc<Reasons>> {
        if let Some((version, reasons)) = lock(&self.reasons).as_ref()
            && *version == rows.version
        {
            return Ok(Arc::clone(reasons));
        }
        let mut statement = tx.prepare_cached(
            "SELECT r.key, n.hold_reason FROM annotations n JOIN recordings r USING (account_no, recording_id)
             WHERE n.hold_name IS NOT NULL AND n.hold_reason <> ''",
        )?;
        let mut found = statement.query([])?;
        let mut reasons = Vec::new();
        while let Some(row) = found.next()? {
            if let Some(number) = rows.row_of(row.get(0)?) {
                reasons.push((number, fold(&row.get::<_, String>(1)?)));
            }
        }
        let reasons = Arc::new(reasons);
        if keep {
            *lock(&self.reasons) = Some((rows.version, Arc::clone(&reasons)));
        }
        Ok(reasons)
    }
}

impl Question<'_> {
    /// Whether it asks for what only the file has.
    fn asks_file(&self) -> bool {
        asks_file(self.query)
    }
}

fn asks_file(query: &Query) -> bool {
    match query {
        Query::All(list) | Query::Any(list) => list.iter().any(asks_file),
        Query::Not(inner) => asks_file(inner),
        Query::Is(condition) => match condition {
            Condition::Word(_)
            | Condition::Hold(_)
            | Condition::Billed(_)
            | Condition::Storage(_)
            | Condition::Rate(_)
            | Condition::Ended(_)
            | Condition::Seen(_)
            | Condition::Verified(_)
            | Condition::Rule(_)
            | Condition::File(_)
            | Condition::Address(_) => true,
            Condition::Has(list) => list.iter().any(|has| Asked::for_there(*has).is_some()),
            _ => false,
        },
    }
}

fn asked_by(query: &Query, context: &Context<'_>, all: &mut Vec<Asked>) {
    match query {
        Query::All(list) | Query::Any(list) => {
            for part in list {
                asked_by(part, context, all);
            }
        }
        Query::Not(inner) => asked_by(inner, context, all),
        Query::Is(Condition::Has(list)) => {
            all.extend(list.iter().filter_map(|has| Asked::for_there(*has)));
        }
        Query::Is(condition) => all.extend(Asked::by(condition, context)),
    }
}

impl Mirror {
    /// The version of the rows, if they have been read. Taken before a transaction reads, it tells whether that one is as new
    /// as they are.
    pub(crate) fn version(&self) -> Option<u64> {
        self.read().as_ref().map(|rows| rows.version)
    }

    /// What a question needs of the file. `version` was that of the rows before the transaction began to read.
    pub(in crate::mirror) fn of_file(
        &self,
        tx: &Transaction<'_>,
        rows: &Rows,
        question: &Question<'_>,
        context: &Context<'_>,
        version: Option<u64>,
    ) -> Result<OfFile> {
        if !question.asks_file() {
            return Ok(OfFile::default());
        }
        // An older view of the file answers this search; it is not kept for the next.
        let keep = version == Some(rows.version);
        let kept = self.orders.answers();
        let mut asked = Vec::new();
        asked_by(question.query, context, &mut asked);
        let mut of_file = OfFile { reasons: kept.reasons(tx, rows, keep)?, ..OfFile::default() };
        for asked in asked {
            let answer = kept.answer(tx, rows, &asked, keep)?;
            of_file.answers.push((asked, answer));
        }
        Ok(of_file)
    }
}
