-- The run that others are compared with.
ALTER TABLE tests ADD COLUMN baseline INTEGER;
