-- How often something was tried of late, for limits that hold over every process of a desk.
-- UNLOGGED: no try costs a flush to the disk, and a crash may forget them.
CREATE UNLOGGED TABLE exeat_desk.tally (
    what bytea NOT NULL CHECK (octet_length(what) = 32),
    since timestamptz NOT NULL,
    n integer NOT NULL DEFAULT 1,
    PRIMARY KEY (what, since)
);
COMMENT ON COLUMN exeat_desk.tally.what IS 'Hash of what is counted: neither an address nor a name.';
CREATE INDEX tally_since ON exeat_desk.tally (since);

CREATE FUNCTION exeat_desk.tally(p_what bytea, p_since timestamptz) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO exeat_desk.tally AS t (what, since) VALUES (p_what, p_since)
    ON CONFLICT (what, since) DO UPDATE SET n = t.n + 1 RETURNING n
$$;

CREATE FUNCTION exeat_desk.forget_tallies(p_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ DELETE FROM exeat_desk.tally WHERE since < p_before $$;

GRANT EXECUTE ON FUNCTION
    exeat_desk.tally(bytea, timestamptz), exeat_desk.forget_tallies(timestamptz)
TO exeat_app;
