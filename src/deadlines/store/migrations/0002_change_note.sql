-- What the journal notes of its lines is looked for: the instances of repeating tasks that were done.
CREATE INDEX change_note ON change (note, id) WHERE note <> '';
