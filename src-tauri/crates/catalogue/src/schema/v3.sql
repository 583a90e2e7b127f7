-- Downloads that can be ordered, held and put off; what is known of copies since; rules that keep saving.

-- The queue: urgency first, then rank, smallest first. What a job is told to do besides saving the audio is
-- the engine's affair.
ALTER TABLE jobs ADD COLUMN priority TEXT NOT NULL DEFAULT 'normal'
  CHECK (priority IN ('high', 'normal', 'low'));
ALTER TABLE jobs ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN options_json TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options_json));
ALTER TABLE jobs ADD COLUMN rule_id TEXT;
-- The sums of an ended job, so that a long history is cheap to list.
ALTER TABLE jobs ADD COLUMN tally_json TEXT CHECK (tally_json IS NULL OR json_valid(tally_json));
UPDATE jobs SET rank = no;

-- `held`: a person paused this file. `not_before_ms`: the provider was not ready; not to be tried sooner.
-- `intent_json` is written before a finished file gets its final name, and says which name and which hash:
-- a file of that name and hash is the copy, even if the program ended before it could say so.
ALTER TABLE job_items ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
ALTER TABLE job_items ADD COLUMN not_before_ms INTEGER;
ALTER TABLE job_items ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job_items ADD COLUMN tries INTEGER NOT NULL DEFAULT 0 CHECK (tries >= 0);
ALTER TABLE job_items ADD COLUMN intent_json TEXT CHECK (intent_json IS NULL OR json_valid(intent_json));
CREATE INDEX job_items_next ON job_items (job_no, urgency DESC, position)
  WHERE state = 'queued' AND held = 0;

-- What the last check of a copy found.
ALTER TABLE copies ADD COLUMN checked_ms INTEGER;
ALTER TABLE copies ADD COLUMN check_result TEXT
  CHECK (check_result IN ('ok', 'changed', 'missing', 'cannot_check'));
CREATE INDEX copies_by_hash ON copies (sha256);

-- Rules that keep saving. Query, options and tally are the engine's affair.
CREATE TABLE save_rules (
  id           TEXT    NOT NULL PRIMARY KEY,
  label        TEXT    NOT NULL,
  query_json   TEXT    NOT NULL CHECK (json_valid(query_json)),
  folder       ANY     NOT NULL CHECK (typeof(folder) IN ('text', 'blob')),
  template     TEXT    NOT NULL,
  options_json TEXT    NOT NULL CHECK (json_valid(options_json)),
  enabled      INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  created_ms   INTEGER NOT NULL,
  last_json    TEXT CHECK (last_json IS NULL OR json_valid(last_json))
) STRICT;
