//! What a person writes on recordings: notes, tags, stars, holds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::selection::Selection;

/// One change, made to every recording of a selection.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "annotations.ts")]
pub enum Annotation {
    /// Sets the note; empty removes it.
    Note {
        /// The note.
        text: String,
    },
    /// Adds tags.
    AddTags {
        /// Which.
        tags: Vec<String>,
    },
    /// Removes tags.
    RemoveTags {
        /// Which.
        tags: Vec<String>,
    },
    /// Sets or removes the star.
    Star {
        /// Whether there is one.
        on: bool,
    },
    /// Puts a hold on, or replaces the one there is. A recording on hold is never deleted.
    Hold {
        /// What it is for (`Case 2026-14`); not empty.
        name: String,
        /// Why; not empty.
        reason: String,
    },
    /// Takes the hold off.
    Release,
}

/// A change to make.
#[derive(Debug, Clone, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "annotations.ts")]
pub struct AnnotateRequest {
    /// Which recordings.
    pub selection: Selection,
    /// The change.
    pub annotation: Annotation,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "annotations.ts")]
pub struct Annotated {
    /// Recordings that are different now.
    pub changed: u32,
}

/// A hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "annotations.ts")]
pub struct HoldView {
    /// What it is for.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Who put it on: name of the system's user.
    pub who: String,
    /// When.
    #[ts(type = "number")]
    pub since_ms: i64,
}

impl From<Annotation> for engine::Annotating {
    fn from(annotation: Annotation) -> Self {
        match annotation {
            Annotation::Note { text } => Self::Note(text),
            Annotation::AddTags { tags } => Self::AddTags(tags),
            Annotation::RemoveTags { tags } => Self::RemoveTags(tags),
            Annotation::Star { on } => Self::Star(on),
            Annotation::Hold { name, reason } => Self::Hold { name, reason },
            Annotation::Release => Self::Release,
        }
    }
}

impl From<engine::Hold> for HoldView {
    fn from(hold: engine::Hold) -> Self {
        Self {
            name: hold.name,
            reason: hold.reason,
            who: hold.who,
            since_ms: hold.since.as_millisecond(),
        }
    }
}
