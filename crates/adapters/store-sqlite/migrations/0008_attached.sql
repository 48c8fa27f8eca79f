-- For those who look for all documents of a name.
CREATE INDEX attachments_by_name ON attachments (name, at, run);
