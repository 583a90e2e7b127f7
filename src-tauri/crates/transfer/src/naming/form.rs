//! How a field is written: what stands after the colon in `{start:%Y-%m-%d}`, `{position:04}`, `{from:upper}`.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::fields::FieldKind;

/// The most digits a number is padded to.
const MAX_WIDTH: usize = 12;
/// How a moment is written without a format.
const PLAIN_MOMENT: &str = "%Y-%m-%d_%H-%M-%S";

/// How a field is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// As the field itself has it.
    Plain,
    /// In capitals.
    Upper,
    /// In small letters.
    Lower,
    /// Each word with a capital.
    Title,
    /// The last four characters.
    Last4,
    /// A number with at least so many digits.
    Width(usize),
    /// A moment, as `strftime` writes it.
    Moment(String),
}

impl Form {
    /// Reads what stands after the colon. `None` when a field of this kind cannot be written so.
    pub(super) fn parse(text: &str, kind: FieldKind) -> Option<Self> {
        match kind {
            FieldKind::Text => match text {
                "upper" => Some(Self::Upper),
                "lower" => Some(Self::Lower),
                "title" => Some(Self::Title),
                "last4" => Some(Self::Last4),
                _ => None,
            },
            FieldKind::Number => {
                let width: usize = text.parse().ok()?;
                text.chars().all(|c| c.is_ascii_digit()).then_some(())?;
                (1..=MAX_WIDTH).contains(&width).then_some(Self::Width(width))
            }
            FieldKind::Moment => {
                // Whatever can be written once can be written always.
                let sample = jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC);
                let written = jiff::fmt::strtime::format(text, &sample).ok()?;
                (text.contains('%') && !written.trim().is_empty())
                    .then(|| Self::Moment(text.to_owned()))
            }
            FieldKind::Fixed => None,
        }
    }

    pub(super) fn text(&self, value: &str) -> String {
        match self {
            Self::Upper => value.to_uppercase(),
            Self::Lower => value.to_lowercase(),
            Self::Title => title(value),
            Self::Last4 => {
                let count = value.chars().count();
                value.chars().skip(count.saturating_sub(4)).collect()
            }
            _ => value.to_owned(),
        }
    }

    pub(super) fn number(&self, value: u64, plain_width: usize) -> String {
        let width = match self {
            Self::Width(width) => *width,
            _ => plain_width,
        };
        format!("{value:0width$}")
    }

    pub(super) fn moment(&self, at: &Zoned) -> String {
        let format = match self {
            Self::Moment(format) => format,
            _ => PLAIN_MOMENT,
        };
        jiff::fmt::strtime::format(format, at).unwrap_or_else(|_| at.to_string())
    }
}

fn title(value: &str) -> String {
    let mut at_start = true;
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if at_start {
            text.extend(c.to_uppercase());
        } else {
            text.extend(c.to_lowercase());
        }
        at_start = !c.is_alphanumeric();
    }
    text
}
