-- Where whoever acted was: a line of the log says from which address it came.
ALTER TABLE exeat_desk.log ADD COLUMN address text;
COMMENT ON COLUMN exeat_desk.log.address IS 'Source address; null: the installation itself, or before lines had one.';
