//! Saved views: a query with its order and columns under a name. They are kept in the index, and leave it as a JSON file
//! that another installation can read.

use std::path::{Path, PathBuf};

use catalogue::ViewRecord;
use domain::AccountId;
use domain::search::{LibraryView, Sort, SortColumn};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::library::SearchOrder;
use crate::settings::ColumnWidth;
use crate::{Engine, blocking};

/// The longest name of a view, in characters.
const LONGEST_NAME: usize = 80;
/// A larger file is no list of views.
const LARGEST_FILE_BYTES: u64 = 4_000_000;
/// Marks our files.
const FILE_KIND: &str = "tapeshelf views 1";

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Its id.
    pub id: String,
    /// What the person calls it.
    pub name: String,
    /// What it searches for.
    pub order: SearchOrder,
    /// Columns in order; empty means those of the library.
    pub columns: Vec<ColumnWidth>,
}

/// What reading a file of views brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedViews {
    /// Views that were added.
    pub added: Vec<SavedView>,
    /// What could not be taken over, as sentences.
    pub problems: Vec<String>,
}

/// A view as it is kept. Names that a newer version made up fall back to what shows most.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    text: String,
    #[serde(default)]
    account_id: Option<String>,
    #[serde(default)]
    view: String,
    #[serde(default)]
    sort: Vec<KeptSort>,
    #[serde(default)]
    columns: Vec<ColumnWidth>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptSort {
    column: String,
    descending: bool,
}

/// A file of views.
#[derive(Debug, Serialize, Deserialize)]
struct ViewFile {
    kind: String,
    views: Vec<NamedView>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NamedView {
    name: String,
    #[serde(flatten)]
    kept: Kept,
}

impl Kept {
    fn of(view: &SavedView) -> Self {
        let order = &view.order;
        Self {
            text: order.text.clone(),
            account_id: order.account.as_ref().map(ToString::to_string),
            view: order.view.name().to_owned(),
            sort: order
                .sort
                .iter()
                .map(|sort| KeptSort {
                    column: sort.column.name().to_owned(),
                    descending: sort.descending,
                })
                .collect(),
            columns: view.columns.clone(),
        }
    }

    fn into_view(self, id: String, name: String) -> SavedView {
        let sort = self
            .sort
            .into_iter()
            .filter_map(|sort| {
                let column = SortColumn::named(&sort.column)?;
                Some(Sort { column, descending: sort.descending })
            })
            .collect();
        SavedView {
            id,
            name,
            order: SearchOrder {
                text: self.text,
                account: self.account_id.map(AccountId::new),
                view: LibraryView::named(&self.view).unwrap_or_default(),
                sort,
            },
            columns: self.columns,
        }
    }
}

impl Engine {
    /// All saved views, in the person's order.
    pub async fn saved_views(&self) -> Result<Vec<SavedView>> {
        let records = self.with_catalogue(catalogue::Catalogue::saved_views).await?;
        records
            .into_iter()
            .map(|record| {
                let kept: Kept = serde_json::from_str(&record.json).map_err(|error| {
                    Error::Internal { what: format!("the view “{}”: {error}", record.name) }
                })?;
                Ok(kept.into_view(record.id, record.name))
            })
            .collect()
    }

    /// Saves a view; one without an id is new.
    pub async fn save_view(&self, view: SavedView) -> Result<SavedView> {
        let view = checked(view)?;
        let record = record(&view)?;
        self.with_catalogue(move |catalogue| catalogue.save_views(&[record])).await?;
        Ok(view)
    }

    /// Deletes a view.
    pub async fn delete_view(&self, id: &str) -> Result<()> {
        let id = id.to_owned();
        match self.with_catalogue(move |catalogue| catalogue.delete_view(&id)).await {
            Err(Error::Catalogue(catalogue::Error::NotFound { .. })) => {
                Err(Error::stale("This view was deleted already."))
            }
            other => other,
        }
    }

