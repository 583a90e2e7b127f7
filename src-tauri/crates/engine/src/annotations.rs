//! Writing on recordings: notes, tags, stars, holds, on one or on thousands at once.

use catalogue::{Annotation, Hold};

use crate::Engine;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::library::Selection;

/// The longest note, tag, and name or reason of a hold, in characters.
const LONGEST_NOTE: usize = 10_000;
const LONGEST_TAG: usize = 60;
const LONGEST_HOLD: usize = 500;

/// A change that a person makes to all recordings of a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Annotating {
    /// Sets the note; empty removes it.
    Note(String),
    /// Adds tags.
    AddTags(Vec<String>),
    /// Removes tags.
    RemoveTags(Vec<String>),
    /// Sets or removes the star.
    Star(bool),
    /// Puts a hold on.
    Hold {
        /// What it is for.
        name: String,
        /// Why.
        reason: String,
    },
    /// Takes the hold off.
    Release,
}

impl Engine {
    /// Makes the change, to all or none. Returns how many recordings are different now.
    ///
    /// # Errors
    /// `Invalid` for a hold without a name or reason, and for text that is too long.
    pub async fn annotate(&self, selection: &Selection, change: Annotating) -> Result<u32> {
        let now = self.now();
        let change = match change {
            Annotating::Note(text) => {
                within("note", &text, LONGEST_NOTE)?;
                Annotation::Note(Some(text))
            }
            Annotating::AddTags(tags) => {
                for tag in &tags {
                    within("tags", tag, LONGEST_TAG)?;
                    // The search language has no way to write it.
                    if tag.contains('"') {
                        return Err(invalid("tags", "A tag cannot contain quotes."));
                    }
                }
                Annotation::AddTags(tags)
            }
            Annotating::RemoveTags(tags) => Annotation::RemoveTags(tags),
            Annotating::Star(on) => Annotation::Star(on),
            Annotating::Hold { name, reason } => {
                for (field, text) in [("name", &name), ("reason", &reason)] {
                    within(field, text, LONGEST_HOLD)?;
                    if text.trim().is_empty() {
                        return Err(invalid(field, "A hold needs a name and a reason."));
                    }
                }
                let (name, reason) = (name.trim().to_owned(), reason.trim().to_owned());
                Annotation::Hold(Some(Hold {
                    name,
                    reason,
                    who: self.inner.actor.clone(),
                    since: now,
                }))
            }
            Annotating::Release => Annotation::Hold(None),
        };
        let keys = self.selected_keys(selection)?;
        let changed =
            self.with_catalogue(move |catalogue| catalogue.annotate(&keys, &change, now)).await?;
        if changed > 0 {
            self.tell(Event::LibraryChanged);
        }
        Ok(changed)
    }
}

fn within(field: &'static str, text: &str, longest: usize) -> Result<()> {
    if text.chars().count() > longest {
        return Err(invalid(field, &format!("This is longer than {longest} characters.")));
    }
    Ok(())
}

fn invalid(field: &'static str, what: &str) -> Error {
    Error::Invalid { field: Some(field), what: what.to_owned() }
}
