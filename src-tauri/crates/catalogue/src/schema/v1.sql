-- The first schema. A step is never changed after a release: a new file is added instead.
--
-- The checks name every value our code can read back, so that SQLite's own check of a file finds what
-- we could not read, and a damaged row is left out when a file is rescued.

-- Facts about the file itself. `schema_version` repeats user_version, so that one damaged byte in the
-- file header is not taken for a newer program's file.
CREATE TABLE meta (
  name  TEXT    NOT NULL PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Accounts are never dropped: a removed one keeps its row, so that copies, exports and deletions still
-- say whose they were, and so that adding the same vendor account again finds its copies.
CREATE TABLE accounts (
  no           INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT    NOT NULL UNIQUE,
  vendor       TEXT    NOT NULL CHECK (vendor IN ('vobiz', 'vbc')),
  label        TEXT    NOT NULL,
  label_sort   TEXT    NOT NULL,
  auth_id      TEXT    NOT NULL,
  base_url     TEXT    NOT NULL,
  page_size    INTEGER NOT NULL CHECK (page_size BETWEEN 0 AND 4294967295),
  is_sandbox   INTEGER NOT NULL CHECK (is_sandbox IN (0, 1)),
  time_zone    TEXT,
  synced_ms    INTEGER,
  vendor_total INTEGER CHECK (vendor_total >= 0),
  removed      INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1))
) STRICT;

-- Each walk through a vendor's list. Ids only grow, so "before" and "after" need no clock.
CREATE TABLE sync_runs (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  account_no INTEGER NOT NULL REFERENCES accounts (no),
  began_ms   INTEGER NOT NULL,
  ended_ms   INTEGER,
  complete   INTEGER NOT NULL DEFAULT 0 CHECK (complete IN (0, 1))
) STRICT;
CREATE INDEX sync_runs_by_account ON sync_runs (account_no, id);

-- Keys are never used twice (AUTOINCREMENT): a job's item of a forgotten recording must not point to
-- another one.
CREATE TABLE recordings (
  key                INTEGER PRIMARY KEY AUTOINCREMENT CHECK (key BETWEEN 1 AND 4294967295),
  account_no         INTEGER NOT NULL REFERENCES accounts (no),
  recording_id       TEXT    NOT NULL,
  call_uuid          TEXT,
  media_url          TEXT,
  format             TEXT,
  kind               TEXT,
  added_ms           INTEGER,
  started_ms         INTEGER,
  start_is_estimated INTEGER NOT NULL CHECK (start_is_estimated IN (0, 1)),
  ended_ms           INTEGER,
  duration_ms        INTEGER CHECK (duration_ms >= 0),
  billed_s           INTEGER CHECK (billed_s >= 0),
  from_party         TEXT,
  to_party           TEXT,
  direction          TEXT,
  caller_name        TEXT,
  conference_name    TEXT,
  extensions         TEXT    NOT NULL CHECK (json_valid(extensions)),
  storage_days       INTEGER,
  storage_rate       REAL,
  monthly_cost       REAL,
  vendor_bytes       INTEGER CHECK (vendor_bytes >= 0),
  -- Derived from the columns above, to sort by.
  when_ms            INTEGER,
  from_sort          TEXT,
  to_sort            TEXT,
  conference_sort    TEXT,
  -- Derived from copies, job_items and last_failure by copies::settle_state alone.
  shown_bytes        INTEGER CHECK (shown_bytes >= 0),
  state              TEXT    NOT NULL
                     CHECK (state IN ('not_saved', 'moving', 'verified', 'remarked', 'failed')),
  last_failure       TEXT,
  -- History.
  first_seen_ms      INTEGER NOT NULL,
  seen_run           INTEGER NOT NULL,
  gone_ms            INTEGER,
  gone_run           INTEGER NOT NULL DEFAULT 0,
  deleted_by_us      INTEGER NOT NULL DEFAULT 0 CHECK (deleted_by_us IN (0, 1)),
  UNIQUE (account_no, recording_id)
) STRICT;
CREATE INDEX recordings_by_when ON recordings (when_ms);
CREATE INDEX recordings_by_account ON recordings (account_no, when_ms);
CREATE INDEX recordings_by_from ON recordings (from_sort, when_ms);
CREATE INDEX recordings_by_to ON recordings (to_sort, when_ms);
CREATE INDEX recordings_by_duration ON recordings (duration_ms, when_ms);
CREATE INDEX recordings_by_state ON recordings (state, gone_ms, deleted_by_us);
CREATE INDEX recordings_by_call ON recordings (account_no, call_uuid) WHERE call_uuid IS NOT NULL;
CREATE INDEX recordings_gone ON recordings (account_no, state) WHERE gone_ms IS NOT NULL;

