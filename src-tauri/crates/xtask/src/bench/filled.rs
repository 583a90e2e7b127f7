//! Profiles with so many calls that a bench means something.

use std::path::Path;

use super::Size;
use super::measurement::Measurement;
use crate::program;

/// Fills an index with made-up calls, in a folder that a program can then be started on. The account they belong to has no
/// secret, so nothing is asked of anybody.
pub(super) fn profile(folder: &Path, rows: u32, size: Size) -> anyhow::Result<()> {
    program::say(&format!("An index of {rows} calls …"));
    std::fs::create_dir_all(folder)?;
    // It fills first and searches then; without recorded searches there is nothing to search for.
    let none = folder.join("no-queries.tsv");
    std::fs::write(&none, "")?;
    let fill = Measurement::build("tapeshelf-catalogue", "measure_search", size)?;
    fill.run([folder.as_os_str(), rows.to_string().as_ref(), none.as_os_str()])?;
    std::fs::remove_file(none)?;
    Ok(())
}
