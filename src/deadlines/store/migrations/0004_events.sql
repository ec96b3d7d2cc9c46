-- What an event has beside its listing: all that finding meetings reads, so that task lists pay nothing for it. A record that became
-- something else keeps its row; `component` of the listing says what it is.
CREATE TABLE event (
    resource INTEGER PRIMARY KEY REFERENCES resource (id) ON DELETE CASCADE,
    clients TEXT NOT NULL,
    attendees TEXT NOT NULL,
    organizer TEXT NOT NULL,
    location TEXT NOT NULL,
    end_kind TEXT NOT NULL,
    end_value TEXT NOT NULL,
    end_tzid TEXT NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER,
    busy INTEGER NOT NULL,
    needs_text INTEGER NOT NULL,
    last_order INTEGER GENERATED ALWAYS AS (COALESCE(last_at, 9223372036854775807)) VIRTUAL
);

-- What takes place from some day on, without looking at what is long over.
CREATE INDEX event_span ON event (last_order, first_at);
