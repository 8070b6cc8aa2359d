-- The event log begins a new epoch when a backup is restored. Its ids begin at a number that no
-- other timeline of the same log can have reached, so that a cursor from one is found out.
CREATE TABLE epochs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  -- The last event of the epoch before; 0 for the first epoch.
  after_event_id INTEGER NOT NULL,
  first_event_id INTEGER NOT NULL CHECK (first_event_id > after_event_id),
  began_at INTEGER NOT NULL
) STRICT;
INSERT INTO epochs VALUES (1, lower(hex(randomblob(16))), 0, 1, unixepoch() * 1000);
