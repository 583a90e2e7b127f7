//! A rule as most tests want it.

use domain::search::LibraryView;
use tapeshelf_engine::{RuleChange, RuleQuery, TransferOptions};

/// Keeps every recording in a folder or bucket that was chosen, under its id.
pub(crate) fn everything_into(token: String) -> RuleChange {
    RuleChange {
        id: None,
        label: "Everything".into(),
        query: RuleQuery { text: String::new(), account: None, view: LibraryView::All },
        folder: Some(token),
        template: "{id}".into(),
        options: TransferOptions::default(),
        enabled: true,
    }
}
