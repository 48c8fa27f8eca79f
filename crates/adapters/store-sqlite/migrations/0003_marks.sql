-- What happened to the load since the point before: a JSON list.
ALTER TABLE points ADD COLUMN marks TEXT NOT NULL DEFAULT '[]';