    /// Puts the views in this order.
    pub async fn reorder_views(&self, ids: Vec<String>) -> Result<()> {
        self.with_catalogue(move |catalogue| catalogue.reorder_views(&ids)).await
    }

    /// The number of rows of each view.
    pub async fn saved_view_counts(&self) -> Result<Vec<(String, u32)>> {
        let mut counts = Vec::new();
        for view in self.saved_views().await? {
            let search = self.to_search(view.order).await?;
            let count = self.with_catalogue(move |catalogue| catalogue.count(&search)).await?;
            counts.push((view.id, count));
        }
        Ok(counts)
    }

    /// Writes all views to a file.
    pub async fn export_views(&self, path: PathBuf) -> Result<()> {
        let views = self.saved_views().await?;
        let file = ViewFile {
            kind: FILE_KIND.to_owned(),
            views: views
                .iter()
                .map(|view| NamedView { name: view.name.clone(), kept: Kept::of(view) })
                .collect(),
        };
        let text = serde_json::to_vec_pretty(&file).map_err(internal)?;
        blocking(move || write_whole(&path, &text)).await
    }

    /// Adds the views of a file, under new ids. A view of an account that is not here looks in all accounts.
    ///
    /// # Errors
    /// `Invalid` when the file holds no views of ours.
    pub async fn import_views(&self, path: PathBuf) -> Result<ImportedViews> {
        let bytes = blocking(move || {
            let size = std::fs::metadata(&path).map_err(|error| Error::file(&path, &error))?.len();
            if size > LARGEST_FILE_BYTES {
                return Err(no_views());
            }
            std::fs::read(&path).map_err(|error| Error::file(&path, &error))
        })
        .await?;
        let file: ViewFile = serde_json::from_slice(&bytes).map_err(|_| no_views())?;
        if file.kind != FILE_KIND {
            return Err(no_views());
        }
        let accounts: Vec<String> =
            self.accounts().await?.into_iter().map(|state| state.account.id.to_string()).collect();
        let mut imported = ImportedViews::default();
        for NamedView { name, mut kept } in file.views {
            if kept.account_id.as_ref().is_some_and(|id| !accounts.contains(id)) {
                kept.account_id = None;
                imported.problems.push(format!(
                    "“{name}” was made for an account that is not here; it looks in all accounts."
                ));
            }
            match checked(kept.into_view(String::new(), name.clone())) {
                Ok(view) => imported.added.push(view),
                Err(error) => imported.problems.push(format!("“{name}” was left out: {error}")),
            }
        }
        let records = imported.added.iter().map(record).collect::<Result<Vec<_>>>()?;
        self.with_catalogue(move |catalogue| catalogue.save_views(&records)).await?;
        Ok(imported)
    }
}

/// Gives a new view its id, and refuses one that could not be shown.
fn checked(mut view: SavedView) -> Result<SavedView> {
    view.name = view.name.trim().to_owned();
    if view.name.is_empty() || view.name.chars().count() > LONGEST_NAME {
        return Err(Error::Invalid {
            field: Some("name"),
            what: format!("A view needs a name of at most {LONGEST_NAME} characters."),
        });
    }
    if view.id.is_empty() {
        view.id = uuid::Uuid::now_v7().to_string();
    }
    if view.order.sort.is_empty() {
        view.order.sort.push(Sort::default());
    }
    Ok(view)
}

fn record(view: &SavedView) -> Result<ViewRecord> {
    let json = serde_json::to_string(&Kept::of(view)).map_err(internal)?;
    Ok(ViewRecord { id: view.id.clone(), name: view.name.clone(), json })
}

fn internal(error: impl std::fmt::Display) -> Error {
    Error::Internal { what: error.to_string() }
}

fn no_views() -> Error {
    Error::Invalid { field: None, what: "This file holds no views of Tapeshelf.".to_owned() }
}

/// Replaces a file by a whole one, or leaves it as it was.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut part = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
        std::io::Write::write_all(&mut part, bytes)?;
        part.as_file().sync_all()?;
        part.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| Error::file(path, &error))
}
