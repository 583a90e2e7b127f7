//! The words that some tokens take.

/// A list of words that a token takes, each with the name it prints with.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $text:literal $(| $other:literal)* ),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $( $(#[$variant_doc])* $variant, )+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),+];

            /// The word.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// Reads the word, or another that means the same, in any capitals.
            pub fn named(word: &str) -> Option<Self> {
                match word.to_ascii_lowercase().as_str() {
                    $( $text $(| $other)* => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// What `state:` takes.
    SavedState {
        /// A verified copy is here, with or without a remark.
        Saved = "saved",
        /// No copy is here.
        Unsaved = "unsaved" | "not-saved" | "notsaved",
        /// A job has it.
        Moving = "moving",
        /// Verified, every check passed.
        Verified = "verified",
        /// Saved with a remark.
        Remarked = "remarked",
        /// The last attempt to save it failed.
        Failed = "failed",
        /// The provider does not have it any more.
        Gone = "gone",
        /// Gone, and no copy is here.
        Lost = "lost",
        /// Deleted by us.
        Deleted = "deleted",
    }
}

words! {
    /// What `has:` takes.
    Has {
        /// A note.
        Note = "note" | "notes",
        /// A tag.
        Tag = "tag" | "tags",
        /// A star.
        Star = "star" | "starred",
        /// A hold.
        Hold = "hold" | "holds",
        /// A copy on this computer.
        Copy = "copy" | "copies",
        /// A calling party.
        From = "from",
        /// A called party.
        To = "to",
        /// A caller's name.
        Name = "name",
        /// A conference's name.
        Conference = "conf" | "conference",
        /// An extension.
        Extension = "ext" | "extension" | "extensions",
        /// A time.
        Date = "date",
        /// A length.
        Duration = "dur" | "duration",
        /// A known size.
        Size = "size",
        /// A known price.
        Cost = "cost",
        /// A call id.
        Call = "call",
        /// A length as billed.
        Billed = "billed",
        /// A count of days in storage.
        Storage = "storage",
        /// A price of storage.
        Rate = "rate",
        /// A time at which the provider stored it.
        Added = "added" | "stored",
        /// A time at which it ended.
        Ended = "ended",
        /// A time at which our copy was verified.
        Verified = "verified",
        /// A rule that recorded it.
        Rule = "rule" | "rules",
        /// A file name of the provider's.
        File = "file",
        /// An address of its audio.
        Address = "address" | "url",
    }
}
