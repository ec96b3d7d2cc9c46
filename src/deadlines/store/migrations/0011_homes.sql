-- What it last took (seconds) to learn that nothing changed in the calendars of a home: `together` with one request for all of them,
-- which told so of the share `told` of them, and `alone` with a request for each.
CREATE TABLE home (
    url TEXT PRIMARY KEY,
    together REAL,
    together_at TEXT,
    told REAL NOT NULL,
    alone REAL,
    alone_at TEXT
);
