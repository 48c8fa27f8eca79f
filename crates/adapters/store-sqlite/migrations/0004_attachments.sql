-- Documents that are kept with a run under a name.
CREATE TABLE attachments (
    run  BLOB    NOT NULL,
    name TEXT    NOT NULL,
    at   INTEGER NOT NULL,
    body TEXT    NOT NULL, -- JSON
    PRIMARY KEY (run, name)
) STRICT;
