-- A clock that was wrong when entries were made, and is right again: an administrator who has
-- looked at it says so here, and from then on entries carry that time until it has come.
CREATE TABLE exeat.clock_accepted (
    appended timestamptz PRIMARY KEY,
    accepted timestamptz NOT NULL DEFAULT clock_timestamp(),
    by name NOT NULL DEFAULT session_user
);
COMMENT ON TABLE exeat.clock_accepted IS 'Times of the future that entries carry, as somebody has seen.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exeat.clock_accepted
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat.clock_accepted ENABLE ALWAYS TRIGGER append_only;
GRANT SELECT ON exeat.clock_accepted TO exeat_auditor;

CREATE FUNCTION exeat.accept_clock() RETURNS timestamptz
LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO exeat.clock_accepted (appended) SELECT appended FROM exeat.head
    ON CONFLICT DO NOTHING;
    SELECT appended FROM exeat.head
$$;

-- As before, with two bounds. The head is locked until the transaction ends, so a session that
-- falls asleep in the middle of it is ended soon. And a last entry from the future means that a
-- clock was wrong: whatever followed would carry that time too, and no checker could tell.
CREATE OR REPLACE FUNCTION exeat.append(
    p_record uuid, p_expected integer,
    p_macs bytea[], p_commitments bytea[], p_nonces bytea[], p_sealed bytea[]
) RETURNS TABLE (seq bigint, version integer, appended timestamptz, agency text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    v_head exeat.head;
    v_version integer;
    v_now timestamptz;
    v_agency text := exeat.current_agency();
    v_leaf bytea;
    v_hash bytea;
    v_level integer;
BEGIN
    IF exeat.current_duty() IS DISTINCT FROM 'desk' OR NOT exeat.has_stake(p_record, 'facility') THEN
        RAISE EXCEPTION 'this login may not write to the record' USING ERRCODE = 'EX002';
    END IF;
    PERFORM set_config('idle_in_transaction_session_timeout', '10s', true);
    SELECT * INTO v_head FROM exeat.head FOR UPDATE;
    IF v_head.appended > clock_timestamp() + interval '10 seconds'
       AND NOT EXISTS (SELECT FROM exeat.clock_accepted WHERE appended >= v_head.appended) THEN
        RAISE EXCEPTION 'the last entry is of %, which has not come yet',
            to_char(v_head.appended AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
            USING ERRCODE = 'EX006';
    END IF;
    IF EXISTS (SELECT FROM exeat_vault.record r JOIN exeat_vault.person p USING (person)
               WHERE r.record = p_record AND p.shredded IS NOT NULL) THEN
        RAISE EXCEPTION 'the record was expunged' USING ERRCODE = 'EX003';
    END IF;
    SELECT coalesce(max(e.version), 0) INTO v_version FROM exeat.entry e WHERE e.record = p_record;
    IF p_expected <> v_version THEN
        RAISE EXCEPTION 'the record is at version %', v_version
            USING ERRCODE = 'EX004', DETAIL = v_version::text;
    END IF;
    v_now := greatest(clock_timestamp(), v_head.appended);
    FOR i IN 1 .. cardinality(p_macs) LOOP
        v_version := v_version + 1;
        v_leaf := sha256('\x00'::bytea || exeat.leaf_data(
            v_agency, v_now, p_commitments[i], p_record, v_version));
        INSERT INTO exeat.entry (seq, record, version, agency, appended, commitment, leaf, mac)
        VALUES (v_head.size, p_record, v_version, v_agency, v_now, p_commitments[i], v_leaf, p_macs[i]);
        INSERT INTO exeat_vault.payload (seq, record, nonce, sealed)
        VALUES (v_head.size, p_record, p_nonces[i], p_sealed[i]);
        v_hash := v_leaf;
        v_level := 0;
        WHILE (v_head.size >> v_level) & 1 = 1 LOOP
            v_hash := sha256('\x01'::bytea || v_head.frontier[cardinality(v_head.frontier)] || v_hash);
            v_head.frontier := trim_array(v_head.frontier, 1);
            v_level := v_level + 1;
            IF v_level % 8 = 0 THEN
                INSERT INTO exeat.node (level, index, hash)
                VALUES (v_level, v_head.size >> v_level, v_hash);
            END IF;
        END LOOP;
        v_head.frontier := array_append(v_head.frontier, v_hash);
        seq := v_head.size;
        version := v_version;
        appended := v_now;
        agency := v_agency;
        RETURN NEXT;
        v_head.size := v_head.size + 1;
    END LOOP;
    UPDATE exeat.head SET size = v_head.size, frontier = v_head.frontier, appended = v_now;
END
$$;