-- The vendor's JSON is long and read one at a time; apart, it does not slow down scans.
CREATE TABLE raw_replies (
  key  INTEGER PRIMARY KEY REFERENCES recordings (key) ON DELETE CASCADE,
  json TEXT NOT NULL
) STRICT;

-- What search looks at, folded: `numbers` holds the digits of both parties, `words` everything else.
CREATE TABLE search_texts (
  key     INTEGER PRIMARY KEY REFERENCES recordings (key) ON DELETE CASCADE,
  numbers TEXT NOT NULL,
  words   TEXT NOT NULL
) STRICT;

-- Candidates for terms of three characters and more; search_texts has the last word.
CREATE VIRTUAL TABLE search_index USING fts5 (
  body, content = '', columnsize = 0, detail = none, tokenize = "trigram case_sensitive 1"
);

-- Files on this computer. They belong to the vendor's recording, not to our row of it, so they outlive a
-- rebuild of the index. `path` is text, or bytes where the system's path is not Unicode.
CREATE TABLE copies (
  account_no   INTEGER NOT NULL REFERENCES accounts (no),
  recording_id TEXT    NOT NULL,
  path         ANY     NOT NULL CHECK (typeof(path) IN ('text', 'blob')),
  size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256       TEXT    NOT NULL,
  verified_ms  INTEGER NOT NULL,
  evidence     TEXT    NOT NULL,
  remarks      TEXT    NOT NULL CHECK (json_valid(remarks)),
  PRIMARY KEY (account_no, recording_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  no         INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  state      TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'finished', 'cancelled')),
  folder     ANY     NOT NULL CHECK (typeof(folder) IN ('text', 'blob')),
  template   TEXT    NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms   INTEGER,
  note       TEXT
) STRICT;

-- `recording_key` is what the recording's key was when the job began; the pair (account_no,
-- recording_id) finds it again after a rebuild.
CREATE TABLE job_items (
  job_no         INTEGER NOT NULL REFERENCES jobs (no),
  position       INTEGER NOT NULL CHECK (position BETWEEN 0 AND 4294967295),
  recording_key  INTEGER NOT NULL CHECK (recording_key BETWEEN 0 AND 4294967295),
  account_no     INTEGER NOT NULL REFERENCES accounts (no),
  recording_id   TEXT    NOT NULL,
  state          TEXT    NOT NULL CHECK (state IN ('queued', 'receiving', 'verifying', 'verified',
                                                   'remarked', 'skipped', 'failed', 'cancelled')),
  name           TEXT,
  part           TEXT,
  received_bytes INTEGER NOT NULL DEFAULT 0 CHECK (received_bytes >= 0),
  total_bytes    INTEGER CHECK (total_bytes >= 0),
  etag           TEXT,
  note           TEXT,
  reply_json     TEXT,
  PRIMARY KEY (job_no, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_items_by_state ON job_items (job_no, state, position);
CREATE INDEX job_items_live ON job_items (account_no, recording_id)
  WHERE state IN ('queued', 'receiving', 'verifying');

CREATE TABLE exports (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  account_no    INTEGER NOT NULL REFERENCES accounts (no),
  account_label TEXT    NOT NULL,
  requested_ms  INTEGER NOT NULL,
  body_json     TEXT    NOT NULL,
  recipients    TEXT    NOT NULL CHECK (json_valid(recipients)),
  outcome       TEXT    NOT NULL
                CHECK (outcome IN ('sent', 'accepted', 'busy', 'refused', 'unanswered')),
  status        INTEGER CHECK (status BETWEEN 0 AND 65535),
  message       TEXT,
  correlation   TEXT
) STRICT;

-- Written before the vendor is asked. A row without an outcome is a deletion that may have happened.
CREATE TABLE deletions (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  recording_key   INTEGER NOT NULL CHECK (recording_key BETWEEN 0 AND 4294967295),
  account_no      INTEGER NOT NULL REFERENCES accounts (no),
  account_label   TEXT    NOT NULL,
  recording_id    TEXT    NOT NULL,
  who             TEXT    NOT NULL,
  reason          TEXT    NOT NULL,
  had_copy_sha256 TEXT,
  asked_ms        INTEGER NOT NULL,
  outcome         TEXT CHECK (outcome IN ('deleted', 'already_gone', 'failed')),
  detail          TEXT,
  settled_ms      INTEGER
) STRICT;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT, WITHOUT ROWID;
