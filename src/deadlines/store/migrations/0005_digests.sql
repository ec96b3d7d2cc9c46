-- What became of each digest: one line for each reader and each of his days. `message_id` and `at` are of the last attempt.
CREATE TABLE digest (
    reader TEXT NOT NULL,
    day TEXT NOT NULL,
    outcome TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at TEXT NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (reader, day)
) WITHOUT ROWID;
