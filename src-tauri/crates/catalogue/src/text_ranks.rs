//! The order of rows by a text that only the file has: what few people sort by is not worth memory for a million of them.

use rusqlite::{OptionalExtension, Transaction};

use crate::error::Result;

/// For some rows or for all, for each with a text, in the order of keys: a number that sorts like it, byte by byte.
/// `text` is an expression over `recordings`, null where there is none.
pub(crate) fn of(
    tx: &Transaction<'_>,
    text: &str,
    keys: Option<&[u32]>,
) -> Result<Vec<(u32, u64)>> {
    let mut ranks = match keys {
        Some(keys) => of_some(tx, text, keys)?,
        None => of_all(tx, text)?,
    };
    ranks.sort_unstable();
    Ok(ranks)
}

fn of_some(tx: &Transaction<'_>, text: &str, keys: &[u32]) -> Result<Vec<(u32, u64)>> {
    let mut statement =
        tx.prepare_cached(&format!("SELECT {text} FROM recordings WHERE key = ?1"))?;
    let mut texts: Vec<(String, u32)> = Vec::new();
    for key in keys {
        let text: Option<Option<String>> =
            statement.query_row([key], |row| row.get(0)).optional()?;
        texts.extend(text.flatten().map(|text| (text, *key)));
    }
    texts.sort_unstable();
    let mut ranker = Ranker::default();
    Ok(texts.into_iter().map(|(text, key)| (key, ranker.rank(&text))).collect())
}

/// Put in order by SQLite, which needs no room in memory for all of them.
fn of_all(tx: &Transaction<'_>, text: &str) -> Result<Vec<(u32, u64)>> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT key, {text} FROM recordings WHERE {text} IS NOT NULL ORDER BY 2"
    ))?;
    let mut rows = statement.query([])?;
    let (mut ranks, mut ranker) = (Vec::new(), Ranker::default());
    while let Some(row) = rows.next()? {
        let text: String = row.get(1)?;
        ranks.push((row.get(0)?, ranker.rank(&text)));
    }
    Ok(ranks)
}

/// Numbers texts that come in order; equal ones alike.
#[derive(Default)]
struct Ranker {
    last: String,
    rank: u64,
}

impl Ranker {
    fn rank(&mut self, text: &str) -> u64 {
        if self.last != text {
            self.rank += 1;
            text.clone_into(&mut self.last);
        }
        self.rank
    }
}
