-- The instances that were taken out of a series, so that finding meetings need not read its text for them.
ALTER TABLE event ADD COLUMN exdates TEXT NOT NULL DEFAULT '';
