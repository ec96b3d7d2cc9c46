-- How long before it should be done a task is due soon, in seconds, where it says so itself.
ALTER TABLE listing ADD COLUMN warn_before INTEGER;
