-- A recording may have several copies: one a path on this computer, and one a key in each bucket. Every record of a copy is carried
-- over as it is. `place` stays empty for a file on this computer, so the name of a copy is an index over an expression.
CREATE TABLE several_copies (
  account_no   INTEGER NOT NULL REFERENCES accounts (no),
  recording_id TEXT    NOT NULL,
  place        TEXT,
  path         ANY     NOT NULL CHECK (typeof(path) IN ('text', 'blob')),
  size_bytes   INTEGER NOT NULL CHECK (size_bytes >= 0),
  sha256       TEXT    NOT NULL,
  verified_ms  INTEGER NOT NULL,
  evidence     TEXT    NOT NULL,
  remarks      TEXT    NOT NULL CHECK (json_valid(remarks)),
  checked_ms   INTEGER,
  check_result TEXT CHECK (check_result IN ('ok', 'changed', 'missing', 'cannot_check'))
) STRICT;
INSERT INTO several_copies
  (account_no, recording_id, place, path, size_bytes, sha256, verified_ms, evidence, remarks, checked_ms, check_result)
  SELECT account_no, recording_id, place, path, size_bytes, sha256, verified_ms, evidence, remarks, checked_ms, check_result
  FROM copies;
DROP TABLE copies;
ALTER TABLE several_copies RENAME TO copies;
CREATE UNIQUE INDEX copies_by_name ON copies (account_no, recording_id, coalesce(place, ''), path);
CREATE INDEX copies_by_hash ON copies (sha256);
CREATE INDEX copies_by_place ON copies (place, path) WHERE place IS NOT NULL;

-- What a reading of a list brought, and what it did not, is asked for at its end: without this the whole account was read each time.
CREATE INDEX recordings_by_run ON recordings (account_no, seen_run, added_ms);
