//! How values are written into columns and read back: instants, large counts, paths, lists.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, Value, ValueRef};
use rusqlite::{Row, ToSql};

use crate::error::{Error, Result};

/// Defines an enum whose names stand in the database, with `as_str`, `parse` and the conversions of SQLite.
macro_rules! stored_enum {
    (
        $(#[$doc:meta])*
        $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $text:literal ),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_doc])* $variant, )+
        }

        impl $name {
            /// The name used in the database.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// Reads the name back.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $( $text => Some(Self::$variant), )+ _ => None }
            }
        }

        impl rusqlite::ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl rusqlite::types::FromSql for $name {
            fn column_result(value: rusqlite::types::ValueRef<'_>) -> rusqlite::types::FromSqlResult<Self> {
                let text = value.as_str()?;
                Self::parse(text).ok_or_else(|| crate::values::unknown_name(stringify!($name), text))
            }
        }
    };
}
pub(crate) use stored_enum;

/// The error for a name that no variant has.
pub(crate) fn unknown_name(kind: &str, text: &str) -> FromSqlError {
    FromSqlError::Other(format!("{text:?} is no {kind}").into())
}

/// An instant as UTC milliseconds. Finer parts are cut off. A number outside the calendar, which only damage can bring,
/// reads as its nearest end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl ToSql for Instant {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(self.0.as_millisecond().into())
    }
}

impl FromSql for Instant {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let ms = value.as_i64()?;
        let end = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Ok(Self(Timestamp::from_millisecond(ms).unwrap_or(end)))
    }
}

/// Cuts an instant to what a column keeps.
pub(crate) fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// A count for a column. SQLite's integers end at 2^63 − 1; what is larger cannot be true of a call.
pub(crate) fn count(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A count read back; columns are checked to hold none below zero.
pub(crate) fn uncount(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A path as text, or as bytes where it is not Unicode.
pub(crate) fn path_value(path: &Path) -> Result<Value> {
    if let Some(text) = path.to_str() {
        return Ok(Value::Text(text.to_owned()));
    }
    raw_path_value(path).ok_or_else(|| Error::UnstorablePath { path: path.to_owned() })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems cannot store such a path")]
fn raw_path_value(path: &Path) -> Option<Value> {
    use std::os::unix::ffi::OsStrExt;
    Some(Value::Blob(path.as_os_str().as_bytes().to_vec()))
}

#[cfg(not(unix))]
fn raw_path_value(_path: &Path) -> Option<Value> {
    None
}

/// A path read back.
pub(crate) struct StoredPath(pub(crate) PathBuf);

impl FromSql for StoredPath {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value {
            ValueRef::Text(_) => Ok(Self(PathBuf::from(value.as_str()?))),
            ValueRef::Blob(bytes) => raw_path(bytes).map(Self).ok_or(FromSqlError::InvalidType),
            _ => Err(FromSqlError::InvalidType),
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems cannot read such a path")]
fn raw_path(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn raw_path(_bytes: &[u8]) -> Option<PathBuf> {
    None
}

/// A list of texts as a JSON array.
pub(crate) fn list_value(list: &[String]) -> String {
    if list.is_empty() {
        return "[]".to_owned();
    }
    serde_json::Value::from(list).to_string()
}

/// A list of texts read back.
pub(crate) struct StoredList(pub(crate) Vec<String>);

impl FromSql for StoredList {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// The instant in a column that may be empty.
pub(crate) fn instant(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Instant>>(column)?.map(|at| at.0))
}

/// The count in a column that may be empty.
pub(crate) fn optional_count(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(uncount))
}

/// The count in a column.
pub(crate) fn whole_count(row: &Row<'_>, column: &str) -> rusqlite::Result<u64> {
    row.get(column).map(uncount)
}
