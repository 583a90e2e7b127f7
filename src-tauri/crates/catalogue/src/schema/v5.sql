-- A copy may be an object in a bucket: `place` names the bucket, and `path` is the object's key in it.
ALTER TABLE copies ADD COLUMN place TEXT;
CREATE INDEX copies_by_place ON copies (place, path) WHERE place IS NOT NULL;
