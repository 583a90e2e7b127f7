//! Opening the file: pragmas, the mark of an unclean exit, and what happens to a damaged file.
//!
//! Damage is looked for where it is cheap (file header, version, tables, what SQLite keeps for itself) at every start,
//! and with SQLite's `quick_check` in the whole file after an exit that was not clean; in a large file that happens while it
//! is used already. What is found later, while working, is noted in the mark: a file that held something unreadable is replaced
//! at the next start, one that behaved oddly is first checked to the last entry.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Error, Result};
use crate::open_mark::{Mark, Use, sync_folder};
use crate::{migrate, salvage};

pub(crate) const FILE_NAME: &str = "catalogue.sqlite3";

/// Files up to this size are checked before they are used after an exit that was not clean; larger ones while they are used,
/// because nobody should wait for that.
pub(crate) const CHECKED_AT_ONCE_BYTES: u64 = 64 << 20;

/// "TShf": tells our files from other SQLite files.
pub(crate) const APPLICATION_ID: i32 = 0x5453_6866;

/// What a person should be told about opening the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenNote {
    /// A sentence when a damaged file was set aside and a new index begun.
    pub repaired: Option<String>,
}

/// An index ready for use.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) writer: Connection,
    pub(crate) mark: Mark,
    pub(crate) note: OpenNote,
    /// The last exit was not clean, and the whole file is still to be checked.
    pub(crate) is_unchecked: bool,
}

/// `path` with `suffix` appended to its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

/// Opens or begins the index in `dir`. See [`crate::Catalogue::open`].
pub(crate) fn open_in(
    dir: &Path,
    busy_timeout: Duration,
    checked_at_once_bytes: u64,
) -> Result<Opened> {
    fs::create_dir_all(dir).map_err(|source| Error::from_io(source, dir))?;
    let path = dir.join(FILE_NAME);
    let mark = Mark::in_folder(dir);
    let last_use = mark.read();

    let existing = match (is_there(&path)?, last_use) {
        // No file and no mark: the first start. What a deleted index left behind must not join the new one.
        (false, None) if !is_there(&beside(&path, "-wal"))? => {
            mark.set(Use::Open)?;
            let writer = begin(&path, busy_timeout)?;
            let note = OpenNote::default();
            return Ok(Opened { path, writer, mark, note, is_unchecked: false });
        }
        (false, _) => Err(Error::Corrupt { what: "the file is missing".to_owned() }),
        (true, Some(Use::Damaged)) => {
            Err(Error::Corrupt { what: "damage was found while it was in use".to_owned() })
        }
        (true, last_use) => {
            let size_bytes = fs::metadata(&path).map_or(0, |facts| facts.len());
            open_existing(&path, busy_timeout, last_use, size_bytes > checked_at_once_bytes)
        }
    };
    match existing {
        Ok((writer, is_unchecked)) => {
            mark.set(Use::Open)?;
            Ok(Opened { path, writer, mark, note: OpenNote::default(), is_unchecked })
        }
        Err(Error::Corrupt { what }) => {
            tracing::error!(what, path = %path.display(), "the index is damaged; beginning a new one");
            // First all of the new one, then the names: whatever is in the way of that, such as a full disk, leaves the damaged
            // file where it is, for the next start.
            let (part, saved) = begin_from(&path)?;
            let aside = set_aside(&path)?;
            // Or a power cut could leave the old log beside the new file, which would be changed by it.
            sync_folder(dir);
            part.persist_noclobber(&path).map_err(|error| Error::from_io(error.error, &path))?;
            // A mark that outlives these names in a power cut would hide that the repair is to be taken back.
            sync_folder(dir);
            mark.set(Use::Open)?;
            let writer =
                connect_writer(&path, busy_timeout).map_err(|error| error.classified(&path))?;
            let note = OpenNote { repaired: Some(sentence(aside.as_deref(), saved)) };
            Ok(Opened { path, writer, mark, note, is_unchecked: false })
        }
        Err(other) => Err(other),
    }
}

