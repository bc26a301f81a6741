-- Who looked at which record, and when. Append-only, and no part of the tree.

CREATE TABLE exeat.access (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    login name NOT NULL DEFAULT session_user,
    agency exeat.code NOT NULL,
    record uuid NOT NULL,
    what text NOT NULL CHECK (what IN ('read', 'export', 'shred'))
);
CREATE INDEX access_record ON exeat.access (record);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exeat.access
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat.access ENABLE ALWAYS TRIGGER append_only;

CREATE FUNCTION exeat.log_access(p_record uuid, p_what text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT exeat.has_stake(p_record, 'facility', 'issuer', 'counsel') THEN
        RAISE EXCEPTION 'this login has no stake in the record' USING ERRCODE = 'EX002';
    END IF;
    INSERT INTO exeat.access (agency, record, what)
    VALUES (exeat.current_agency(), p_record, p_what);
END
$$;

ALTER TABLE exeat.access ENABLE ROW LEVEL SECURITY;
CREATE POLICY facility ON exeat.access FOR SELECT TO exeat_app
    USING (exeat.has_stake(record, 'facility'));
CREATE POLICY auditor ON exeat.access FOR SELECT TO exeat_auditor USING (true);

GRANT SELECT ON exeat.access TO exeat_app, exeat_auditor;
GRANT EXECUTE ON FUNCTION exeat.log_access(uuid, text) TO exeat_app;
