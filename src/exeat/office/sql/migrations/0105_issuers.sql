-- An agency that lodged a request has a stake in one thing of a record, its own request, and the
-- database cannot tell which entries are about it: they are sealed. So that stake opens no entry,
-- no content, no key and no view. The facility's desk reads for the issuer, shows it what is its
-- own, and enters what it says; `by` in the entry says whose word it is, as for counsel.

DROP POLICY stake ON exeat_vault.person;
DROP POLICY stake ON exeat.entry;
DROP POLICY stake ON exeat_vault.payload;
DROP POLICY stake ON exeat_vault.custody;
DROP POLICY stake ON exeat.board;
CREATE POLICY stake ON exeat_vault.person FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat_vault.record r JOIN exeat.stake s USING (record)
                   WHERE r.person = person.person AND s.role IN ('facility', 'counsel')
                     AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY stake ON exeat.entry FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = entry.record
                   AND s.role IN ('facility', 'counsel')
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY stake ON exeat_vault.payload FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = payload.record
                   AND s.role IN ('facility', 'counsel')
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY stake ON exeat_vault.custody FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = custody.record
                   AND s.role IN ('facility', 'counsel')
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY stake ON exeat.board FOR SELECT TO exeat_app
    USING (agency = (SELECT exeat.current_agency())
           OR EXISTS (SELECT FROM exeat.stake s WHERE s.record = board.record
                      AND s.role IN ('facility', 'counsel')
                      AND s.agency = (SELECT exeat.current_agency())));

ALTER POLICY inserts ON exeat.board WITH CHECK (exeat.has_stake(record, 'facility'));
ALTER POLICY updates ON exeat.board USING (exeat.has_stake(record, 'facility'));
ALTER POLICY deletes ON exeat.board USING (exeat.has_stake(record, 'facility'));
ALTER POLICY inserts ON exeat_vault.custody WITH CHECK (exeat.has_stake(record, 'facility'));
ALTER POLICY updates ON exeat_vault.custody USING (exeat.has_stake(record, 'facility'));
ALTER POLICY deletes ON exeat_vault.custody USING (exeat.has_stake(record, 'facility'));

-- As before, but for the facility alone.
CREATE OR REPLACE FUNCTION exeat_desk.lock_record(p_record uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT exeat.has_stake(p_record, 'facility') THEN
        RETURN false;
    END IF;
    PERFORM FROM exeat_vault.record WHERE record = p_record FOR NO KEY UPDATE;
    RETURN true;
END
$$;

-- As before, but for the facility alone.
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
    SELECT * INTO v_head FROM exeat.head FOR UPDATE;
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