/// What a person reads about the repair.
fn sentence(aside: Option<&Path>, carried: salvage::Carried) -> String {
    let kept = if carried.accounts == 0 && carried.copies == 0 {
        "Nothing could be read from it: add your accounts again.".to_owned()
    } else {
        format!(
            "Kept from it: {} and {}. Check the accounts' addresses, then sync to read the recordings again.",
            counted(carried.accounts, "account", "accounts"),
            counted(carried.copies, "saved copy", "saved copies"),
        )
    };
    match aside.and_then(Path::file_name) {
        Some(name) => format!(
            "The index was damaged. It was renamed to {} and a new one was begun. {kept} Saved audio files were not touched.",
            name.to_string_lossy()
        ),
        None => "The index was missing, so a new one was begun. Add your accounts again. Saved audio files were not touched."
            .to_owned(),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Begins an index. The file gets its name only when its tables are there, so a file of that name is never half made.
fn begin(path: &Path, busy_timeout: Duration) -> Result<Connection> {
    let part = begin_part(path)?;
    make(&part, |_| Ok(())).map_err(|error| error.classified(path))?;
    part.persist_noclobber(path).map_err(|error| Error::from_io(error.error, path))?;
    connect_writer(path, busy_timeout).map_err(|error| error.classified(path))
}

/// Begins one that takes the place of a damaged one, with what can be read from that. It has no name yet.
fn begin_from(path: &Path) -> Result<(tempfile::TempPath, salvage::Carried)> {
    let part = begin_part(path)?;
    let made = make(&part, |new| {
        if is_there(path)? {
            salvage::carry_over(path, new)
        } else {
            Ok(salvage::Carried::default())
        }
    });
    Ok((part, made.map_err(|error| error.classified(path))?))
}

/// An empty file beside the index.
fn begin_part(path: &Path) -> Result<tempfile::TempPath> {
    let dir = path.parent().unwrap_or(Path::new("."));
    // Files of `tempfile` are readable by their owner alone, as call records should be.
    let part = tempfile::Builder::new().prefix(".catalogue-").tempfile_in(dir);
    Ok(part.map_err(|source| Error::from_io(source, dir))?.into_temp_path())
}

/// Makes the tables in an empty file, and lets them be filled.
fn make<T>(part: &Path, fill: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    let mut connection = Connection::open(part)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    migrate::migrate(&mut connection, migrate::STEPS)?;
    let filled = fill(&mut connection)?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(filled)
}

/// Opens a file that is there, and says whether the whole of it is still to be checked. Whatever SQLite cannot make sense of
/// comes back as [`Error::Corrupt`].
fn open_existing(
    path: &Path,
    busy_timeout: Duration,
    last_use: Option<Use>,
    is_large: bool,
) -> Result<(Connection, bool)> {
    check_header(path)?;
    let opened = (|| {
        let mut connection = connect_writer(path, busy_timeout)?;
        let known = migrate::known_version();
        let found = migrate::version(&connection)?;
        // Nothing is migrated unseen.
        let put_off = is_large && last_use == Some(Use::Open) && found == known;
        match last_use.filter(|_| !put_off) {
            None => check_inner_tables(&connection)?,
            Some(Use::Suspect) => check(&connection, "PRAGMA integrity_check(1)")?,
            Some(_) => check(&connection, "PRAGMA quick_check(1)")?,
        }
        if found < known {
            migrate::back_up(&connection, path, found)?;
            migrate::migrate(&mut connection, migrate::STEPS)?;
        }
        migrate::check_shape(&connection)?;
        Ok((connection, put_off))
    })();
    opened.map_err(|error: Error| match error.classified(path) {
        // A plain error while opening means that the schema does not say what our statements expect, and no row that
        // the row they look for is not there under its name.
        Error::Sqlite(source)
            if matches!(
                source,
                rusqlite::Error::QueryReturnedNoRows | rusqlite::Error::SqlInputError { .. }
            ) || source.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) =>
        {
            Error::Corrupt { what: source.to_string() }
        }
        other => other,
    })
}

/// Looks at the bytes of the file header that SQLite would take for a wish (another encoding, read only) and not for
/// damage. Offsets: sqlite.org/fileformat2.html, section 1.3.
fn check_header(path: &Path) -> Result<()> {
    let corrupt = |what: &str| Err(Error::Corrupt { what: what.to_owned() });
    let mut header = [0_u8; 100];
    let mut file = fs::File::open(path).map_err(|source| Error::from_io(source, path))?;
    match file.read_exact(&mut header) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            return corrupt("the file is too short");
        }
        Err(error) => return Err(Error::from_io(error, path)),
        Ok(()) => {}
    }
    let word = |at: usize| {
        u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
    };
    if !header.starts_with(b"SQLite format 3\0") {
        return corrupt("the file is not a database");
    }
    if !(1..=2).contains(&header[18]) || !(1..=2).contains(&header[19]) {
        return corrupt("the file header names an unknown format");
    }
    if word(52) != 0 || word(64) != 0 || word(56) != 1 || header[20] != 0 {
        return corrupt("the file header is damaged");
    }
    if i64::from(word(68)) != i64::from(APPLICATION_ID) {
        return corrupt("the file belongs to another program");
    }
    Ok(())
}

