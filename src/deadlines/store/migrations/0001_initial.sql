-- The texts and what sync knows of them: the truth. One row per calendar object resource; `id` is the number people type and is
-- never reused. Texts, UIDs and hrefs are bytes: what a server sends need not be UTF-8.
CREATE TABLE resource (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    calendar TEXT NOT NULL,
    uid BLOB NOT NULL,
    href BLOB,
    etag TEXT NOT NULL,
    schedule_tag TEXT NOT NULL,
    ical BLOB,
    base BLOB,
    sent BLOB,
    is_pending INTEGER GENERATED ALWAYS AS (CASE WHEN ical = base AND sent IS NULL THEN 0 ELSE 1 END) VIRTUAL,
    UNIQUE (calendar, uid),
    UNIQUE (calendar, href),
    CHECK (ical IS NOT NULL OR base IS NOT NULL OR sent IS NOT NULL)
);

-- Finding nothing to push must not depend on how much there is.
CREATE INDEX resource_pending ON resource (calendar, id) WHERE is_pending = 1;

-- The index columns, derived from `ical`: all that a list reads. Apart from the texts, since a list of everything would otherwise
-- walk through them. `due_order` puts what has no due instant last.
CREATE TABLE listing (
    resource INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
    calendar TEXT NOT NULL,
    uid BLOB NOT NULL,
    is_here INTEGER NOT NULL,
    component TEXT NOT NULL,
    summary TEXT NOT NULL,
    note TEXT NOT NULL,
    client TEXT NOT NULL,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    percent_complete INTEGER NOT NULL,
    due_kind TEXT NOT NULL,
    due_value TEXT NOT NULL,
    due_tzid TEXT NOT NULL,
    due_at INTEGER,
    start_kind TEXT NOT NULL,
    start_value TEXT NOT NULL,
    start_tzid TEXT NOT NULL,
    start_at INTEGER,
    end_at INTEGER,
    completed_at INTEGER,
    estimate INTEGER,
    repeat TEXT NOT NULL,
    parent TEXT NOT NULL,
    problem TEXT NOT NULL,
    categories TEXT NOT NULL,
    after TEXT NOT NULL,
    is_open INTEGER GENERATED ALWAYS AS (CASE WHEN status IN ('needs-action', 'in-process') THEN 1 ELSE 0 END) VIRTUAL,
    due_order INTEGER GENERATED ALWAYS AS (COALESCE(due_at, 9223372036854775807)) VIRTUAL
);

-- The next open tasks, of everybody or of one client, without looking at the others.
CREATE INDEX listing_open ON listing (component, is_open, due_order, resource) WHERE is_here = 1;
CREATE INDEX listing_client ON listing (client, component, is_open, due_order, resource) WHERE is_here = 1;

-- The same whatever their status.
CREATE INDEX listing_due ON listing (component, due_order, resource) WHERE is_here = 1;

-- The beginning of a UID, typed instead of a number.
CREATE INDEX listing_uid ON listing (uid);

-- One command, sync or undo that changed something. Instants are ISO 8601 in UTC.
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    command TEXT NOT NULL,
    at TEXT NOT NULL,
    undoes INTEGER REFERENCES run (id)
);

CREATE INDEX run_undoes ON run (undoes) WHERE undoes IS NOT NULL;

-- The journal. It names resources that may be gone, so it refers to none of them.
CREATE TABLE change (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    at TEXT NOT NULL,
    resource INTEGER NOT NULL,
    uid BLOB NOT NULL,
    calendar TEXT NOT NULL,
    summary TEXT NOT NULL,
    before BLOB,
    after BLOB,
    other BLOB,
    note TEXT NOT NULL
);

CREATE INDEX change_run ON change (run);
CREATE INDEX change_resource ON change (resource);

-- What the server has and we cannot read, or may not tell apart.
CREATE TABLE unreadable (
    calendar TEXT NOT NULL,
    href BLOB NOT NULL,
    etag TEXT NOT NULL,
    text BLOB NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (calendar, href)
);

-- Where sync stands with each collection.
CREATE TABLE collection (
    calendar TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    sync_token TEXT NOT NULL,
    ctag TEXT NOT NULL,
    listed_at TEXT,
    synced_at TEXT,
    problem TEXT NOT NULL,
    display_name TEXT NOT NULL
);

-- What the derived instants were derived with.
CREATE TABLE derivation (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    fingerprint TEXT NOT NULL
);
