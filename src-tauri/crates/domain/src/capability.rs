//! What an account may do, as far as anybody has asked.
//!
//! The window shows what can work and explains what cannot, so each feature has an answer or is honestly unknown. The
//! answers outlive a run: [`Capabilities`] is written as text, a line for each feature, and read back leniently, so
//! that an older program can read what a newer one wrote.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Something an account may or may not be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// List, get and play recordings at all.
    Recordings,
    /// VBC: the recordings of the whole company.
    CompanyRecordings,
    /// VBC: one's own recordings on demand.
    OnDemandRecordings,
    /// VBC: other people's recordings on demand, which needs the list of users.
    OtherUsersRecordings,
    /// Delete recordings at the vendor.
    Deletion,
    /// Vobiz: an archive whose link comes by e-mail.
    EmailExport,
    /// VBC: archives made by jobs that can be watched and downloaded.
    ExportJobs,
    /// Records of the calls: direction, hang-up cause, cost.
    CallRecords,
    /// The account's balance.
    Balance,
    /// Transcripts of recordings.
    Transcripts,
}

impl Feature {
    /// All of them, in the order of declaration.
    pub const ALL: [Self; 10] = [
        Self::Recordings,
        Self::CompanyRecordings,
        Self::OnDemandRecordings,
        Self::OtherUsersRecordings,
        Self::Deletion,
        Self::EmailExport,
        Self::ExportJobs,
        Self::CallRecords,
        Self::Balance,
        Self::Transcripts,
    ];

    /// The name used in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recordings => "recordings",
            Self::CompanyRecordings => "company_recordings",
            Self::OnDemandRecordings => "on_demand_recordings",
            Self::OtherUsersRecordings => "other_users_recordings",
            Self::Deletion => "deletion",
            Self::EmailExport => "email_export",
            Self::ExportJobs => "export_jobs",
            Self::CallRecords => "call_records",
            Self::Balance => "balance",
            Self::Transcripts => "transcripts",
        }
    }

    /// Reads [`Feature::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|feature| feature.as_str() == text)
    }
}

/// Whether a feature works.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Availability {
    /// It did, or the vendor said so.
    Yes,
    /// It does not.
    No {
        /// Why, as a sentence for a person.
        reason: String,
    },
    /// Nobody has asked, or the answer said nothing about it.
    #[default]
    Unknown,
}

impl Availability {
    /// Unavailable, and why.
    pub fn no(reason: impl Into<String>) -> Self {
        Self::No { reason: reason.into() }
    }

    /// Whether it may be offered: it works, or nothing is known against it.
    pub fn may_be_offered(&self) -> bool {
        !matches!(self, Self::No { .. })
    }
}

/// What is known of each feature. A feature that is not in it is [`Availability::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Capabilities(BTreeMap<Feature, Availability>);

impl Capabilities {
    /// Nothing known yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is known of a feature.
    pub fn get(&self, feature: Feature) -> &Availability {
        self.0.get(&feature).unwrap_or(&Availability::Unknown)
    }

    /// Notes an answer in place of the one before. `Unknown` forgets it.
    pub fn set(&mut self, feature: Feature, availability: Availability) {
        if availability == Availability::Unknown {
            self.0.remove(&feature);
        } else {
            self.0.insert(feature, availability);
        }
    }

    /// The same with one more answer.
    #[must_use]
    pub fn with(mut self, feature: Feature, availability: Availability) -> Self {
        self.set(feature, availability);
        self
    }

    /// Takes over what `newer` knows; what it does not know stays as it was.
    pub fn update(&mut self, newer: &Self) {
        self.0.extend(newer.iter().map(|(feature, known)| (feature, known.clone())));
    }

    /// What is known, in the order of [`Feature::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Feature, &Availability)> {
        self.0.iter().map(|(feature, availability)| (*feature, availability))
    }
}

/// A line for each known feature: `deletion yes`, or `balance no ` and the reason.
impl fmt::Display for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (feature, availability) in self.iter() {
            match availability {
                Availability::Yes => writeln!(f, "{} yes", feature.as_str())?,
                Availability::No { reason } => {
                    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
                    writeln!(f, "{} no {reason}", feature.as_str())?;
                }
                Availability::Unknown => {}
            }
        }
        Ok(())
    }
}

impl FromStr for Capabilities {
    type Err = std::convert::Infallible;

    /// Reads what `Display` wrote. Lines that say nothing to this program are skipped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut read = Self::new();
        for line in text.lines() {
            let mut words = line.trim().splitn(3, ' ');
            let Some(feature) = words.next().and_then(Feature::parse) else { continue };
            match words.next() {
                Some("yes") => read.set(feature, Availability::Yes),
                Some("no") => {
                    read.set(feature, Availability::no(words.next().unwrap_or_default()));
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read_back() {
        let mut known = Capabilities::new()
            .with(Feature::Deletion, Availability::Yes)
            .with(Feature::Balance, Availability::no("Not allowed\nfor sub-accounts."))
            .with(Feature::Transcripts, Availability::no(""))
            .with(Feature::Recordings, Availability::Unknown);
        let read: Capabilities = known.to_string().parse().unwrap();
        known.set(Feature::Balance, Availability::no("Not allowed for sub-accounts."));
        assert_eq!(read, known);
        assert_eq!(*read.get(Feature::Recordings), Availability::Unknown);
        assert!(!read.get(Feature::Balance).may_be_offered());
    }

    #[test]
    fn lines_of_a_newer_program_are_skipped() {
        let read: Capabilities = "telepathy yes\ndeletion maybe\nbalance yes\n\n".parse().unwrap();
        assert_eq!(read, Capabilities::new().with(Feature::Balance, Availability::Yes));
    }

    #[test]
    fn newer_answers_replace_older_ones_and_silence_replaces_nothing() {
        let mut known = Capabilities::new()
            .with(Feature::Deletion, Availability::Yes)
            .with(Feature::Balance, Availability::Yes);
        known.update(&Capabilities::new().with(Feature::Balance, Availability::no("gone")));
        assert_eq!(*known.get(Feature::Deletion), Availability::Yes);
        assert_eq!(*known.get(Feature::Balance), Availability::no("gone"));
    }

    #[test]
    fn every_feature_has_its_own_name() {
        for feature in Feature::ALL {
            assert_eq!(Feature::parse(feature.as_str()), Some(feature));
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,80}") {
            let _: Capabilities = text.parse().unwrap();
        }
    }
}
