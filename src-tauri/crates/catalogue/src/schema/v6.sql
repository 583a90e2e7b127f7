-- The rows in memory (see mirror/mod.rs) are kept in a file beside this one, so that a start need not read every row of this one.
-- `saved_mirror` in meta is the number of the picture that belongs to this file. From then on SQLite itself notes each row that
-- changes in what the picture holds, in the transaction that changes it, so a picture is never believed beyond what it knows,
-- whoever writes and however a program ends.
CREATE TABLE changed_rows (
  key INTEGER PRIMARY KEY
) STRICT;
CREATE TRIGGER recordings_inserted AFTER INSERT ON recordings
WHEN EXISTS (SELECT 1 FROM meta WHERE name = 'saved_mirror')
BEGIN
  INSERT OR IGNORE INTO changed_rows (key) VALUES (new.key);
END;
CREATE TRIGGER recordings_deleted AFTER DELETE ON recordings
WHEN EXISTS (SELECT 1 FROM meta WHERE name = 'saved_mirror')
BEGIN
  INSERT OR IGNORE INTO changed_rows (key) VALUES (old.key);
END;
-- What a run notes on every row it meets is not among the columns, so that a full sync leaves a picture as good as it was.
CREATE TRIGGER recordings_updated AFTER UPDATE OF
  account_no, recording_id, call_uuid, format, kind, when_ms, added_ms, duration_ms, from_party, to_party, direction, caller_name,
  conference_name, extensions, monthly_cost, shown_bytes, state, gone_ms, deleted_by_us
ON recordings
WHEN EXISTS (SELECT 1 FROM meta WHERE name = 'saved_mirror')
BEGIN
  INSERT OR IGNORE INTO changed_rows (key) VALUES (new.key);
END;
