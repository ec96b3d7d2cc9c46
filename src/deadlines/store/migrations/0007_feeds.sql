-- Where each feed stands. `key` derives its UIDs; `token` is in the name of its file where that is secret.
CREATE TABLE feed (
    name TEXT PRIMARY KEY,
    key BLOB NOT NULL,
    token TEXT NOT NULL,
    terms TEXT NOT NULL,
    seen INTEGER NOT NULL,
    file TEXT NOT NULL,
    look TEXT NOT NULL,
    written_at TEXT
);

-- What each item of a feed was last written as. `resource` is 0 for what shows no single record.
CREATE TABLE feed_item (
    feed TEXT NOT NULL REFERENCES feed (name) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    resource INTEGER NOT NULL,
    stamp TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    zones TEXT NOT NULL,
    text BLOB NOT NULL,
    PRIMARY KEY (feed, kind, resource)
) WITHOUT ROWID;
