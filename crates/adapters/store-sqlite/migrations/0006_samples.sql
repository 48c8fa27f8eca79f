-- Samples get what they are looked for by, and an order in which a lane's records follow each other whatever their shares. Nothing
-- was kept in the table before.

DROP TABLE samples;

CREATE TABLE samples (
    run      BLOB    NOT NULL,
    signal   TEXT    NOT NULL,
    seq      INTEGER NOT NULL,
    share    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    level    TEXT,             -- of a log
    trace_id TEXT,             -- of a trace
    body     TEXT    NOT NULL, -- JSON
    PRIMARY KEY (run, signal, seq, share)
) STRICT;

CREATE INDEX samples_by_trace ON samples (run, trace_id) WHERE trace_id IS NOT NULL;
CREATE INDEX samples_by_time ON samples (at);
