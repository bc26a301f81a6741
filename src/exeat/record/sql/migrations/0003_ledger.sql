-- The ledger: entries, their sealed payloads, the tree over them, and signed checkpoints.
-- Nobody but these functions writes here, and nobody at all changes what is written.

CREATE TABLE exeat.entry (
    seq bigint PRIMARY KEY CHECK (seq >= 0),
    record uuid NOT NULL REFERENCES exeat_vault.record,
    version integer NOT NULL CHECK (version > 0),
    agency exeat.code NOT NULL REFERENCES exeat.agency,
    appended timestamptz NOT NULL,
    commitment bytea NOT NULL CHECK (octet_length(commitment) = 32),
    leaf bytea NOT NULL CHECK (octet_length(leaf) = 32),
    mac bytea NOT NULL CHECK (octet_length(mac) = 32),
    UNIQUE (record, version),
    UNIQUE (record, mac)
);
COMMENT ON TABLE exeat.entry IS 'One leaf of the tree; seq is its index. Names no person.';
COMMENT ON COLUMN exeat.entry.mac IS 'Of the id that the client gave, under the person''s key.';

CREATE TABLE exeat_vault.payload (
    seq bigint PRIMARY KEY REFERENCES exeat.entry,
    record uuid NOT NULL,
    nonce bytea NOT NULL CHECK (octet_length(nonce) IN (0, 12)),
    sealed bytea NOT NULL
);
CREATE INDEX payload_record ON exeat_vault.payload (record);
COMMENT ON TABLE exeat_vault.payload IS
    'Salt and content, AES-256-GCM under the person''s key; in clear where the nonce is empty.';

-- Complete subtrees of 256, 65536 ... leaves, so that a proof reads few leaves.
CREATE TABLE exeat.node (
    level smallint NOT NULL CHECK (level > 0 AND level % 8 = 0),
    index bigint NOT NULL CHECK (index >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (level, index)
);

-- One row: the right edge of the tree. It is what a writer locks; all of it follows from entry.
CREATE TABLE exeat.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    size bigint NOT NULL CHECK (size >= 0),
    frontier bytea[] NOT NULL,
    appended timestamptz NOT NULL
) WITH (fillfactor = 10);
INSERT INTO exeat.head (size, frontier, appended) VALUES (0, '{}', '1970-01-01T00:00Z');

CREATE TABLE exeat.checkpoint (
    number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    signed timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE FUNCTION exeat.refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: it is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'EX009';
END
$$;

CREATE FUNCTION exeat.guard_person() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.shredded IS NOT NULL
       OR (NEW.person, NEW.agency, NEW.created) IS DISTINCT FROM (OLD.person, OLD.agency, OLD.created)
       OR (NEW.shredded IS NULL AND NEW.ref IS DISTINCT FROM OLD.ref) THEN
        RAISE EXCEPTION 'a person''s key is only ever wrapped anew or destroyed'
            USING ERRCODE = 'EX009';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION exeat.guard_record() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.record, NEW.agency, NEW.person) IS DISTINCT FROM (OLD.record, OLD.agency, OLD.person)
       OR NEW.name IS NOT NULL THEN
        RAISE EXCEPTION 'a record only ever loses its name' USING ERRCODE = 'EX009';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION exeat.guard_head() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size OR NEW.appended < OLD.appended THEN
        RAISE EXCEPTION 'the log only ever grows' USING ERRCODE = 'EX009';
    END IF;
    RETURN NEW;
END
$$;

-- ALWAYS: a session that replays replication does not slip past them either.
DO $$
DECLARE
    target text;
BEGIN
    FOREACH target IN ARRAY ARRAY[
        'exeat.entry', 'exeat_vault.payload', 'exeat.node', 'exeat.checkpoint', 'exeat.migration'
    ] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change()', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER append_only', target);
    END LOOP;
    FOREACH target IN ARRAY ARRAY['exeat_vault.person', 'exeat_vault.record', 'exeat.head'] LOOP
        EXECUTE format('CREATE TRIGGER no_removal BEFORE DELETE OR TRUNCATE ON %s
                        FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change()', target);
        EXECUTE format('CREATE TRIGGER guard BEFORE UPDATE ON %s
                        FOR EACH ROW EXECUTE FUNCTION exeat.guard_%s()',
                       target, split_part(target, '.', 2));
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER no_removal', target);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER guard', target);
    END LOOP;