/// Checks the whole of a file that is in use, with the little memory of a connection that reads.
pub(crate) fn check_in_use(path: &Path, busy_timeout: Duration) -> Result<()> {
    let connection = connect_reader(path, busy_timeout)?;
    check(&connection, "PRAGMA quick_check(1)")
}

fn check(connection: &Connection, pragma: &str) -> Result<()> {
    let first: String = connection.query_row(pragma, [], |row| row.get(0))?;
    if first == "ok" { Ok(()) } else { Err(Error::Corrupt { what: first }) }
}

/// Checks the list of free pages and the tables that SQLite keeps for itself: a few pages. No question of ours reads
/// them, and SQLite does without its statistics where it cannot read them, so damage there would stay unnoticed until
/// it is written to, at the end of a use whose work would then be set aside with the file.
fn check_inner_tables(connection: &Connection) -> Result<()> {
    // This one stands for the free pages too: sqlite.org/pragma.html#pragma_integrity_check.
    check(connection, "PRAGMA quick_check(sqlite_schema)")?;
    let mut statement = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'sqlite_*' ORDER BY name",
    )?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    for name in names.collect::<rusqlite::Result<Vec<_>>>()? {
        check(connection, &format!("PRAGMA quick_check(\"{}\")", name.replace('"', "\"\"")))?;
    }
    Ok(())
}

/// Renames the file and its log to the first free `….corrupt-<n>`. `None` when there was no file.
fn set_aside(path: &Path) -> Result<Option<PathBuf>> {
    let aside = salvage::put_aside(path, salvage::free_number(path)?);
    let renamed = rename_if_there(path, &aside)?;
    rename_if_there(&beside(path, "-wal"), &beside(&aside, "-wal"))?;
    // Only an index into the log; SQLite makes it anew.
    match fs::remove_file(beside(path, "-shm")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::from_io(error, path));
        }
        _ => {}
    }
    Ok(renamed.then_some(aside))
}

/// Whether a name is taken, also by a link that leads nowhere. Not being allowed to look is no answer.
pub(crate) fn is_there(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::from_io(error, path)),
    }
}

/// False when there was nothing to rename. What has the new name already is never replaced.
pub(crate) fn rename_if_there(from: &Path, to: &Path) -> Result<bool> {
    if is_there(from)? && is_there(to)? {
        let taken = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(Error::from_io(taken, to));
    }
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::from_io(error, from)),
    }
}

/// The connection that writes.
fn connect_writer(path: &Path, busy_timeout: Duration) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    configure(&connection, busy_timeout)?;
    // Answers with a row, and stays as it was on file systems that cannot share memory.
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;")?;
    Ok(connection)
}

/// A connection that only reads.
pub(crate) fn connect_reader(path: &Path, busy_timeout: Duration) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    configure(&connection, busy_timeout)?;
    set_room(&connection, Room::Reading)?;
    connection.execute_batch("PRAGMA query_only = ON;")?;
    Ok(connection)
}

fn configure(connection: &Connection, busy_timeout: Duration) -> Result<()> {
    connection.busy_timeout(busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise SQLite, where it knows partial indexes, makes a plan anew for each value that is bound to a statement, which
    // takes several times as long as finding a row by it: sqlite.org/c3ref/c_dbconfig_defensive.html, ENABLE_QPSG.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;",
    )?;
    set_room(connection, Room::Usual)?;
    rusqlite::vtab::array::load_module(connection)?;
    Ok(())
}

/// How many pages of the file a connection keeps in memory. They are taken only as they are read, and then kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Room {
    /// Of a connection that reads. There are several, and rows of a window are seldom asked for twice: the system's
    /// cache is enough.
    Reading,
    Usual,
    /// A list that is synced goes into every part of large indexes.
    Syncing,
}

/// Pages beyond the room are let go at once.
pub(crate) fn set_room(connection: &Connection, room: Room) -> rusqlite::Result<()> {
    let kib = match room {
        Room::Reading => 2 << 10,
        Room::Usual => 16 << 10,
        Room::Syncing => 64 << 10,
    };
    // Negative: so many KiB, not so many pages (sqlite.org/pragma.html#pragma_cache_size).
    connection.pragma_update(None, "cache_size", -kib)
}
