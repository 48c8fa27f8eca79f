-- Times are milliseconds since 1970. Names of states, signals and the like are those of the API.

-- The store's clock: leases run out by it, whatever a replica thinks the time is.
CREATE VIEW clock (now) AS
SELECT CAST(round(unixepoch('subsec') * 1000) AS INTEGER);

CREATE TABLE tests (
    id           TEXT    NOT NULL PRIMARY KEY,
    user         TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    spec         TEXT    NOT NULL, -- JSON
    schedule     INTEGER,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    started_at   INTEGER,
    completed_at INTEGER,
    run_id       BLOB,
    run_number   INTEGER,
    version      INTEGER NOT NULL
) STRICT;

CREATE INDEX tests_by_creation ON tests (created_at, id);
CREATE INDEX tests_by_status ON tests (status, created_at, id);
CREATE INDEX tests_by_schedule ON tests (schedule) WHERE schedule IS NOT NULL;

-- Which tests changed, in order: the latest thousand changes, written in the transaction that makes them.
-- The highest number is never deleted, so numbers only grow, and a reader sees from a gap that it was too slow.
CREATE TABLE changes (
    seq  INTEGER NOT NULL PRIMARY KEY,
    test TEXT    NOT NULL
) STRICT;

CREATE TRIGGER changes_are_kept_short AFTER INSERT ON changes BEGIN
    DELETE FROM changes WHERE seq <= NEW.seq - 1000;
END;

CREATE TRIGGER inserted_tests_are_told AFTER INSERT ON tests BEGIN
    INSERT INTO changes (test) VALUES (NEW.id);
END;

CREATE TRIGGER replaced_tests_are_told AFTER UPDATE ON tests BEGIN
    INSERT INTO changes (test) VALUES (NEW.id);
END;

CREATE TRIGGER deleted_tests_are_told AFTER DELETE ON tests BEGIN
    INSERT INTO changes (test) VALUES (OLD.id);
END;

CREATE TABLE runs (
    id         BLOB    NOT NULL PRIMARY KEY,
    test       TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    spec       TEXT    NOT NULL, -- JSON
    started_at INTEGER NOT NULL,
    outcome    TEXT,             -- none while the run goes on
    ended_at   INTEGER,
    reason     TEXT,
    checkpoint TEXT    NOT NULL, -- JSON
    holder     TEXT,             -- none while nobody holds the run
    expires_at INTEGER,
    epoch      INTEGER NOT NULL,
    UNIQUE (test, number)
) STRICT;

CREATE INDEX runs_that_go_on ON runs (started_at, id) WHERE outcome IS NULL;

CREATE TABLE points (
    run      BLOB    NOT NULL,
    active   INTEGER NOT NULL, -- nanoseconds
    signal   TEXT    NOT NULL,
    share    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    tally    TEXT    NOT NULL, -- JSON
    evidence TEXT    NOT NULL, -- JSON
    lateness BLOB    NOT NULL, -- these three: serialized HDR histograms
    response BLOB    NOT NULL,
    service  BLOB    NOT NULL,
    PRIMARY KEY (run, active, signal, share)
) STRICT;

CREATE TABLE samples (
    run    BLOB    NOT NULL,
    signal TEXT    NOT NULL,
    share  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    body   TEXT    NOT NULL,
    PRIMARY KEY (run, signal, share, seq)
) STRICT;

-- Written and read when someone asks whether the store works.
CREATE TABLE probe (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    at INTEGER NOT NULL
) STRICT;