END
$$;

-- What the hash of a leaf covers; exeat.record.canonical.Leaf.data says the same in Python.
CREATE FUNCTION exeat.leaf_data(
    p_agency text, p_appended timestamptz, p_commitment bytea, p_record uuid, p_version integer
) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT convert_to(format(
        '{"agency":"%s","appended":"%s","commitment":"%s","format":"exeat-leaf/1",'
        '"record":"%s","version":%s}',
        p_agency, to_char(p_appended AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        encode(p_commitment, 'hex'), replace(p_record::text, '-', ''), p_version
    ), 'UTF8')
$$;

-- Append entries to one record. The head row stays locked until the transaction ends: numbers
-- are given in the order of commits, without a gap, so that whoever has read up to number n
-- never finds a smaller one later, and a root covers only what is committed.
CREATE FUNCTION exeat.append(
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
    IF exeat.current_duty() NOT IN ('desk', 'issuer')
       OR NOT exeat.has_stake(p_record, 'facility', 'issuer') THEN
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

-- Destroy the key of a person of this facility, with the names that point to them.
CREATE FUNCTION exeat.shred(p_person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM FROM exeat.head FOR UPDATE;
    UPDATE exeat_vault.person
    SET wrapped_key = NULL, ref = NULL, shredded = clock_timestamp()
    WHERE person = p_person AND agency = exeat.current_agency()
      AND exeat.current_duty() = 'desk' AND shredded IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such person of this facility' USING ERRCODE = 'EX002';
    END IF;
    UPDATE exeat_vault.record SET name = NULL WHERE person = p_person;
END
$$;

CREATE FUNCTION exeat.add_checkpoint(p_size bigint, p_root bytea, p_note text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM exeat.login WHERE login = session_user AND signs) THEN
        RAISE EXCEPTION 'this login may not sign' USING ERRCODE = 'EX002';
    END IF;
    PERFORM FROM exeat.head WHERE p_size <= size FOR UPDATE;
    IF NOT FOUND OR p_size < (SELECT coalesce(max(size), 0) FROM exeat.checkpoint) THEN
        RAISE EXCEPTION 'the checkpoint is not after the last one' USING ERRCODE = 'EX005';
    END IF;
    INSERT INTO exeat.checkpoint (size, root, note) VALUES (p_size, p_root, p_note);
END
$$;

-- Leaf hashes say nothing of anybody: every login may have them, to check proofs.
CREATE FUNCTION exeat.leaves(p_first bigint, p_after bigint)
RETURNS TABLE (seq bigint, leaf bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT seq, leaf FROM exeat.entry WHERE seq >= p_first AND seq < p_after ORDER BY seq
$$;

ALTER TABLE exeat.entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_vault.payload ENABLE ROW LEVEL SECURITY;

CREATE POLICY stake ON exeat.entry FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = entry.record
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY auditor ON exeat.entry FOR SELECT TO exeat_auditor USING (true);
CREATE POLICY stake ON exeat_vault.payload FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = payload.record
                   AND s.agency = (SELECT exeat.current_agency())));

GRANT SELECT ON exeat.entry, exeat.node, exeat.head, exeat.checkpoint TO exeat_app, exeat_auditor;
GRANT SELECT ON exeat_vault.payload TO exeat_app;
GRANT EXECUTE ON FUNCTION exeat.leaves(bigint, bigint) TO exeat_app, exeat_auditor;
GRANT EXECUTE ON FUNCTION
    exeat.append(uuid, integer, bytea[], bytea[], bytea[], bytea[]),
    exeat.shred(uuid),
    exeat.add_checkpoint(bigint, bytea, text)
TO exeat_app;
