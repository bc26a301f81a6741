-- The desk's everyday login changes what the desk keeps through functions alone that write down who
-- did it and why; what it still may write by itself leaves a line all the same.

-- A line of the log has the time of the database beside the time that the desk says, so that one
-- that was dated back shows. What it is about is chained as a salted hash: an expungement takes the
-- words and the salt, and leaves a chain that still holds.
ALTER TABLE exeat_desk.log
    ADD COLUMN entered timestamptz, ADD COLUMN salt bytea, ADD COLUMN about_hash bytea;
COMMENT ON COLUMN exeat_desk.log.entered IS
    'By the clock of the database, which no login can set; null: before lines had one.';

CREATE OR REPLACE FUNCTION exeat_desk.guard_log() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_beside text[] := ARRAY['about', 'salt'];
BEGIN
    NEW.salt := NULL;
    IF NEW.about IS NOT NULL OR to_jsonb(NEW) - v_beside <> to_jsonb(OLD) - v_beside
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

CREATE FUNCTION exeat_desk.put_log(
    p_at timestamptz, p_agency text, p_facility text, p_actor text, p_role text, p_what text,
    p_outcome text, p_record uuid, p_about text, p_request_id text, p_address text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_salt bytea := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
BEGIN
    IF p_agency IS DISTINCT FROM exeat.current_agency() THEN
        RAISE EXCEPTION 'a line is of the agency that acts' USING ERRCODE = '42501';
    END IF;
    INSERT INTO exeat_desk.log (at, agency, facility, actor, role, what, outcome, record, about,
        request_id, address, entered, salt, about_hash)
    VALUES (p_at, p_agency, p_facility, p_actor, p_role, p_what, p_outcome, p_record, p_about,
        p_request_id, p_address, clock_timestamp(), CASE WHEN p_about IS NOT NULL THEN v_salt END,
        sha256(v_salt || convert_to(p_about, 'UTF8')));
END
$$;
REVOKE INSERT ON exeat_desk.log FROM exeat_app;
INSERT INTO exeat.chained VALUES ('exeat_desk.log', '{about,salt}');

-- Who acts, and by which act: every function below asks for both.
CREATE FUNCTION exeat_desk.asked() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF coalesce(current_setting('exeat.actor', true), '') = '' THEN
        RAISE EXCEPTION 'nothing is changed here without saying who acts' USING ERRCODE = 'EX007';
    END IF;
END
$$;

CREATE FUNCTION exeat_desk.open_task(
    p_task uuid, p_agency text, p_record uuid, p_about text, p_kind text, p_because text,
    p_opened timestamptz, p_due timestamptz, p_owner_role text
) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    IF p_agency IS DISTINCT FROM exeat.current_agency() THEN
        RAISE EXCEPTION 'a task is of the agency that acts' USING ERRCODE = '42501';
    END IF;
    RETURN QUERY
    INSERT INTO exeat_desk.task AS t
        (task, agency, record, about, kind, because, opened, due, owner_role)
    VALUES (p_task, p_agency, p_record, p_about, p_kind, p_because, p_opened, p_due, p_owner_role)
    ON CONFLICT DO NOTHING RETURNING t.task;
END
$$;

-- Hold a task of one's own until the transaction ends.
CREATE FUNCTION exeat_desk.hold_task(p_task uuid) RETURNS SETOF exeat_desk.task
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM exeat_desk.task
    WHERE task = p_task AND agency = exeat.current_agency() FOR UPDATE
$$;

-- Close one task, those of some kinds about a record, or the one of a kind about one thing.
CREATE FUNCTION exeat_desk.close_tasks(
    p_task uuid, p_record uuid, p_kinds text[], p_about text, p_at timestamptz, p_by text,
    p_outcome text
) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_agency text := exeat.current_agency();
    v_found uuid[];
BEGIN
    PERFORM exeat_desk.asked();
    IF coalesce(p_by, '') = '' OR coalesce(p_outcome, '') = '' THEN
        RAISE EXCEPTION 'no task is closed without saying who did it and what came of it'
            USING ERRCODE = 'EX007';
    END IF;
    IF p_task IS NOT NULL THEN
        v_found := ARRAY[p_task];
    ELSIF p_record IS NOT NULL THEN
        v_found := ARRAY(SELECT t.task FROM exeat_desk.task t
                         WHERE t.record = p_record AND t.kind = ANY (p_kinds) AND t.closed IS NULL
                           AND (p_about IS NULL OR t.about = p_about));
    ELSE
        v_found := ARRAY(SELECT t.task FROM exeat_desk.task t
                         WHERE t.agency = v_agency AND t.kind = ANY (p_kinds)
                           AND t.about = p_about AND t.closed IS NULL);
    END IF;
    RETURN QUERY
    UPDATE exeat_desk.task t SET closed = p_at, closed_by = p_by, outcome = p_outcome
    WHERE t.task = ANY (v_found) AND t.agency = v_agency AND t.closed IS NULL RETURNING t.task;
END
$$;

CREATE FUNCTION exeat_desk.raise_tasks(p_at timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    RETURN QUERY
    UPDATE exeat_desk.task t SET raised = p_at, owner_role = 'supervisor', owner = NULL
    WHERE t.agency = exeat.current_agency() AND t.closed IS NULL AND t.raised IS NULL
      AND t.due < p_at RETURNING t.task;
END
$$;

CREATE FUNCTION exeat_desk.take_task(p_task uuid, p_owner text) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    RETURN QUERY
    UPDATE exeat_desk.task t SET owner = p_owner
    WHERE t.task = p_task AND t.agency = exeat.current_agency() AND t.closed IS NULL
    RETURNING t.task;
END
$$;
REVOKE INSERT, UPDATE ON exeat_desk.task FROM exeat_app;

-- A request: filed by its sender, answered by either side, and never changed otherwise.
CREATE FUNCTION exeat_desk.hold_request(p_request uuid) RETURNS SETOF exeat_desk.request
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT * FROM exeat_desk.request
    WHERE request = p_request AND exeat.current_agency() IN (sender, facility) FOR UPDATE
$$;

CREATE FUNCTION exeat_desk.file_request(
    p_request uuid, p_sender text, p_facility text, p_id_mac bytea, p_lodged timestamptz,
    p_receipt text, p_wrapped_key bytea, p_nonce bytea, p_sealed bytea, p_surname_mac bytea,
    p_number_mac bytea, p_born_mac bytea, p_name_macs bytea[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    IF coalesce(exeat.current_agency() NOT IN (p_sender, p_facility), true) THEN
        RAISE EXCEPTION 'a request is filed by one of its sides' USING ERRCODE = '42501';
    END IF;
    INSERT INTO exeat_desk.request (request, sender, facility, id_mac, lodged, receipt, wrapped_key,
        nonce, sealed, surname_mac, number_mac, born_mac, name_macs)
    VALUES (p_request, p_sender, p_facility, p_id_mac, p_lodged, p_receipt, p_wrapped_key,
        p_nonce, p_sealed, p_surname_mac, p_number_mac, p_born_mac, p_name_macs);
END
$$;

CREATE FUNCTION exeat_desk.answer_request(
    p_request uuid, p_at timestamptz, p_answer text, p_record uuid, p_note text
) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    RETURN QUERY
    UPDATE exeat_desk.request q SET answered = p_at, answer = p_answer, record = p_record,
        answer_note = p_note, name_macs = NULL
    WHERE q.request = p_request AND q.answered IS NULL
      AND exeat.current_agency() IN (q.sender, q.facility) RETURNING q.request;
END
$$;

CREATE FUNCTION exeat_desk.put_leaves(p_request uuid, p_receipt_leaf bigint, p_answer_leaf bigint)
RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    RETURN QUERY
    UPDATE exeat_desk.request q SET receipt_leaf = coalesce(q.receipt_leaf, p_receipt_leaf),
        answer_leaf = coalesce(q.answer_leaf, p_answer_leaf)
    WHERE q.request = p_request AND exeat.current_agency() IN (q.sender, q.facility)
    RETURNING q.request;
END
$$;

-- An answer that was taken back, which stands on a list of its own by then.
CREATE FUNCTION exeat_desk.wait_again(p_request uuid, p_name_macs bytea[]) RETURNS SETOF uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    RETURN QUERY
    UPDATE exeat_desk.request q SET answered = NULL, answer = NULL, answer_note = NULL,
        answer_leaf = NULL, record = NULL, name_macs = p_name_macs
    WHERE q.request = p_request AND q.facility = exeat.current_agency()
      AND EXISTS (SELECT FROM exeat_desk.taken_back b
                  WHERE b.request = q.request AND b.answer_note = q.answer_note)
    RETURNING q.request;
END
$$;
REVOKE INSERT, UPDATE ON exeat_desk.request FROM exeat_app;

-- A session begins in one way.
CREATE FUNCTION exeat_desk.begin_session(
    p_hash bytea, p_account uuid, p_csrf text, p_now timestamptz
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    IF NOT EXISTS (SELECT FROM exeat_desk.account
                   WHERE id = p_account AND agency = exeat.current_agency()) THEN
        RAISE EXCEPTION 'no such account of this agency' USING ERRCODE = '42501';
    END IF;
    INSERT INTO exeat_desk.session (token_hash, account, csrf, began, seen)
    VALUES (p_hash, p_account, p_csrf, p_now, p_now);
END
$$;
REVOKE INSERT ON exeat_desk.session FROM exeat_app;

-- Only an expungement takes personal data away.
REVOKE DELETE ON exeat_vault.personal FROM exeat_app;

-- As before, and: by a login that does nothing else, and only after each record of the person ends
-- with the entry, of this very transaction, that says so.
CREATE OR REPLACE FUNCTION exeat.shred(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exeat.login WHERE login = session_user AND expunges
                   AND agency = exeat.current_agency()) THEN
        RAISE EXCEPTION 'this login may not expunge' USING ERRCODE = 'EX002';
    END IF;
    PERFORM FROM exeat.head FOR UPDATE;
    IF EXISTS (
        SELECT FROM exeat_vault.record r WHERE r.person = p_person AND NOT EXISTS (
            SELECT FROM exeat.entry e JOIN exeat_vault.payload p USING (seq)
            WHERE e.record = r.record AND e.appended >= transaction_timestamp() AND p.nonce = ''
              AND e.version = (SELECT max(version) FROM exeat.entry WHERE record = r.record)
              AND convert_from(substr(p.sealed, 33), 'UTF8')::jsonb ->> 'entry' = 'record-expunged')
    ) THEN
        RAISE EXCEPTION 'no entry says that the record is expunged' USING ERRCODE = 'EX002';
    END IF;
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

-- What counts of each table. Words that an expungement empties are left out: their digest would
-- outlive them, and could be guessed at.
SELECT exeat.note_table('exeat_desk.agency', 'code', 'code kind place zone facility', 'asked');
SELECT exeat.note_table('exeat_vault.personal', 'record',
    'record agency nonce sealed surname_mac number_mac born_mac', 'asked');
SELECT exeat.note_table('exeat_desk.request', 'request',
    'request sender facility lodged answered answer record receipt_leaf answer_leaf', 'asked');
SELECT exeat.note_table('exeat_desk.task', 'task',
    'task agency record kind opened due owner_role owner raised closed closed_by', 'asked');
SELECT exeat.note_table('exeat_desk.handover', 'handover',
    'handover sender receiver record began acknowledged next_record', 'asked');
SELECT exeat.note_table('exeat_desk.override', 'override',
    'override agency record version at refusals first second', 'asked');
SELECT exeat.note_table('exeat_desk.subscription', 'subscription',
    'subscription agency record kinds began ended', 'asked');
SELECT exeat.note_table('exeat_desk.account', 'id',
    'id agency name role granted password_hash second_factor disabled made_by made approved created', 'asked');
SELECT exeat.note_table('exeat_desk.passkey', 'id', 'id account public_key label created', 'asked');
SELECT exeat.note_table('exeat_desk.session', 'token_hash',
    'token_hash account whole began ended', 'asked');
SELECT exeat.note_table('exeat_desk.api_key', 'id',
    'id agency label role scopes secret_hash created created_by expires revoked', 'asked');

GRANT EXECUTE ON FUNCTION
    exeat_desk.put_log(timestamptz, text, text, text, text, text, text, uuid, text, text, text),
    exeat_desk.open_task(uuid, text, uuid, text, text, text, timestamptz, timestamptz, text),
    exeat_desk.hold_task(uuid),
    exeat_desk.close_tasks(uuid, uuid, text[], text, timestamptz, text, text),
    exeat_desk.raise_tasks(timestamptz),
    exeat_desk.take_task(uuid, text),
    exeat_desk.hold_request(uuid),
    exeat_desk.file_request(uuid, text, text, bytea, timestamptz, text, bytea, bytea, bytea, bytea,
        bytea, bytea, bytea[]),
    exeat_desk.answer_request(uuid, timestamptz, text, uuid, text),
    exeat_desk.put_leaves(uuid, bigint, bigint),
    exeat_desk.wait_again(uuid, bytea[]),
    exeat_desk.begin_session(bytea, uuid, text, timestamptz)
TO exeat_app;
