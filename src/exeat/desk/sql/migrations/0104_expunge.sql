-- An expungement takes with it whatever the desk keeps beside the entries that may tell of the
-- person. Free text is emptied whatever it says: nobody reads it to find out.

-- A line of the log loses what it was about, where the person was expunged, and nothing else ever.
CREATE FUNCTION exeat_desk.guard_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.about IS NOT NULL OR to_jsonb(NEW) - 'about' <> to_jsonb(OLD) - 'about'
       OR NOT EXISTS (
           SELECT FROM exeat_vault.record r JOIN exeat_vault.person p USING (person)
           WHERE p.shredded IS NOT NULL
             AND (r.record = OLD.record OR (OLD.record IS NULL AND r.name = OLD.about))) THEN
        RAISE EXCEPTION 'UPDATE on exeat_desk.log is refused: it is append-only'
            USING ERRCODE = 'EX009';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER append_only ON exeat_desk.log;
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON exeat_desk.log
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat_desk.log ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER guard BEFORE UPDATE ON exeat_desk.log
    FOR EACH ROW EXECUTE FUNCTION exeat_desk.guard_log();
ALTER TABLE exeat_desk.log ENABLE ALWAYS TRIGGER guard;

-- A refused act names its record by its id alone. A hash, as a text may be too long for a tree.
CREATE INDEX log_about ON exeat_desk.log USING hash (about) WHERE record IS NULL;

CREATE OR REPLACE FUNCTION exeat_desk.expunge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_records uuid[] := ARRAY(SELECT record FROM exeat_vault.record WHERE person = NEW.person);
    v_names text[] := ARRAY(SELECT name FROM exeat_vault.record WHERE person = NEW.person);
    v_papers text[] := ARRAY(
        -- What tasks without a record are about: requests, handovers, numbers on a roster.
        SELECT replace(request::text, '-', '') FROM exeat_desk.request WHERE record = ANY (v_records)
        UNION ALL
        SELECT replace(handover::text, '-', '') FROM exeat_desk.handover
        WHERE record = ANY (v_records) OR next_record = ANY (v_records)
        UNION ALL
        SELECT left(encode(number_mac, 'hex'), 16) FROM exeat_vault.personal
        WHERE record = ANY (v_records) AND number_mac IS NOT NULL);
BEGIN
    DELETE FROM exeat_vault.personal WHERE record = ANY (v_records);
    UPDATE exeat_desk.request
    SET wrapped_key = NULL, sealed = '', nonce = '', surname_mac = NULL, number_mac = NULL, born_mac = NULL
    WHERE record = ANY (v_records);
    -- The next facility has the person in a record of its own by now.
    UPDATE exeat_desk.handover SET wrapped_key = NULL, sealed = '', nonce = ''
    WHERE record = ANY (v_records) OR next_record = ANY (v_records);
    UPDATE exeat_desk.task
    SET about = '', because = 'expunged', outcome = 'expunged',
        closed = coalesce(closed, NEW.shredded), closed_by = coalesce(closed_by, 'expungement')
    WHERE record = ANY (v_records) OR (record IS NULL AND about = ANY (v_papers));
    UPDATE exeat_desk.subscription
    SET ended = coalesce(ended, NEW.shredded), channel = 'expunged:' || subscription::text
    WHERE record = ANY (v_records);
    UPDATE exeat_desk.log SET about = NULL WHERE record = ANY (v_records) AND about IS NOT NULL;
    UPDATE exeat_desk.log SET about = NULL WHERE record IS NULL AND about = ANY (v_names);
    RETURN NULL;
END
$$;
