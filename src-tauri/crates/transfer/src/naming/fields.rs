//! The fields of a name template, and where each value comes from.

use domain::phone;
use jiff::Zoned;

use super::template::NameInput;

/// One field a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// What stands between the braces.
    pub name: &'static str,
    /// What it stands for, to read in the template's help.
    pub meaning: &'static str,
}

/// Every field, in the order they are offered.
pub const FIELDS: &[Field] = &[
    Field { name: "date", meaning: "Day of the call, 2026-05-07" },
    Field { name: "time", meaning: "Time of the call, 09-45-35" },
    Field { name: "year", meaning: "Year, 2026" },
    Field { name: "month", meaning: "Month, 05" },
    Field { name: "day", meaning: "Day of the month, 07" },
    Field { name: "hour", meaning: "Hour, 09" },
    Field { name: "minute", meaning: "Minute, 45" },
    Field { name: "second", meaning: "Second, 35" },
    Field { name: "from", meaning: "Caller as the vendor wrote it" },
    Field { name: "to", meaning: "Called party as the vendor wrote it" },
    Field { name: "from_digits", meaning: "Caller, digits only" },
    Field { name: "to_digits", meaning: "Called party, digits only" },
    Field { name: "id", meaning: "Recording id" },
    Field { name: "call_uuid", meaning: "Id of the call" },
    Field { name: "type", meaning: "Type of recording: call, conference, trunk" },
    Field { name: "format", meaning: "Format of the file by its content: mp3, wav" },
    Field { name: "duration", meaning: "Length, 00-03-07 (hours, minutes, seconds)" },
    Field { name: "conference", meaning: "Conference name" },
    Field { name: "account", meaning: "Name of the account" },
    Field { name: "index", meaning: "Position in the download, from 0001" },
    Field { name: "direction", meaning: "inbound or outbound, where the vendor says so" },
    Field { name: "caller", meaning: "Caller's name, where the vendor says so" },
];

/// What stands for a value the vendor did not give: the name stays readable, and the columns of a listing stay in line.
const MISSING: &str = "unknown";
/// The same for things most calls do not have.
const NONE: &str = "none";

/// The value of a field of [`FIELDS`], not yet made safe. Unknown names never get here: the template's parser refused
/// them.
pub(super) fn value(name: &str, input: &NameInput<'_>, extension: &str) -> String {
    let recording = input.recording;
    let text = |value: Option<&str>, absent: &str| {
        value.map(str::trim).filter(|v| !v.is_empty()).unwrap_or(absent).to_owned()
    };
    match name {
        "from" => text(recording.from.as_deref(), MISSING),
        "to" => text(recording.to.as_deref(), MISSING),
        "from_digits" => text(recording.from.as_deref().map(phone::digits).as_deref(), MISSING),
        "to_digits" => text(recording.to.as_deref().map(phone::digits).as_deref(), MISSING),
        "id" => text(Some(recording.id.as_str()), MISSING),
        "call_uuid" => text(recording.call_uuid.as_ref().map(domain::CallUuid::as_str), MISSING),
        "type" => text(recording.kind.as_deref(), MISSING),
        "format" => text(Some(extension), MISSING),
        "duration" => recording.duration_ms.map_or_else(|| MISSING.to_owned(), duration),
        "conference" => text(recording.conference_name.as_deref(), NONE),
        "account" => text(Some(input.account_label), MISSING),
        "index" => format!("{:04}", input.index.saturating_add(1)),
        "direction" => text(recording.direction.as_deref(), MISSING),
        "caller" => text(recording.caller_name.as_deref(), NONE),
        moment => recording.when().map_or_else(
            || MISSING.to_owned(),
            |at| time_value(moment, &at.to_zoned(input.zone.clone())),
        ),
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
