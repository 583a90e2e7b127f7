//! Names and values of faults, as a profile writes them.

use std::fmt;
use std::str::FromStr;

use crate::faults::{BadRange, Fault, ProfileError, RetryAfter};

impl Fault {
    /// Its name in a profile, without a value.
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Stall => "stall",
            Self::Reset => "reset",
            Self::LostReply => "lost_reply",
            Self::Rate429 | Self::Rate429With(_) => "rate429",
            Self::Server5xx => "server5xx",
            Self::TokenExpiry => "token_expiry",
            Self::RedirectForeign => "redirect_foreign",
            Self::Redirect(_) => "redirect",
            Self::RedirectLoop => "redirect_loop",
            Self::NotReady => "not_ready",
            Self::Html200 => "html200",
            Self::Json200 => "json200",
            Self::Empty200 => "empty200",
            Self::Cut => "cut",
            Self::CutAt(_) => "cut_at",
            Self::ResetAt(_) => "reset_at",
            Self::StallAt(_) => "stall_at",
            Self::Trickle(_) => "trickle",
            Self::WrongLength(_) => "wrong_length",
            Self::Gzip => "gzip",
            Self::GzipUnlabelled => "gzip_unlabelled",
            Self::ChangedFile => "changed_file",
            Self::BadRange(_) => "bad_range",
            Self::MalformedJson => "malformed_json",
            Self::MutatedJson => "mutated_json",
            Self::DeepJson => "deep_json",
            Self::HugeJson(_) => "huge_json",
            Self::RepeatedPage => "repeated_page",
            Self::ShiftingPages(_) => "shifting_pages",
            Self::ShrinkingPages(_) => "shrinking_pages",
            Self::LyingTotal => "lying_total",
            Self::LoopLink => "loop_link",
        }
    }

    /// Its value as it is written, if it has one.
    fn value(self) -> Option<String> {
        match self {
            Self::Rate429With(says) => Some(word(&says, &RETRY_AFTERS)),
            Self::BadRange(wrong) => Some(word(&wrong, &BAD_RANGES)),
            Self::Redirect(status) => Some(status.to_string()),
            Self::CutAt(bytes)
            | Self::ResetAt(bytes)
            | Self::StallAt(bytes)
            | Self::HugeJson(bytes) => Some(bytes.to_string()),
            Self::Trickle(ms) => Some(ms.to_string()),
            Self::WrongLength(by) => Some(by.to_string()),
            Self::ShiftingPages(count) | Self::ShrinkingPages(count) => Some(count.to_string()),
            _ => None,
        }
    }

    /// The same fault with a value; `None` when it has none or cannot have this one.
    fn with_value(self, value: &str) -> Option<Self> {
        Some(match self {
            Self::Rate429 | Self::Rate429With(_) => {
                Self::Rate429With(by_word(value, &RETRY_AFTERS)?)
            }
            Self::BadRange(_) => Self::BadRange(by_word(value, &BAD_RANGES)?),
            Self::Redirect(_) => Self::Redirect(
                value
                    .parse()
                    .ok()
                    .filter(|status| matches!(status, 301 | 302 | 303 | 307 | 308))?,
            ),
            Self::CutAt(_) => Self::CutAt(value.parse().ok()?),
            Self::ResetAt(_) => Self::ResetAt(value.parse().ok()?),
            Self::StallAt(_) => Self::StallAt(value.parse().ok()?),
            Self::HugeJson(_) => Self::HugeJson(value.parse().ok()?),
            Self::Trickle(_) => Self::Trickle(value.parse().ok()?),
            Self::WrongLength(_) => {
                Self::WrongLength(value.parse().ok().filter(|by| matches!(by, -1 | 1))?)
            }
            Self::ShiftingPages(_) => Self::ShiftingPages(value.parse().ok()?),
            Self::ShrinkingPages(_) => Self::ShrinkingPages(value.parse().ok()?),
            _ => return None,
        })
    }
}

const RETRY_AFTERS: [(RetryAfter, &str); 5] = [
    (RetryAfter::Date, "date"),
    (RetryAfter::Zero, "zero"),
    (RetryAfter::Garbage, "garbage"),
    (RetryAfter::Far, "far"),
    (RetryAfter::Absent, "absent"),
];
const BAD_RANGES: [(BadRange, &str); 4] = [
    (BadRange::WrongStart, "wrong_start"),
    (BadRange::Unlabelled, "unlabelled"),
    (BadRange::Labelled200, "labelled200"),
    (BadRange::Refused, "refused"),
];

fn word<T: PartialEq>(of: &T, words: &[(T, &str)]) -> String {
    words.iter().find(|(is, _)| is == of).map_or_else(String::new, |(_, word)| (*word).to_owned())
}

fn by_word<T: Copy>(word: &str, words: &[(T, &str)]) -> Option<T> {
    words.iter().find(|(_, is)| *is == word).map(|(of, _)| *of)
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.value().map_or(Ok(()), |value| write!(f, "={value}"))
    }
}

impl Fault {
    /// Reads a name with or without a value: `cut`, `cut_at=1000`.
    ///
    /// # Errors
    /// [`ProfileError::UnknownFault`], or [`ProfileError::BadValue`] when the fault cannot have the value.
    pub fn parse(text: &str) -> Result<Self, ProfileError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        let fault = Self::ALL
            .into_iter()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| ProfileError::UnknownFault(name.to_owned()))?;
        value.map_or(Ok(fault), |value| {
            fault.with_value(value).ok_or_else(|| ProfileError::BadValue(text.trim().to_owned()))
        })
    }
}

impl FromStr for Fault {
    type Err = ProfileError;

    fn from_str(text: &str) -> Result<Self, ProfileError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_as_it_is_written() {
        for fault in Fault::ALL {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for (text, fault) in [
            ("rate429=garbage", Fault::Rate429With(RetryAfter::Garbage)),
            ("cut_at=0", Fault::CutAt(0)),
            ("redirect=308", Fault::Redirect(308)),
            ("wrong_length=-1", Fault::WrongLength(-1)),
            ("bad_range = refused", Fault::BadRange(BadRange::Refused)),
        ] {
            assert_eq!(text.parse(), Ok(fault));
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for bad in ["redirect=404", "cut=3", "wrong_length=0", "cut_at=x", "rate429=1"] {
            assert_eq!(Fault::parse(bad), Err(ProfileError::BadValue(bad.into())));
        }
        assert_eq!(Fault::parse("fire"), Err(ProfileError::UnknownFault("fire".into())));
    }
}
