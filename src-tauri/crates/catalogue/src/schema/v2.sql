-- Search moves from the file into memory (see mirror/mod.rs), so its tables and the indexes that only it used are dropped; what a
-- person writes on recordings, saved views, and the provider's word on single days are new.

-- What the engine keeps of an account beyond its profile, as JSON whose meaning is the engine's.
ALTER TABLE accounts ADD COLUMN profile_json TEXT CHECK (profile_json IS NULL OR json_valid(profile_json));

ALTER TABLE recordings ADD COLUMN file_name TEXT;
ALTER TABLE recordings ADD COLUMN rule_ids TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(rule_ids));

-- Notes, tags, stars and holds belong to the vendor's recording, not to our row of it, so they outlive a sync that loses
-- it and a rebuild of the index.
CREATE TABLE annotations (
  account_no   INTEGER NOT NULL REFERENCES accounts (no),
  recording_id TEXT    NOT NULL,
  note         TEXT,
  starred      INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1)),
  tags         TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(tags)),
  hold_name    TEXT,
  hold_reason  TEXT,
  hold_who     TEXT,
  hold_ms      INTEGER,
  changed_ms   INTEGER NOT NULL,
  CHECK ((hold_name IS NULL) = (hold_ms IS NULL)),
  PRIMARY KEY (account_no, recording_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE views (
  id       TEXT    NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  name     TEXT    NOT NULL,
  json     TEXT    NOT NULL CHECK (json_valid(json))
) STRICT, WITHOUT ROWID;

-- How many recordings the provider says began in a span of time. Spans and not days, because where a day begins depends
-- on a time zone that a person may change.
CREATE TABLE span_totals (
  account_no INTEGER NOT NULL REFERENCES accounts (no),
  from_ms    INTEGER NOT NULL,
  to_ms      INTEGER NOT NULL,
  total      INTEGER NOT NULL CHECK (total >= 0),
  asked_ms   INTEGER NOT NULL,
  PRIMARY KEY (account_no, from_ms, to_ms)
) STRICT, WITHOUT ROWID;

DROP TABLE search_index;
DROP TABLE search_texts;
DROP INDEX recordings_by_when;
DROP INDEX recordings_by_account;
DROP INDEX recordings_by_from;
DROP INDEX recordings_by_to;
DROP INDEX recordings_by_duration;
DROP INDEX recordings_by_state;
DROP INDEX recordings_by_call;
ALTER TABLE recordings DROP COLUMN from_sort;
ALTER TABLE recordings DROP COLUMN to_sort;
ALTER TABLE recordings DROP COLUMN conference_sort;
