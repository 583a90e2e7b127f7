-- Export jobs of VBC. A job is written down with the vendor's id as soon as the vendor gave one; the request itself is in
-- `exports`. Jobs that were made elsewhere are here too, without a request.
CREATE TABLE export_jobs (
  account_no      INTEGER NOT NULL REFERENCES accounts (no),
  job_id          TEXT    NOT NULL,
  list            TEXT    NOT NULL,
  status          TEXT    NOT NULL,
  failed          INTEGER NOT NULL DEFAULT 0 CHECK (failed IN (0, 1)),
  files_completed INTEGER CHECK (files_completed >= 0),
  files_total     INTEGER CHECK (files_total >= 0),
  download_url    TEXT,
  valid_until_ms  INTEGER,
  export_id       INTEGER REFERENCES exports (id),
  first_seen_ms   INTEGER NOT NULL,
  checked_ms      INTEGER,
  archive         ANY     CHECK (archive IS NULL OR typeof(archive) IN ('text', 'blob')),
  PRIMARY KEY (account_no, job_id)
) STRICT, WITHOUT ROWID;

-- Where a reading of an account's lists stands, as JSON whose meaning is the engine's, so that one that was interrupted goes
-- on instead of beginning again.
ALTER TABLE sync_runs ADD COLUMN progress_json TEXT CHECK (progress_json IS NULL OR json_valid(progress_json));
