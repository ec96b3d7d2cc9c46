-- Every statement of the store, by name. Those that begin with a keyword in the middle of a statement are parts: `rows` and
-- `count` take the conditions that a query asks for, in the order of this file. Parameters are named, but for
-- those of statements that insert many rows at once.

-- name: resource_get
-- One record whole, by its number.
SELECT r.id, r.uid, r.calendar, r.ical, r.href, r.etag, r.schedule_tag, r.base, r.sent,
    l.component, l.summary, l.note, l.client, l.status, l.priority, l.percent_complete, l.due_kind, l.due_value, l.due_tzid,
    l.due_at, l.start_kind, l.start_value, l.start_tzid, l.start_at, l.end_at, l.completed_at, l.estimate, l.warn_before,
    l.repeat, l.parent,
    l.problem, l.categories, l.after
FROM resource AS r JOIN listing AS l ON l.resource = r.id
WHERE r.id = :id

-- name: resource_by_uid
-- The number of the record that has a UID in a calendar.
SELECT id FROM resource WHERE calendar = :calendar AND uid = :uid

-- name: resource_by_href
-- The number of the record that lives at an href of a calendar.
SELECT id FROM resource WHERE calendar = :calendar AND href = :href

-- name: resource_calendar
-- Where a record is kept, to see whether it was moved.
SELECT calendar FROM resource WHERE id = :id

-- name: resource_ical
-- The text that is here, for the journal and for comparing before a swap.
SELECT ical FROM resource WHERE id = :id

-- name: resource_put
-- Insert a record (number NULL: a new one) or replace it.
INSERT INTO resource (id, calendar, uid, href, etag, schedule_tag, ical, base, sent)
VALUES (:id, :calendar, :uid, :href, :etag, :schedule_tag, :ical, :base, :sent)
ON CONFLICT (id) DO UPDATE SET
    calendar = excluded.calendar, uid = excluded.uid, href = excluded.href, etag = excluded.etag,
    schedule_tag = excluded.schedule_tag, ical = excluded.ical, base = excluded.base, sent = excluded.sent
RETURNING id

