-- Receipts of requests, and the answers to them, as entries of the ledger.
-- A facility has one record for them. It is of nobody: no name, no view, and no stake of others.

ALTER TABLE exeat_vault.record
    ADD COLUMN kind text NOT NULL DEFAULT 'custody' CHECK (kind IN ('custody', 'requests')),
    ADD CHECK (kind = 'custody' OR name IS NULL);
CREATE UNIQUE INDEX record_requests ON exeat_vault.record (agency) WHERE kind = 'requests';
COMMENT ON COLUMN exeat_vault.record.kind IS
    'Of one custody, or of all the requests that came to a facility, which name nobody.';

ALTER TABLE exeat_desk.request ADD COLUMN receipt_leaf bigint, ADD COLUMN answer_leaf bigint;
COMMENT ON COLUMN exeat_desk.request.receipt_leaf IS
    'The entry that holds the receipt; none where it came in before this migration.';
COMMENT ON COLUMN exeat_desk.request.answer_leaf IS 'The entry that holds the answer.';

-- A facility opens the record of its requests, when the first one comes in.
CREATE FUNCTION exeat.open_requests(p_record uuid, p_person uuid, p_wrapped_key bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_agency text := exeat.current_agency();
BEGIN
    IF exeat.current_duty() IS DISTINCT FROM 'desk' THEN
        RAISE EXCEPTION 'only the desk of a facility opens a record' USING ERRCODE = 'EX002';
    END IF;
    INSERT INTO exeat_vault.person (person, agency, wrapped_key)
    VALUES (p_person, v_agency, p_wrapped_key);
    INSERT INTO exeat_vault.record (record, agency, person, kind)
    VALUES (p_record, v_agency, p_person, 'requests');
    INSERT INTO exeat.stake (record, agency, role) VALUES (p_record, v_agency, 'facility');
END
$$;
GRANT EXECUTE ON FUNCTION exeat.open_requests(uuid, uuid, bytea) TO exeat_app;

-- As before, and: what a record is of never changes.
CREATE OR REPLACE FUNCTION exeat.guard_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.record, NEW.agency, NEW.person, NEW.kind)
       IS DISTINCT FROM (OLD.record, OLD.agency, OLD.person, OLD.kind)
       OR NEW.name IS NOT NULL THEN
        RAISE EXCEPTION 'a record only ever loses its name' USING ERRCODE = 'EX009';
    END IF;
    RETURN NEW;
END
$$;

-- As before, and: only a custody record is shown to others. A request has its proof for its sender.
CREATE OR REPLACE FUNCTION exeat.grant_stake(p_record uuid, p_agency text, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT exeat.has_stake(p_record, 'facility') OR p_role NOT IN ('issuer', 'counsel')
       OR NOT EXISTS (SELECT FROM exeat_vault.record
                      WHERE record = p_record AND kind = 'custody') THEN
        RAISE EXCEPTION 'only the facility lets others see a record' USING ERRCODE = 'EX002';
    END IF;
    INSERT INTO exeat.stake (record, agency, role) VALUES (p_record, p_agency, p_role)
    ON CONFLICT (record, agency) DO NOTHING;
END
$$;

-- As before, and: the record of requests is of no person, so no expungement reaches it. Without
-- its key, nothing more could be entered there.
CREATE OR REPLACE FUNCTION exeat.shred(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM exeat.head FOR UPDATE;
    UPDATE exeat_vault.person
    SET wrapped_key = NULL, ref = NULL, shredded = clock_timestamp()
    WHERE person = p_person AND agency = exeat.current_agency()
      AND exeat.current_duty() = 'desk' AND shredded IS NULL
      AND NOT EXISTS (SELECT FROM exeat_vault.record r
                      WHERE r.person = p_person AND r.kind = 'requests');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such person of this facility' USING ERRCODE = 'EX002';
    END IF;
    UPDATE exeat_vault.record SET name = NULL WHERE person = p_person;
END
$$;
