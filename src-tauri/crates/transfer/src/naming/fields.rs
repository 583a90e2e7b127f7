//! The fields of a name template, and where each value comes from.

use domain::phone;
use jiff::{Timestamp, Zoned};

use super::form::Form;
use super::template::NameInput;

/// What a field holds, and so how it can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Words: `upper`, `lower`, `title`, `last4`.
    Text,
    /// A whole number: `04` is how many digits it has at least.
    Number,
    /// An instant: `%Y-%m-%d` as `strftime` writes it.
    Moment,
    /// A piece of a date, which has one form only.
    Fixed,
}

impl FieldKind {
    /// Formats to offer, without the colon.
    pub fn forms(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["upper", "lower", "title", "last4"],
            Self::Number => &["03", "04", "06"],
            Self::Moment => &["%Y-%m-%d", "%Y-%m-%d_%H-%M-%S", "%Y-W%V", "%B %Y", "%a", "%s"],
            Self::Fixed => &[],
        }
    }
}

/// One field a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What stands between the braces.
    pub name: &'static str,
    /// What it stands for, to read in the template's help.
    pub meaning: &'static str,
    /// How it can be written.
    pub kind: FieldKind,
}

const fn field(name: &'static str, kind: FieldKind, meaning: &'static str) -> Field {
    Field { name, meaning, kind }
}

/// Every field, in the order they are offered.
pub const FIELDS: &[Field] = &[
    field("date", FieldKind::Fixed, "Day of the call, 2026-05-07"),
    field("time", FieldKind::Fixed, "Time of the call, 09-45-35"),
    field("start", FieldKind::Moment, "Start of the call, 2026-05-07_09-45-35, or as you write it"),
    field("end", FieldKind::Moment, "End of the call, likewise"),
    field("added", FieldKind::Moment, "When the provider stored it, likewise"),
    field("year", FieldKind::Fixed, "Year, 2026"),
    field("month", FieldKind::Fixed, "Month, 05"),
    field("day", FieldKind::Fixed, "Day of the month, 07"),
    field("hour", FieldKind::Fixed, "Hour, 09"),
    field("minute", FieldKind::Fixed, "Minute, 45"),
    field("second", FieldKind::Fixed, "Second, 35"),
    field("from", FieldKind::Text, "Caller as the vendor wrote it"),
    field("to", FieldKind::Text, "Called party as the vendor wrote it"),
    field("from_digits", FieldKind::Text, "Caller, digits only"),
    field("to_digits", FieldKind::Text, "Called party, digits only"),
    field("id", FieldKind::Text, "Recording id"),
    field("call_uuid", FieldKind::Text, "Id of the call"),
    field("type", FieldKind::Text, "Type of recording: call, conference, trunk"),
    field("format", FieldKind::Text, "Format of the file by its content: mp3, wav"),
    field("duration", FieldKind::Fixed, "Length, 00-03-07 (hours, minutes, seconds)"),
    field("seconds", FieldKind::Number, "Length in whole seconds, 187"),
    field("conference", FieldKind::Text, "Conference name"),
    field("account", FieldKind::Text, "Name of the account"),
    field("index", FieldKind::Number, "Position in the download, from 0001"),
    field("position", FieldKind::Number, "The same, from 1"),
    field("direction", FieldKind::Text, "inbound or outbound, where the vendor says so"),
    field("caller", FieldKind::Text, "Caller's name, where the vendor says so"),
    field("extension", FieldKind::Text, "Extensions that took part, where the vendor says so"),
    field("file_name", FieldKind::Text, "The vendor's own name for the file, where it has one"),
];

/// What stands for a value the vendor did not give: the name stays readable, and the columns of a listing stay in line.
const MISSING: &str = "unknown";
/// The same for things most calls do not have.
const NONE: &str = "none";

/// The value of a field of [`FIELDS`], not yet made safe. Unknown names never get here: the template's parser refused
/// them.
pub(super) fn value(name: &str, form: &Form, input: &NameInput<'_>, extension: &str) -> String {
    let recording = input.recording;
    let text = |value: Option<&str>, absent: &str| match value.map(str::trim) {
        Some(value) if !value.is_empty() => form.text(value),
        _ => absent.to_owned(),
    };
    let moment = |at: Option<Timestamp>| {
        at.map_or_else(|| MISSING.to_owned(), |at| form.moment(&at.to_zoned(input.zone.clone())))
    };
    let position = u64::try_from(input.index).unwrap_or(u64::MAX).saturating_add(1);
    match name {
        "start" => moment(recording.when()),
        "end" => moment(recording.ended_at),
        "added" => moment(recording.added_at),
        "from" => text(recording.from.as_deref(), MISSING),
        "to" => text(recording.to.as_deref(), MISSING),
        "from_digits" => text(recording.from.as_deref().map(phone::digits).as_deref(), MISSING),
        "to_digits" => text(recording.to.as_deref().map(phone::digits).as_deref(), MISSING),
        "id" => text(Some(recording.id.as_str()), MISSING),
        "call_uuid" => text(recording.call_uuid.as_ref().map(domain::CallUuid::as_str), MISSING),
        "type" => text(recording.kind.as_deref(), MISSING),
        "format" => text(Some(extension), MISSING),
        "duration" => recording.duration_ms.map_or_else(|| MISSING.to_owned(), duration),
        "seconds" => {
            recording.duration_ms.map_or_else(|| MISSING.to_owned(), |ms| form.number(ms / 1000, 1))
        }
        "conference" => text(recording.conference_name.as_deref(), NONE),
        "account" => text(Some(input.account_label), MISSING),
        "index" => form.number(position, 4),
        "position" => form.number(position, 1),
        "direction" => text(recording.direction.as_deref(), MISSING),
        "caller" => text(recording.caller_name.as_deref(), NONE),
        "extension" => text(Some(recording.extensions.join("+").as_str()), NONE),
        "file_name" => text(recording.file_name.as_deref().map(stem), NONE),
        piece => recording.when().map_or_else(
            || MISSING.to_owned(),
            |at| time_value(piece, &at.to_zoned(input.zone.clone())),
        ),
    }
}

/// A file name without its extension, which follows from the content.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 4 => stem,
        _ => name,
    }
}

fn time_value(name: &str, at: &Zoned) -> String {
    let (date, time) = (at.date(), at.time());
    match name {
        "date" => format!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()),
        "time" => format!("{:02}-{:02}-{:02}", time.hour(), time.minute(), time.second()),
        "year" => format!("{:04}", date.year()),
        "month" => format!("{:02}", date.month()),
        "day" => format!("{:02}", date.day()),
        "hour" => format!("{:02}", time.hour()),
        "minute" => format!("{:02}", time.minute()),
        "second" => format!("{:02}", time.second()),
        _ => MISSING.to_owned(),
    }
}

/// Whole seconds, rounded down, as hours, minutes, seconds: sorts like the lengths do.
fn duration(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{:02}-{:02}-{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
