-- How long each text is (octets), so that where an item lies in its feed's file is a sum over the ones before it.
ALTER TABLE feed_item ADD COLUMN size INTEGER NOT NULL DEFAULT 0;
UPDATE feed_item SET size = LENGTH(text);
CREATE INDEX feed_item_size ON feed_item (feed, kind, resource, size);
CREATE INDEX feed_item_zones ON feed_item (feed, zones);

-- How much of a feed's file comes before its items (octets). With 0 no sum comes to the size of a file, which is then written whole.
ALTER TABLE feed ADD COLUMN head INTEGER NOT NULL DEFAULT 0;

-- How many items there are, so that nobody counts them to say so.
ALTER TABLE feed ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
UPDATE feed SET items = (SELECT COUNT(*) FROM feed_item WHERE feed_item.feed = feed.name);
