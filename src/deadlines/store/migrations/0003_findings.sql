-- Who was told which finding that still holds, as it was then. `finding` is its identity; `facts` is JSON; instants are ISO 8601 in UTC.
CREATE TABLE finding_seen (
    reader TEXT NOT NULL,
    finding TEXT NOT NULL,
    since TEXT NOT NULL,
    code TEXT NOT NULL,
    severity TEXT NOT NULL,
    uid BLOB NOT NULL,
    summary TEXT NOT NULL,
    client TEXT NOT NULL,
    message TEXT NOT NULL,
    key BLOB NOT NULL,
    at TEXT,
    facts TEXT NOT NULL,
    PRIMARY KEY (reader, finding)
) WITHOUT ROWID;

-- The beginning of an identity, typed.
CREATE INDEX finding_seen_finding ON finding_seen (finding);

-- What nobody wants to be told: for ever where `until` is NULL, unless it gets graver than `severity`.
CREATE TABLE finding_mute (
    finding TEXT PRIMARY KEY,
    severity TEXT NOT NULL,
    made TEXT NOT NULL,
    until TEXT
) WITHOUT ROWID;
