-- Points of two grains: as reported each second, and put together for long runs. Each says how much time under load it is of.
ALTER TABLE points RENAME TO earlier_points;

CREATE TABLE points (
    run      BLOB    NOT NULL,
    grain    INTEGER NOT NULL, -- seconds: 1 or 30
    active   INTEGER NOT NULL, -- nanoseconds
    signal   TEXT    NOT NULL,
    share    INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    span     INTEGER NOT NULL, -- nanoseconds
    tally    TEXT    NOT NULL, -- JSON, without what is zero
    evidence TEXT    NOT NULL, -- JSON, without what is zero
    lateness BLOB    NOT NULL, -- these three: serialized HDR histograms
    response BLOB    NOT NULL,
    service  BLOB    NOT NULL,
    marks    TEXT,             -- a JSON list, where there are any
    PRIMARY KEY (run, grain, active, signal, share)
) STRICT;

INSERT INTO points
SELECT run, 1, active, signal, share, at, 1000000000, tally, evidence, lateness, response, service, nullif(marks, '[]')
FROM earlier_points;

DROP TABLE earlier_points;

-- For those who follow what is stored, and for those who forget what is old.
CREATE INDEX points_by_time ON points (at);
CREATE INDEX samples_by_time ON samples (at);
