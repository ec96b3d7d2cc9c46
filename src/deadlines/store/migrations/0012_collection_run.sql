-- The run that last synced a collection: what was changed here since then has a higher one, whatever the clocks say.
ALTER TABLE collection ADD COLUMN run INTEGER NOT NULL DEFAULT 0;
