-- What stands beside the entries follows from no entry, so it can be changed without touching one.
-- Each change leaves a line: who, by which act, when, and a digest of the row as it then was. The
-- lines, and those of the access log, are chained, and each checkpoint signs how far they went.

CREATE TABLE exeat.change (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entered timestamptz NOT NULL DEFAULT clock_timestamp(),
    login name NOT NULL DEFAULT session_user,
    agency text,
    actor text,
    act text,
    request_id text,
    place text NOT NULL,
    key text NOT NULL,
    done text NOT NULL,
    digest bytea CHECK (octet_length(digest) = 32)
);
COMMENT ON COLUMN exeat.change.entered IS 'By the clock of the database; no login can set it.';
COMMENT ON COLUMN exeat.change.act IS 'Which act of the desk it was, and so why.';
COMMENT ON COLUMN exeat.change.request_id IS 'Of the line of the desk''s log that says more.';
COMMENT ON COLUMN exeat.change.digest IS 'Of the row after it; null: the row is gone, or is a view.';
CREATE INDEX change_key ON exeat.change (place, key, number);

-- Which lists are chained, without the columns that an expungement may empty.
CREATE TABLE exeat.chained (
    place text PRIMARY KEY,
    beside text[] NOT NULL
);
INSERT INTO exeat.chained VALUES ('exeat.access', '{}'), ('exeat.change', '{}');

-- How far each list was chained; what counts is what a checkpoint says of it.
CREATE TABLE exeat.seal (
    place text NOT NULL REFERENCES exeat.chained,
    last bigint NOT NULL,
    chain bytea NOT NULL CHECK (octet_length(chain) = 32),
    sealed timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (place, last)
);

DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY['exeat.change', 'exeat.seal', 'exeat.chained'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change()', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
    END LOOP;
END
$$;

CREATE FUNCTION exeat.digest_of(p_row jsonb, p_columns text[]) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(convert_to(jsonb_object_agg(key, value)::text, 'UTF8'))
    FROM jsonb_each(p_row) WHERE key = ANY (p_columns) AND value <> 'null'
$$;

CREATE FUNCTION exeat.key_of(p_row jsonb, p_columns text[]) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT string_agg(p_row ->> name, ':' ORDER BY at)
    FROM unnest(p_columns) WITH ORDINALITY AS c (name, at)
$$;

-- Write a line where what counts of a row has changed. Arguments of the trigger: the columns that
-- tell rows apart, those that count, and whether a login of the desk has to say who acts.
CREATE FUNCTION exeat.note_change() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex'
AS $$
DECLARE
    v_keys text[] := string_to_array(TG_ARGV[0], ' ');
    v_columns text[] := string_to_array(TG_ARGV[1], ' ');
    v_actor text := nullif(current_setting('exeat.actor', true), '');
    v_place text := format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    v_old jsonb; v_new jsonb;
    v_before bytea; v_after bytea;
    v_was text; v_is text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        v_old := to_jsonb(OLD);
        v_before := exeat.digest_of(v_old, v_columns);
        v_was := exeat.key_of(v_old, v_keys);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        v_new := to_jsonb(NEW);
        v_after := exeat.digest_of(v_new, v_columns);
        v_is := exeat.key_of(v_new, v_keys);
    END IF;
    IF v_before IS NOT DISTINCT FROM v_after AND v_was IS NOT DISTINCT FROM v_is THEN
        RETURN NULL;
    END IF;
    IF v_actor IS NULL AND TG_ARGV[2] = 'asked'
       AND EXISTS (SELECT FROM exeat.login WHERE login = session_user) THEN
        RAISE EXCEPTION 'nothing is changed in % without saying who acts', v_place
            USING ERRCODE = 'EX007';
    END IF;
    IF v_was IS DISTINCT FROM v_is AND v_was IS NOT NULL THEN
        INSERT INTO exeat.change (agency, actor, act, request_id, place, key, done)
        VALUES (nullif(current_setting('exeat.agency', true), ''), v_actor,
                nullif(current_setting('exeat.act', true), ''),
                nullif(current_setting('exeat.request', true), ''), v_place, v_was, lower(TG_OP));
    END IF;
    IF v_is IS NOT NULL THEN
        INSERT INTO exeat.change (agency, actor, act, request_id, place, key, done, digest)
        VALUES (nullif(current_setting('exeat.agency', true), ''), v_actor,
                nullif(current_setting('exeat.act', true), ''),
                nullif(current_setting('exeat.request', true), ''), v_place, v_is, lower(TG_OP), v_after);
    END IF;
    RETURN NULL;
END
$$;

-- Begin to note a table: a line for each row that stands there, and the trigger for what follows.
CREATE FUNCTION exeat.note_table(p_place text, p_keys text, p_columns text, p_asked text)
RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex'
AS $$
BEGIN
    EXECUTE format(
        'INSERT INTO exeat.change (actor, act, place, key, done, digest)
         SELECT ''migration'', ''stood'', %1$L, exeat.key_of(to_jsonb(t), string_to_array(%2$L, '' '')),
                ''stood'', exeat.digest_of(to_jsonb(t), string_to_array(%3$L, '' ''))
         FROM %1$s t', p_place, p_keys, p_columns);
    EXECUTE format(
        'CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON %1$s FOR EACH ROW
         EXECUTE FUNCTION exeat.note_change(%2$L, %3$L, %4$L)', p_place, p_keys, p_columns, p_asked);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER note', p_place);
END
$$;
SELECT exeat.note_table('exeat.stake', 'record agency', 'record agency role', 'free');

-- Chain the lines of a list that came since. The lock lasts as long as the new lines take: after it,
-- no smaller number can appear. Where somebody writes for long, the next round does it.
CREATE FUNCTION exeat.seal_lines(p_place text, p_every interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET bytea_output = 'hex'
SET lock_timeout = '500ms'
AS $$
DECLARE
    v_beside text[];
    v_seal exeat.seal;
    v_first bigint;
    v_number bigint;
    v_line text;
BEGIN
    IF NOT EXISTS (SELECT FROM exeat.login WHERE login = session_user AND signs) THEN
        RAISE EXCEPTION 'this login may not sign' USING ERRCODE = 'EX002';
    END IF;
    SELECT beside INTO STRICT v_beside FROM exeat.chained WHERE place = p_place;
    SELECT * INTO v_seal FROM exeat.seal WHERE place = p_place ORDER BY last DESC LIMIT 1;
    IF v_seal.sealed > clock_timestamp() - p_every THEN
        RETURN;
    END IF;
    v_first := coalesce(v_seal.last, 0);
    v_seal.last := v_first;
    v_seal.chain := coalesce(v_seal.chain, sha256(convert_to('exeat-lines/1 ' || p_place, 'UTF8')));
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', p_place);
    FOR v_number, v_line IN EXECUTE format(
        'SELECT number, (jsonb_strip_nulls(to_jsonb(t)) - $1)::text FROM %s t
         WHERE number > $2 ORDER BY number', p_place) USING v_beside, v_first
    LOOP
        v_seal.chain := sha256(v_seal.chain || convert_to(v_line, 'UTF8'));
        v_seal.last := v_number;
    END LOOP;
    -- Two who sign at once find the same; so does one who begins with an empty list.
    INSERT INTO exeat.seal (place, last, chain) VALUES (p_place, v_seal.last, v_seal.chain)
    ON CONFLICT DO NOTHING;
EXCEPTION WHEN lock_not_available THEN
    RETURN;
END
$$;

-- Views are written by the facility's login as before, but no row of them by hand: a view counts
-- no entry that is not there, and one that is written anew or dropped without a new entry leaves a
-- line. Whether it says what the entries do, only the verifier can tell, as they are sealed.
CREATE FUNCTION exeat.may_view(p_record uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT exeat.has_stake(p_record, 'facility') OR pg_has_role(session_user, 'exeat_owner', 'MEMBER')
$$;

CREATE FUNCTION exeat.note_view(p_record uuid, p_done text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO exeat.change (agency, actor, act, request_id, place, key, done)
    VALUES (nullif(current_setting('exeat.agency', true), ''),
            nullif(current_setting('exeat.actor', true), ''),
            nullif(current_setting('exeat.act', true), ''),
            nullif(current_setting('exeat.request', true), ''), 'exeat.board', p_record::text, p_done)
$$;

CREATE FUNCTION exeat.put_view(
    p_record uuid, p_version integer, p_readable boolean, p_open boolean, p_release_said text,
    p_release_from timestamptz, p_active_detainers integer, p_nonce bytea, p_sealed bytea
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_before integer;
BEGIN
    IF NOT exeat.may_view(p_record)
       OR p_version > (SELECT coalesce(max(version), 0) FROM exeat.entry WHERE record = p_record) THEN
        RAISE EXCEPTION 'this login may not write the view' USING ERRCODE = 'EX002';
    END IF;
    SELECT version INTO v_before FROM exeat.board WHERE record = p_record FOR UPDATE;
    IF v_before > p_version THEN
        RETURN;
    END IF;
    IF v_before = p_version THEN
        PERFORM exeat.note_view(p_record, 'rewritten');
    END IF;
    INSERT INTO exeat_vault.custody (record, version, nonce, sealed)
    VALUES (p_record, p_version, p_nonce, p_sealed)
    ON CONFLICT (record) DO UPDATE
    SET version = excluded.version, nonce = excluded.nonce, sealed = excluded.sealed
    WHERE custody.version <= excluded.version;
    INSERT INTO exeat.board
        (record, agency, version, readable, open, release_said, release_from, active_detainers)
    SELECT p_record, agency, p_version, p_readable, p_open, p_release_said, p_release_from,
           p_active_detainers
    FROM exeat_vault.record WHERE record = p_record
    ON CONFLICT (record) DO UPDATE
    SET version = excluded.version, readable = excluded.readable, open = excluded.open,
        release_said = excluded.release_said, release_from = excluded.release_from,
        active_detainers = excluded.active_detainers
    WHERE board.version <= excluded.version;
END
$$;

CREATE FUNCTION exeat.drop_view(p_record uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_record uuid;
BEGIN
    FOR v_record IN SELECT record FROM (SELECT record FROM exeat_vault.custody
                                        UNION SELECT record FROM exeat.board) AS views
                    WHERE record = p_record OR (p_record IS NULL AND exeat.may_view(record)) LOOP
        IF NOT exeat.may_view(v_record) THEN
            RAISE EXCEPTION 'this login may not drop the view' USING ERRCODE = 'EX002';
        END IF;
        PERFORM exeat.note_view(v_record, 'dropped');
        DELETE FROM exeat_vault.custody WHERE record = v_record;
        DELETE FROM exeat.board WHERE record = v_record;
    END LOOP;
END
$$;
REVOKE INSERT, UPDATE, DELETE ON exeat_vault.custody, exeat.board FROM exeat_app;

-- Who may destroy a person's key: no login that the desk uses every day.
ALTER TABLE exeat.login ADD COLUMN expunges boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN exeat.login.expunges IS 'May destroy the key of a person, as an entry says.';

GRANT SELECT ON exeat.seal, exeat.chained TO exeat_app, exeat_auditor;
GRANT EXECUTE ON FUNCTION
    exeat.seal_lines(text, interval),
    exeat.put_view(uuid, integer, boolean, boolean, text, timestamptz, integer, bytea, bytea),
    exeat.drop_view(uuid)
TO exeat_app;
