-- A row of `runs` is one share of a run from now on: it is claimed, renewed and ended on its own. What the shares of a run
-- have in common stands in each of them, so that every write is a write of one row.

CREATE TABLE run_shares (
    id         BLOB    NOT NULL,
    share      INTEGER NOT NULL, -- its place among its siblings, from 0
    shares     INTEGER NOT NULL, -- how many there are
    test       TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    spec       TEXT    NOT NULL, -- JSON
    started_at INTEGER NOT NULL,
    outcome    TEXT,             -- none while the share goes on
    ended_at   INTEGER,
    reason     TEXT,
    checkpoint TEXT    NOT NULL, -- JSON
    holder     TEXT,             -- none while nobody holds the share
    expires_at INTEGER,
    epoch      INTEGER NOT NULL,
    PRIMARY KEY (id, share),
    UNIQUE (test, number, share)
) STRICT;

INSERT INTO run_shares
SELECT id, 0, 1, test, number, spec, started_at, outcome, ended_at, reason, checkpoint, holder, expires_at, epoch FROM runs;

DROP TABLE runs;
ALTER TABLE run_shares RENAME TO runs;

CREATE INDEX runs_that_go_on ON runs (started_at, id, share) WHERE outcome IS NULL;
