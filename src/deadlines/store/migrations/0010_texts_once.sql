-- Texts that are kept elsewhere are not kept a second and a third time. Texts are bytes, so `''` (characters, none) is none of
-- them. As a `base` it is the text that is here, as the base of nearly all records is.
DROP INDEX resource_pending;
ALTER TABLE resource DROP COLUMN is_pending;
UPDATE resource SET base = '' WHERE base = ical;
ALTER TABLE resource ADD COLUMN is_pending INTEGER
    GENERATED ALWAYS AS (CASE WHEN base = '' AND sent IS NULL THEN 0 ELSE 1 END) VIRTUAL;
CREATE INDEX resource_pending ON resource (calendar, id) WHERE is_pending = 1;

-- As an `after` it is what the next change of the record found, or what is here while there is no other. Older lines have it whole.
CREATE VIEW journal AS
SELECT c.id, c.run, c.at, c.resource, c.uid, c.calendar, c.summary, c.before,
    CASE WHEN c.after = '' THEN COALESCE(
        (SELECT n.before FROM change AS n WHERE n.resource = c.resource AND n.id > c.id ORDER BY n.id LIMIT 1),
        (SELECT r.ical FROM resource AS r WHERE r.id = c.resource)
    ) ELSE c.after END AS after,
    c.other, c.note
FROM change AS c;