-- name: resource_add
-- Insert a new record; numbers ascend. Repeated for many rows, hence the positions.
INSERT INTO resource (calendar, uid, href, etag, schedule_tag, ical, base, sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: resource_last
-- The highest number there is.
SELECT COALESCE(MAX(id), 0) FROM resource

-- name: resource_above
-- The numbers that were given since.
SELECT id FROM resource WHERE id > :last ORDER BY id

-- name: resource_delete
-- Delete a record that exists on no side; its listing goes along.
DELETE FROM resource WHERE id = :id

-- name: listing_put
-- Save the index columns of a record.
INSERT INTO listing (
    resource, calendar, uid, is_here, component, summary, note, client, status, priority, percent_complete, due_kind, due_value,
    due_tzid, due_at, start_kind, start_value, start_tzid, start_at, end_at, completed_at, estimate, warn_before, repeat,
    parent, problem,
    categories, after
) VALUES (
    :id, :calendar, :uid, :is_here, :component, :summary, :note, :client, :status, :priority, :percent_complete, :due_kind,
    :due_value, :due_tzid, :due_at, :start_kind, :start_value, :start_tzid, :start_at, :end_at, :completed_at, :estimate,
    :warn_before, :repeat,
    :parent, :problem, :categories, :after
)
ON CONFLICT (resource) DO UPDATE SET
    calendar = excluded.calendar, uid = excluded.uid, is_here = excluded.is_here, component = excluded.component,
    summary = excluded.summary, note = excluded.note, client = excluded.client, status = excluded.status,
    priority = excluded.priority, percent_complete = excluded.percent_complete, due_kind = excluded.due_kind,
    due_value = excluded.due_value, due_tzid = excluded.due_tzid, due_at = excluded.due_at, start_kind = excluded.start_kind,
    start_value = excluded.start_value, start_tzid = excluded.start_tzid, start_at = excluded.start_at, end_at = excluded.end_at,
    completed_at = excluded.completed_at, estimate = excluded.estimate, warn_before = excluded.warn_before,
    repeat = excluded.repeat, parent = excluded.parent,
    problem = excluded.problem, categories = excluded.categories, after = excluded.after

-- name: listing_add
-- Save the index columns of a new record. Repeated for many rows, hence the positions.
INSERT INTO listing (
    resource, calendar, uid, is_here, component, summary, note, client, status, priority, percent_complete, due_kind, due_value,
    due_tzid, due_at, start_kind, start_value, start_tzid, start_at, end_at, completed_at, estimate, warn_before, repeat,
    parent, problem,
    categories, after
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: listing_replace
-- Save index columns derived anew; the texts stay.
UPDATE listing SET
    component = :component, summary = :summary, note = :note, client = :client, status = :status, priority = :priority,
    percent_complete = :percent_complete, due_kind = :due_kind, due_value = :due_value, due_tzid = :due_tzid, due_at = :due_at,
    start_kind = :start_kind, start_value = :start_value, start_tzid = :start_tzid, start_at = :start_at, end_at = :end_at,
    completed_at = :completed_at, estimate = :estimate, warn_before = :warn_before, repeat = :repeat, parent = :parent,
    problem = :problem,
    categories = :categories, after = :after
WHERE resource = :id

-- name: event_put
-- Save what an event has beside its listing.
INSERT INTO event (
    resource, clients, attendees, organizer, location, end_kind, end_value, end_tzid, first_at, last_at, busy, needs_text,
    exdates
) VALUES (
    :id, :clients, :attendees, :organizer, :location, :end_kind, :end_value, :end_tzid, :first_at, :last_at, :busy, :needs_text,
    :exdates
)
ON CONFLICT (resource) DO UPDATE SET
    clients = excluded.clients, attendees = excluded.attendees, organizer = excluded.organizer, location = excluded.location,
    end_kind = excluded.end_kind, end_value = excluded.end_value, end_tzid = excluded.end_tzid, first_at = excluded.first_at,
    last_at = excluded.last_at, busy = excluded.busy, needs_text = excluded.needs_text, exdates = excluded.exdates

-- name: events
-- The events that may take place in a span, with the text of those that cannot be told without it.
SELECT l.resource, l.uid, l.calendar, l.component, l.summary, l.status, l.start_kind, l.start_value, l.start_tzid, l.start_at,
    l.end_at, l.repeat, l.problem, e.clients, e.attendees, e.organizer, e.location, e.end_kind, e.end_value, e.end_tzid,
    e.first_at, e.last_at, e.busy, e.needs_text, e.exdates, r.ical
FROM event AS e
    JOIN listing AS l ON l.resource = e.resource
    LEFT JOIN resource AS r ON r.id = e.resource AND e.needs_text = 1
WHERE e.last_order > :start AND e.first_at < :end AND l.is_here = 1 AND l.component IN ('VEVENT', 'VFREEBUSY')
ORDER BY l.start_at, l.resource

-- name: listing_page
-- A part of all there is, for deriving anew.
SELECT resource, uid, calendar, component, summary, note, client, status, priority, percent_complete, due_kind, due_value,
    due_tzid, due_at, start_kind, start_value, start_tzid, start_at, end_at, completed_at, estimate, warn_before, repeat,
    parent, problem,
    categories, after
FROM listing WHERE resource > :above ORDER BY resource LIMIT :limit

-- name: rows
-- The lines of a list: records that are here. Conditions and order follow.
SELECT resource, uid, calendar, component, summary, note, client, status, priority, percent_complete, due_kind, due_value,
    due_tzid, due_at, start_kind, start_value, start_tzid, start_at, end_at, completed_at, estimate, warn_before, repeat,
    parent, problem,
    categories, after
FROM listing WHERE is_here = 1

-- name: count
-- How many lines a list would have. Conditions follow, and `counted`.
SELECT COUNT(*) FROM (SELECT 1 FROM listing WHERE is_here = 1

-- name: counted
-- The end of it.
)

-- name: where_component
-- VTODO, VEVENT, ...
AND component = :component

-- name: where_client
-- Those of one client.
AND client = :client

-- name: where_calendar
-- Those of one calendar.
AND calendar = :calendar

-- name: where_open
-- The usual statuses, which have an index.
AND is_open = 1

-- name: where_statuses
-- Any other set of statuses, each between two separators.
AND instr(:statuses, :separator || status || :separator) > 0

-- name: where_due_before
-- Those due before an instant; what has no due instant is not.
AND due_order < :due_before

-- name: where_repeating
-- Those with a rule.
AND repeat <> ''

-- name: where_doubtful
-- Those read with doubt.
AND problem <> ''

-- name: where_waiting
-- Those with a conflict that waits for an answer: sync left both sides as they are, and forgot the ETag to look at it again.
AND resource IN (
    SELECT id FROM resource WHERE is_pending = 1 AND href IS NOT NULL AND etag = '' AND sent IS NULL AND ical IS NOT NULL
)

-- name: order_due
-- The next first; what has no due instant last.
ORDER BY due_order, resource

-- name: order_client
-- Tasks of nobody come last.
ORDER BY client = '', client, due_order, resource

-- name: order_priority
-- 0 says that there is none (RFC 5545 §3.8.1.9).
ORDER BY priority = 0, priority, due_order, resource

-- name: limit
-- The first of them.
LIMIT :limit

-- name: find_number
-- What people type.
AND resource = :number

-- name: find_uid
-- The same UID may live in several calendars.
AND uid = :uid ORDER BY resource

-- name: find_prefix
-- UIDs from the typed beginning up to its successor.
AND uid >= :uid AND uid < :successor ORDER BY uid, resource

-- name: pending
-- What is to be pushed, or was begun to be.
SELECT id FROM resource WHERE calendar = :calendar AND is_pending = 1 ORDER BY id

-- name: known
-- What the server has, or may have.
SELECT id, uid, href, etag, sent IS NOT NULL FROM resource WHERE calendar = :calendar AND href IS NOT NULL ORDER BY href

-- name: run_reserve
-- Take the next number; `run_release` leaves no other trace of it.
INSERT INTO run (kind, command, at) VALUES ('', '', '') RETURNING id

-- name: run_release
-- Give the row back, not the number.
DELETE FROM run WHERE id = :id

-- name: run_put
-- Record a run with its first change. NULL takes the next number.
INSERT INTO run (id, kind, command, at, undoes) VALUES (:id, :kind, :command, :at, :undoes)
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: runs
-- The newest runs with the number of their changes and what took them back.
SELECT id, kind, command, at, undoes,
    (SELECT MAX(u.id) FROM run AS u WHERE u.undoes = run.id),
    (SELECT COUNT(*) FROM change WHERE change.run = run.id)
FROM run ORDER BY id DESC LIMIT :limit

-- name: run_get
-- One run, likewise.
SELECT id, kind, command, at, undoes,
    (SELECT MAX(u.id) FROM run AS u WHERE u.undoes = run.id),
    (SELECT COUNT(*) FROM change WHERE change.run = run.id)
FROM run WHERE id = :id

-- name: change_put
-- One line of the journal. What a change led to is kept where the view `journal` finds it.
INSERT INTO change (run, at, resource, uid, calendar, summary, before, after, other, note)
VALUES (:run, :at, :resource, :uid, :calendar, :summary, :before, :after, :other, :note)

-- name: change_add
-- The lines of the journal about all new records since a number.
INSERT INTO change (run, at, resource, uid, calendar, summary, after, note)
SELECT :run, :at, r.id, r.uid, r.calendar, l.summary, '', ''
FROM resource AS r JOIN listing AS l ON l.resource = r.id
WHERE r.id > :last
ORDER BY r.id

-- name: changes
-- The whole journal, oldest first.
SELECT run, at, resource, uid, calendar, summary, before, after, other, note FROM journal ORDER BY id

-- name: changes_of_run
-- What one run did.
SELECT run, at, resource, uid, calendar, summary, before, after, other, note FROM journal WHERE run = :run ORDER BY id

-- name: changes_of_resource
-- What happened to one record.
SELECT run, at, resource, uid, calendar, summary, before, after, other, note FROM journal WHERE resource = :resource ORDER BY id

-- name: changes_of_run_and_resource
-- What one run did to one record.
SELECT run, at, resource, uid, calendar, summary, before, after, other, note FROM journal
WHERE run = :run AND resource = :resource ORDER BY id

-- name: changes_noted
-- The lines with one note, or that note and another; the first condition is that of the index.
SELECT run, at, resource, uid, calendar, summary, before, after, other, note FROM journal
WHERE note <> '' AND note >= :note AND note < :note || ';!' AND (note = :note OR substr(note, length(:note) + 1, 2) = '; ')
ORDER BY id

-- name: changes_of_syncs
-- What syncs changed since then in what was here and stays, but for what was taken back.
SELECT c.run, c.at, c.resource, c.uid, c.calendar, c.summary, c.before, c.after, c.other, c.note
FROM run AS r JOIN journal AS c ON c.run = r.id
WHERE r.kind = :kind AND r.at >= :since AND c.before <> c.after AND NOT EXISTS (SELECT 1 FROM run AS u WHERE u.undoes = r.id)
ORDER BY c.id

-- name: changes_of_conflicts
-- Where syncs settled a conflict since then, likewise.
SELECT c.run, c.at, c.resource, c.uid, c.calendar, c.summary, c.before, c.after, c.other, c.note
FROM run AS r JOIN journal AS c ON c.run = r.id
WHERE r.kind = :kind AND r.at >= :since AND c.other IS NOT NULL AND NOT EXISTS (SELECT 1 FROM run AS u WHERE u.undoes = r.id)
ORDER BY c.id

-- name: unreadable_put
-- Remember or replace a resource that cannot be read.
INSERT INTO unreadable (calendar, href, etag, text, reason) VALUES (:calendar, :href, :etag, :text, :reason)
ON CONFLICT (calendar, href) DO UPDATE SET etag = excluded.etag, text = excluded.text, reason = excluded.reason

-- name: unreadable_delete
-- Forget one that can be read again, or is gone.
DELETE FROM unreadable WHERE calendar = :calendar AND href = :href

-- name: unreadable
-- Those of one calendar, or of all ('').
SELECT calendar, href, etag, text, reason FROM unreadable
WHERE calendar = :calendar OR :calendar = '' ORDER BY calendar, href

-- name: collection_put
-- Remember where sync stands.
INSERT INTO collection (calendar, url, sync_token, ctag, listed_at, synced_at, problem, display_name, run)
VALUES (:calendar, :url, :sync_token, :ctag, :listed_at, :synced_at, :problem, :display_name, :run)
ON CONFLICT (calendar) DO UPDATE SET
    url = excluded.url, sync_token = excluded.sync_token, ctag = excluded.ctag, listed_at = excluded.listed_at,
    synced_at = excluded.synced_at, problem = excluded.problem, display_name = excluded.display_name, run = excluded.run

-- name: collection_delete
-- Forget it.
DELETE FROM collection WHERE calendar = :calendar

-- name: resource_detach
-- Nothing is agreed on any more with the server of a calendar.
UPDATE resource SET href = NULL, etag = '', schedule_tag = '', base = NULL, sent = NULL
WHERE calendar = :calendar AND ical IS NOT NULL

-- name: resource_drop_removed
-- Nothing is to be told to it either.
DELETE FROM resource WHERE calendar = :calendar AND ical IS NULL

-- name: unreadable_drop
-- What it had that could not be read is its own business.
DELETE FROM unreadable WHERE calendar = :calendar

-- name: collections
-- Where sync stands with every collection.
SELECT calendar, url, sync_token, ctag, listed_at, synced_at, problem, display_name, run FROM collection ORDER BY calendar

-- name: collection_get
-- Where sync stands with one.
SELECT calendar, url, sync_token, ctag, listed_at, synced_at, problem, display_name, run FROM collection
WHERE calendar = :calendar

-- name: home_get
-- What it took to ask in a home.
SELECT together, together_at, told, alone, alone_at FROM home WHERE url = :url

-- name: home_put
-- Remember it.
INSERT INTO home (url, together, together_at, told, alone, alone_at)
VALUES (:url, :together, :together_at, :told, :alone, :alone_at)
ON CONFLICT (url) DO UPDATE SET
    together = excluded.together, together_at = excluded.together_at, told = excluded.told, alone = excluded.alone,
    alone_at = excluded.alone_at

-- name: fingerprint
-- What the derived instants were derived with.
SELECT fingerprint FROM derivation

-- name: fingerprint_put
-- Remember it.
INSERT INTO derivation (only, fingerprint) VALUES (1, :fingerprint)
ON CONFLICT (only) DO UPDATE SET fingerprint = excluded.fingerprint

-- name: finding_since
-- What a reader was told and believes to hold.
SELECT finding, since FROM finding_seen WHERE reader = :reader

-- name: finding_seen
-- One of them whole.
SELECT finding, since, code, severity, uid, summary, client, message, key, at, facts FROM finding_seen
WHERE reader = :reader AND finding = :finding

-- name: finding_beginning
-- Whatever anybody believes to hold, by the beginning of its identity; one line each.
SELECT finding, MIN(since), code, severity, uid, summary, client, message, key, at, facts FROM finding_seen
WHERE finding >= :prefix AND finding < :successor GROUP BY finding ORDER BY finding

-- name: finding_seen_put
-- A reader was told; one who was told before keeps what he was told then.
INSERT INTO finding_seen (reader, finding, since, code, severity, uid, summary, client, message, key, at, facts)
VALUES (:reader, :finding, :since, :code, :severity, :uid, :summary, :client, :message, :key, :at, :facts)
ON CONFLICT (reader, finding) DO NOTHING

-- name: finding_seen_delete
-- It holds no more.
DELETE FROM finding_seen WHERE reader = :reader AND finding = :finding

-- name: finding_forget
-- Nobody was told of it.
DELETE FROM finding_seen WHERE finding = :finding

-- name: finding_mutes
-- Everything that is acknowledged or snoozed.
SELECT finding, severity, made, until FROM finding_mute ORDER BY finding

-- name: finding_mute_put
-- Mute one, or mute it in another way.
INSERT INTO finding_mute (finding, severity, made, until) VALUES (:finding, :severity, :made, :until)
ON CONFLICT (finding) DO UPDATE SET severity = excluded.severity, made = excluded.made, until = excluded.until

-- name: finding_mute_delete
-- Tell it again.
DELETE FROM finding_mute WHERE finding = :finding

-- name: digest_deliveries
-- What became of a reader's digests.
SELECT reader, day, outcome, at, message_id, problem FROM digest WHERE reader = :reader AND day >= :since ORDER BY day

-- name: digest_claim
-- It is about to be sent, unless another attempt is not known to have failed.
INSERT INTO digest (reader, day, outcome, at, message_id, problem)
VALUES (:reader, :day, :outcome, :at, :message_id, :problem)
ON CONFLICT (reader, day) DO UPDATE SET
    outcome = excluded.outcome, at = excluded.at, message_id = excluded.message_id, problem = excluded.problem
WHERE digest.outcome IN ('failed', 'refused')
RETURNING day

-- name: digest_settle
-- What became of it.
INSERT INTO digest (reader, day, outcome, at, message_id, problem)
VALUES (:reader, :day, :outcome, :at, :message_id, :problem)
ON CONFLICT (reader, day) DO UPDATE SET
    outcome = excluded.outcome, at = excluded.at, message_id = excluded.message_id, problem = excluded.problem

-- name: feed_get
-- Where a feed stands.
SELECT key, token, terms, seen, items, file, look, head, written_at FROM feed WHERE name = :name

-- name: feed_names
-- Every feed that was ever written.
SELECT name FROM feed ORDER BY name

-- name: feed_put
-- Remember where a feed stands.
INSERT INTO feed (name, key, token, terms, seen, items, file, look, head, written_at)
VALUES (:name, :key, :token, :terms, :seen, :items, :file, :look, :head, :written_at)
ON CONFLICT (name) DO UPDATE SET
    key = excluded.key, token = excluded.token, terms = excluded.terms, seen = excluded.seen, items = excluded.items,
    file = excluded.file, look = excluded.look, head = excluded.head, written_at = excluded.written_at

-- name: feed_delete
-- Forget a feed; its items go along.
DELETE FROM feed WHERE name = :name

-- name: change_newest
-- The newest line of the journal.
SELECT COALESCE(MAX(id), 0) FROM change

-- name: changed_since
-- The records that were changed since a line of it. The sign is for SQLite, which would walk through an index of all records to
-- have them apart.
SELECT DISTINCT +resource FROM change WHERE id > :change LIMIT :limit

-- name: feed_tasks
-- What is due in a stretch of time, and what is open and never due, or was due before and is again; the text of what repeats.
SELECT l.resource, l.uid, l.calendar, l.summary, l.note, l.client, l.status, l.priority, l.percent_complete, l.due_kind, l.due_value,
    l.due_tzid, l.due_at, l.start_kind, l.start_value, l.start_tzid, l.start_at, l.completed_at, l.estimate, l.categories, l.repeat,
    r.ical
FROM listing AS l LEFT JOIN resource AS r ON r.id = l.resource AND l.repeat <> ''
WHERE l.is_here = 1 AND l.component = 'VTODO'
    AND (l.due_order >= :start AND l.due_order < :end
        OR l.is_open = 1 AND l.due_at IS NULL
        OR l.is_open = 1 AND l.due_order < :start AND l.repeat <> '')
ORDER BY l.resource

-- name: feed_task
-- One task.
SELECT l.resource, l.uid, l.calendar, l.summary, l.note, l.client, l.status, l.priority, l.percent_complete, l.due_kind, l.due_value,
    l.due_tzid, l.due_at, l.start_kind, l.start_value, l.start_tzid, l.start_at, l.completed_at, l.estimate, l.categories, l.repeat,
    r.ical
FROM listing AS l LEFT JOIN resource AS r ON r.id = l.resource AND l.repeat <> ''
WHERE l.is_here = 1 AND l.component = 'VTODO' AND l.resource = :id

-- name: feed_event
-- One event, as `events` finds it.
SELECT l.resource, l.uid, l.calendar, l.component, l.summary, l.status, l.start_kind, l.start_value, l.start_tzid, l.start_at,
    l.end_at, l.repeat, l.problem, e.clients, e.attendees, e.organizer, e.location, e.end_kind, e.end_value, e.end_tzid,
    e.first_at, e.last_at, e.busy, e.needs_text, e.exdates, r.ical
FROM event AS e
    JOIN listing AS l ON l.resource = e.resource
    LEFT JOIN resource AS r ON r.id = e.resource AND e.needs_text = 1
WHERE e.resource = :id AND l.is_here = 1 AND l.component IN ('VEVENT', 'VFREEBUSY')

-- name: feed_items
-- Every item of a feed, as it was last written.
SELECT kind, resource, stamp, sequence, zones, text FROM feed_item WHERE feed = :feed

-- name: feed_item
-- One item of a feed.
SELECT kind, resource, stamp, sequence, zones, text FROM feed_item WHERE feed = :feed AND kind = :kind AND resource = :resource

-- name: feed_item_put
-- Remember what an item was written as.
INSERT INTO feed_item (feed, kind, resource, stamp, sequence, zones, text, size)
VALUES (:feed, :kind, :resource, :stamp, :sequence, :zones, :text, LENGTH(:text))
ON CONFLICT (feed, kind, resource) DO UPDATE SET
    stamp = excluded.stamp, sequence = excluded.sequence, zones = excluded.zones, text = excluded.text,
    size = excluded.size

-- name: feed_item_delete
-- It is in the feed no more.
DELETE FROM feed_item WHERE feed = :feed AND kind = :kind AND resource = :resource

-- name: feed_texts
-- What a feed is put together from.
SELECT text FROM feed_item WHERE feed = :feed AND kind = :kind ORDER BY resource

-- name: feed_size
-- How much some of them take, `last` not included.
SELECT COALESCE(SUM(size), 0) FROM feed_item WHERE feed = :feed AND kind = :kind AND resource >= :first AND resource < :last

-- name: feed_zones
-- Which clocks it must define: from each to the next one in the index, since SELECT DISTINCT would look at every item.
WITH RECURSIVE found (zones) AS (
    SELECT MIN(zones) FROM feed_item WHERE feed = :feed
    UNION ALL
    SELECT (SELECT MIN(i.zones) FROM feed_item AS i WHERE i.feed = :feed AND i.zones > f.zones) FROM found AS f WHERE f.zones IS NOT NULL
)
SELECT zones FROM found WHERE zones IS NOT NULL
