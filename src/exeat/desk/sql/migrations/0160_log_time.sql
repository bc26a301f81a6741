-- A week of the log is found by its time. The log only grows, so that a line's place in the table
-- follows its time, and a few pages of index do for millions of lines.
CREATE INDEX log_at ON exeat_desk.log USING brin (at);
CREATE INDEX log_actor ON exeat_desk.log (agency, actor, number);
