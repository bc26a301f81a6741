-- What the migrations add up to, for reading; a test holds the two equal.
-- Never run this: `exeat.record.migrate` applies the migrations.
-- Written by: python -m exeat.record.schema > src/exeat/record/sql/schema.sql

-- Roles, schemas, and the list of migrations.
-- Roles belong to the whole cluster, so they may be there already. None of the three can log in.
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['exeat_owner', 'exeat_app', 'exeat_auditor'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
    END LOOP;
    IF NOT pg_has_role(current_user, 'exeat_owner', 'USAGE') THEN
        EXECUTE format('GRANT exeat_owner TO %I', current_user);
    END IF;
END
$$;

-- What anybody may check (exeat), and what only a key opens (exeat_vault).
CREATE SCHEMA exeat AUTHORIZATION exeat_owner;
CREATE SCHEMA exeat_vault AUTHORIZATION exeat_owner;
GRANT USAGE ON SCHEMA exeat TO exeat_app, exeat_auditor;
GRANT USAGE ON SCHEMA exeat_vault TO exeat_app;

SET ROLE exeat_owner;

-- A function is for nobody until it is granted.
ALTER DEFAULT PRIVILEGES FOR ROLE exeat_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE exeat.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Agencies and their logins; the vault's persons and records; who has a stake in which record.

-- Codes stand in leaves between quotes, so they hold nothing that JSON would escape.
CREATE DOMAIN exeat.code AS text CHECK (VALUE ~ '^[a-z0-9][a-z0-9.:_-]{0,63}$');

CREATE TABLE exeat.agency (
    code exeat.code PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE exeat.login (
    login name NOT NULL,
    agency exeat.code NOT NULL REFERENCES exeat.agency,
    duty text NOT NULL CHECK (duty IN ('desk', 'issuer', 'counsel', 'auditor')),
    signs boolean NOT NULL DEFAULT false,
    PRIMARY KEY (login, agency)
);
COMMENT ON COLUMN exeat.login.signs IS 'May put signed checkpoints on record.';

-- For whom this session acts. The setting only chooses among the agencies of the login, which
-- no session can change; a login of one agency need not set it.
CREATE FUNCTION exeat.current_agency() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN count(*) = 1 THEN min(agency) END
    FROM exeat.login
    WHERE login = session_user
      AND agency = coalesce(nullif(current_setting('exeat.agency', true), ''), agency)
$$;

CREATE FUNCTION exeat.current_duty() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT duty FROM exeat.login
    WHERE login = session_user AND agency = exeat.current_agency()
$$;

CREATE TABLE exeat_vault.person (
    person uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat.agency,
    ref text,
    wrapped_key bytea,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    shredded timestamptz,
    UNIQUE (agency, ref),
    CHECK ((wrapped_key IS NULL) = (shredded IS NOT NULL)),
    CHECK (shredded IS NULL OR ref IS NULL)
);
COMMENT ON COLUMN exeat_vault.person.ref IS 'The agency''s own id of the person; gone once shredded.';
COMMENT ON COLUMN exeat_vault.person.wrapped_key IS 'The person''s key under the master key.';

CREATE TABLE exeat_vault.record (
    record uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat.agency,
    name text,
    person uuid NOT NULL REFERENCES exeat_vault.person,
    UNIQUE (agency, name)
);
CREATE INDEX record_person ON exeat_vault.record (person);
COMMENT ON COLUMN exeat_vault.record.name IS 'Id of the custody record in its events; gone once shredded.';

CREATE TABLE exeat.stake (
    record uuid NOT NULL REFERENCES exeat_vault.record,
    agency exeat.code NOT NULL REFERENCES exeat.agency,
    role text NOT NULL CHECK (role IN ('facility', 'issuer', 'counsel')),
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (record, agency)
);
CREATE INDEX stake_agency ON exeat.stake (agency);

CREATE FUNCTION exeat.has_stake(p_record uuid, VARIADIC p_roles text[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM exeat.stake
        WHERE record = p_record AND agency = exeat.current_agency() AND role = ANY (p_roles)
    )
$$;

-- A facility opens a record for one of its persons, or finds the one of that name.
CREATE FUNCTION exeat.open_record(
    p_name text, p_record uuid, p_ref text, p_person uuid, p_wrapped_key bytea
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_agency text := exeat.current_agency();
    v_record uuid;
    v_person uuid;
BEGIN
    IF exeat.current_duty() IS DISTINCT FROM 'desk' THEN
        RAISE EXCEPTION 'only the desk of a facility opens a record' USING ERRCODE = 'EX002';
    END IF;
    SELECT r.record INTO v_record FROM exeat_vault.record r
    WHERE r.agency = v_agency AND r.name = p_name;
    IF FOUND THEN
        RETURN v_record;
    END IF;
    SELECT p.person INTO v_person FROM exeat_vault.person p
    WHERE p.agency = v_agency AND p.ref = p_ref;
    IF NOT FOUND THEN
        INSERT INTO exeat_vault.person (person, agency, ref, wrapped_key)
        VALUES (p_person, v_agency, p_ref, p_wrapped_key);
        v_person := p_person;
    END IF;
    INSERT INTO exeat_vault.record (record, agency, name, person)
    VALUES (p_record, v_agency, p_name, v_person);
    INSERT INTO exeat.stake (record, agency, role) VALUES (p_record, v_agency, 'facility');
    RETURN p_record;
END
$$;

-- A facility lets another agency, or counsel, see one of its records.
CREATE FUNCTION exeat.grant_stake(p_record uuid, p_agency text, p_role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT exeat.has_stake(p_record, 'facility') OR p_role NOT IN ('issuer', 'counsel') THEN
        RAISE EXCEPTION 'only the facility lets others see a record' USING ERRCODE = 'EX002';
    END IF;
    INSERT INTO exeat.stake (record, agency, role) VALUES (p_record, p_agency, p_role)
    ON CONFLICT (record, agency) DO NOTHING;
END
$$;

ALTER TABLE exeat.stake ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_vault.person ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_vault.record ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON exeat.stake FOR SELECT TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));
CREATE POLICY stake ON exeat_vault.record FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = record.record
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY stake ON exeat_vault.person FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat_vault.record r WHERE r.person = person.person));

GRANT SELECT ON exeat.agency TO exeat_app, exeat_auditor;
GRANT SELECT ON exeat.stake, exeat_vault.record, exeat_vault.person TO exeat_app;
GRANT EXECUTE ON FUNCTION exeat.current_agency(), exeat.current_duty() TO exeat_app, exeat_auditor;
GRANT EXECUTE ON FUNCTION
    exeat.has_stake(uuid, text[]),
    exeat.open_record(text, uuid, text, uuid, bytea),
    exeat.grant_stake(uuid, text, text)
TO exeat_app;

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

-- Views: a pure function of the ledger. They may be dropped and rebuilt at any time.

CREATE TABLE exeat_vault.custody (
    record uuid PRIMARY KEY REFERENCES exeat_vault.record,
    version integer NOT NULL,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL
);
COMMENT ON TABLE exeat_vault.custody IS
    'The custody record as its entries add up, or their faults, sealed under the person''s key.';

CREATE TABLE exeat.board (
    record uuid PRIMARY KEY REFERENCES exeat_vault.record,
    version integer NOT NULL,
    readable boolean NOT NULL,
    open boolean,
    release_said text,
    release_from timestamptz,
    active_detainers integer
);
COMMENT ON COLUMN exeat.board.readable IS 'False: the entries do not add up; see custody.';
COMMENT ON COLUMN exeat.board.release_from IS 'The earliest instant that release_said can be.';
CREATE INDEX board_open ON exeat.board (release_from) WHERE open;

ALTER TABLE exeat_vault.custody ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat.board ENABLE ROW LEVEL SECURITY;

CREATE POLICY stake ON exeat_vault.custody FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = custody.record
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY writer ON exeat_vault.custody TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY stake ON exeat.board FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = board.record
                   AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY writer ON exeat.board TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));

GRANT SELECT, INSERT, UPDATE, DELETE ON exeat_vault.custody, exeat.board TO exeat_app;

-- Who may sit at the desk: agencies in detail, people's accounts, their sessions, keys of systems.
RESET ROLE;
CREATE SCHEMA exeat_desk AUTHORIZATION exeat_owner;
GRANT USAGE ON SCHEMA exeat_desk TO exeat_app;
SET ROLE exeat_owner;

CREATE TABLE exeat_desk.agency (
    code exeat.code PRIMARY KEY REFERENCES exeat.agency,
    kind text NOT NULL CHECK (kind IN ('facility', 'requester', 'counsel', 'host')),
    place text,
    zone text,
    facility jsonb NOT NULL DEFAULT '{}',
    wrapped_key bytea NOT NULL,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (kind <> 'facility' OR (place IS NOT NULL AND zone IS NOT NULL))
);
COMMENT ON COLUMN exeat_desk.agency.place IS 'Whose law holds there, such as us-wa-pierce.';
COMMENT ON COLUMN exeat_desk.agency.wrapped_key IS
    'For blind indexes and second factors of this agency, under the master key.';

-- The host of the installation keeps the list of agencies; a facility keeps that of its people.
CREATE FUNCTION exeat_desk.put_agency(
    p_code text, p_name text, p_kind text, p_place text, p_zone text, p_facility jsonb, p_key bytea
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_duty text := CASE p_kind WHEN 'facility' THEN 'desk' WHEN 'requester' THEN 'issuer'
                               WHEN 'counsel' THEN 'counsel' ELSE 'auditor' END;
BEGIN
    IF EXISTS (SELECT FROM exeat_desk.agency WHERE kind = 'host')
       AND NOT EXISTS (SELECT FROM exeat_desk.agency a
                       WHERE a.code = exeat.current_agency() AND a.kind = 'host') THEN
        RAISE EXCEPTION 'only the host adds agencies' USING ERRCODE = 'EX002';
    END IF;
    IF EXISTS (SELECT FROM exeat_desk.agency WHERE code = p_code) THEN
        RETURN false;
    END IF;
    INSERT INTO exeat.agency (code, name) VALUES (p_code, p_name) ON CONFLICT DO NOTHING;
    INSERT INTO exeat_desk.agency (code, kind, place, zone, facility, wrapped_key)
    VALUES (p_code, p_kind, p_place, p_zone, p_facility, p_key);
    INSERT INTO exeat.login (login, agency, duty) VALUES (session_user, p_code, v_duty)
    ON CONFLICT DO NOTHING;
    RETURN true;
END
$$;

CREATE TABLE exeat_desk.account (
    id uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    name text NOT NULL UNIQUE CHECK (name = lower(name)),
    shown text NOT NULL,
    role text NOT NULL CHECK (role IN
        ('booking', 'supervisor', 'requester', 'counsel', 'auditor', 'admin')),
    granted text[] NOT NULL DEFAULT '{}',
    password_hash text NOT NULL,
    must_change boolean NOT NULL DEFAULT true,
    second_factor bytea,
    last_code bigint NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    locked timestamptz,
    disabled timestamptz,
    disabled_because text,
    created timestamptz NOT NULL,
    last_used timestamptz NOT NULL
);
COMMENT ON COLUMN exeat_desk.account.name IS 'Never given to another person: rows are not removed.';
COMMENT ON COLUMN exeat_desk.account.second_factor IS 'Secret of the code app, sealed.';
COMMENT ON COLUMN exeat_desk.account.last_code IS 'Step of the last code used, so that none counts twice.';

CREATE TABLE exeat_desk.passkey (
    id bytea PRIMARY KEY,
    account uuid NOT NULL REFERENCES exeat_desk.account,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    label text NOT NULL,
    created timestamptz NOT NULL
);

CREATE TABLE exeat_desk.session (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    account uuid NOT NULL REFERENCES exeat_desk.account,
    csrf text NOT NULL,
    whole boolean NOT NULL DEFAULT false,
    challenge bytea,
    began timestamptz NOT NULL,
    seen timestamptz NOT NULL,
    ended timestamptz
);
COMMENT ON COLUMN exeat_desk.session.whole IS 'The second factor was given too.';

CREATE TABLE exeat_desk.api_key (
    id text PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    label text NOT NULL,
    role text NOT NULL CHECK (role IN ('booking', 'requester', 'counsel', 'auditor')),
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
    created timestamptz NOT NULL,
    created_by text NOT NULL,
    expires timestamptz NOT NULL,
    revoked timestamptz,
    last_used timestamptz
);

ALTER TABLE exeat_desk.agency ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.account ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.passkey ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.session ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.api_key ENABLE ROW LEVEL SECURITY;

CREATE POLICY own ON exeat_desk.agency TO exeat_app
    USING (code = (SELECT exeat.current_agency()));
CREATE POLICY own ON exeat_desk.account TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));
CREATE POLICY own ON exeat_desk.passkey TO exeat_app
    USING (EXISTS (SELECT FROM exeat_desk.account a WHERE a.id = account));
CREATE POLICY own ON exeat_desk.session TO exeat_app
    USING (EXISTS (SELECT FROM exeat_desk.account a WHERE a.id = account));
CREATE POLICY own ON exeat_desk.api_key TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));

-- The door: one exact name, hash or id in, at most one row out, before any agency is known.
CREATE FUNCTION exeat_desk.agency_of_account(p_name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT agency FROM exeat_desk.account WHERE name = p_name $$;

CREATE FUNCTION exeat_desk.agency_of_session(p_hash bytea) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.agency FROM exeat_desk.session s JOIN exeat_desk.account a ON a.id = s.account
    WHERE s.token_hash = p_hash
$$;

CREATE FUNCTION exeat_desk.agency_of_key(p_id text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT agency FROM exeat_desk.api_key WHERE id = p_id $$;

-- What every agency may know of the others: to whom a request can be addressed.
CREATE FUNCTION exeat_desk.directory()
RETURNS TABLE (code text, name text, kind text, place text, zone text, facility jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.code, a.name, d.kind, d.place, d.zone, d.facility
    FROM exeat_desk.agency d JOIN exeat.agency a USING (code) ORDER BY d.code
$$;

-- The desk seals what it hands to another agency under that agency's key.
CREATE FUNCTION exeat_desk.agency_key(p_code text) RETURNS bytea
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT wrapped_key FROM exeat_desk.agency WHERE code = p_code $$;

GRANT SELECT ON exeat_desk.agency TO exeat_app;
GRANT SELECT, INSERT, UPDATE ON exeat_desk.account, exeat_desk.session, exeat_desk.api_key TO exeat_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON exeat_desk.passkey TO exeat_app;
GRANT EXECUTE ON FUNCTION
    exeat_desk.put_agency(text, text, text, text, text, jsonb, bytea),
    exeat_desk.agency_of_account(text),
    exeat_desk.agency_of_session(bytea),
    exeat_desk.agency_of_key(text),
    exeat_desk.directory(),
    exeat_desk.agency_key(text)
TO exeat_app;

-- What the desk keeps beside the ledger: personal data, requests as they came in, tasks,
-- handovers between facilities, overrides, subscriptions, and who did or read what.

-- A desk's act holds its record from the first reading to the last writing. NO KEY: whoever
-- only adds an entry to the record is not kept waiting here, but by the version.
CREATE FUNCTION exeat_desk.lock_record(p_record uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT exeat.has_stake(p_record, 'facility', 'issuer') THEN
        RETURN false;
    END IF;
    PERFORM FROM exeat_vault.record WHERE record = p_record FOR NO KEY UPDATE;
    RETURN true;
END
$$;

-- One holder a facility for whatever must not change while a person is let go: its waiting requests.
CREATE FUNCTION exeat_desk.lock_desk(p_agency text, p_alone boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key bigint := hashtextextended('exeat desk ' || p_agency, 0);
BEGIN
    IF p_alone THEN
        PERFORM pg_advisory_xact_lock(v_key);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(v_key);
    END IF;
END
$$;

CREATE TABLE exeat_vault.personal (
    record uuid PRIMARY KEY REFERENCES exeat_vault.record,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL,
    surname_mac bytea,
    number_mac bytea,
    born_mac bytea
);
CREATE INDEX personal_surname ON exeat_vault.personal (agency, surname_mac);
CREATE INDEX personal_number ON exeat_vault.personal (agency, number_mac);
COMMENT ON TABLE exeat_vault.personal IS
    'Name, birth date, numbers, sealed under the person''s key. The macs, under the facility''s
key, tell only whether two are equal.';

CREATE TABLE exeat_desk.request (
    request uuid PRIMARY KEY,
    sender exeat.code NOT NULL REFERENCES exeat_desk.agency,
    facility exeat.code NOT NULL REFERENCES exeat_desk.agency,
    id_mac bytea NOT NULL,
    lodged timestamptz NOT NULL,
    receipt text NOT NULL,
    answered timestamptz,
    answer text CHECK (answer IN ('matched', 'not-in-custody-here', 'withdrawn')),
    answer_note text,
    record uuid REFERENCES exeat_vault.record,
    wrapped_key bytea,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL,
    surname_mac bytea,
    number_mac bytea,
    born_mac bytea,
    UNIQUE (sender, id_mac),
    CHECK ((answer IS NULL) = (answered IS NULL))
);
CREATE INDEX request_waiting ON exeat_desk.request (facility) WHERE answered IS NULL;
CREATE INDEX request_record ON exeat_desk.request (record);
COMMENT ON COLUMN exeat_desk.request.receipt IS 'Signed; without one, a request counts as not made.';

CREATE TABLE exeat_desk.task (
    task uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    record uuid REFERENCES exeat_vault.record,
    about text NOT NULL DEFAULT '',
    kind text NOT NULL,
    because text NOT NULL,
    opened timestamptz NOT NULL,
    due timestamptz NOT NULL,
    owner_role text NOT NULL,
    owner text,
    raised timestamptz,
    closed timestamptz,
    closed_by text,
    outcome text,
    CHECK ((closed IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX task_open ON exeat_desk.task (agency, kind, coalesce(record::text, ''), about)
    WHERE closed IS NULL;
CREATE INDEX task_record ON exeat_desk.task (record);
COMMENT ON COLUMN exeat_desk.task.because IS 'In words, without personal data.';
COMMENT ON COLUMN exeat_desk.task.raised IS 'When it went to a supervisor, because nobody had done it.';

CREATE TABLE exeat_desk.handover (
    handover uuid PRIMARY KEY,
    sender exeat.code NOT NULL REFERENCES exeat_desk.agency,
    receiver exeat.code NOT NULL REFERENCES exeat_desk.agency,
    record uuid NOT NULL REFERENCES exeat_vault.record,
    began timestamptz NOT NULL,
    acknowledged timestamptz,
    next_record uuid REFERENCES exeat_vault.record,
    wrapped_key bytea,
    nonce bytea NOT NULL,
    sealed bytea NOT NULL
);
COMMENT ON TABLE exeat_desk.handover IS 'Who is moved, with every hold, until the next facility has both.';

CREATE TABLE exeat_desk.override (
    override uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    record uuid NOT NULL REFERENCES exeat_vault.record,
    version integer NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    refusals text[] NOT NULL,
    first text NOT NULL,
    second text NOT NULL,
    CHECK (first <> second)
);

CREATE TABLE exeat_desk.subscription (
    subscription uuid PRIMARY KEY,
    agency exeat.code NOT NULL REFERENCES exeat_desk.agency,
    record uuid NOT NULL REFERENCES exeat_vault.record,
    kinds text[] NOT NULL,
    channel text NOT NULL,
    began timestamptz NOT NULL,
    ended timestamptz,
    UNIQUE (agency, record, channel)
);

-- Who did or read what. Names no person held. `record` is null where a whole list was read.
CREATE TABLE exeat_desk.log (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    agency exeat.code NOT NULL,
    facility exeat.code,
    actor text NOT NULL,
    role text NOT NULL,
    what text NOT NULL,
    outcome text NOT NULL,
    record uuid,
    about text,
    request_id text NOT NULL
);
CREATE INDEX log_record ON exeat_desk.log (record, number);
CREATE INDEX log_agency ON exeat_desk.log (agency, number);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exeat_desk.log
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat_desk.log ENABLE ALWAYS TRIGGER append_only;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exeat_desk.override
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat_desk.override ENABLE ALWAYS TRIGGER append_only;

ALTER TABLE exeat_vault.personal ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.request ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.task ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.handover ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.override ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.subscription ENABLE ROW LEVEL SECURITY;
ALTER TABLE exeat_desk.log ENABLE ROW LEVEL SECURITY;

CREATE POLICY stake ON exeat_vault.personal FOR SELECT TO exeat_app
    USING (EXISTS (SELECT FROM exeat.stake s WHERE s.record = personal.record
                   AND s.agency = (SELECT exeat.current_agency())
                   AND s.role IN ('facility', 'counsel')));
CREATE POLICY writer ON exeat_vault.personal TO exeat_app
    USING (agency = (SELECT exeat.current_agency()))
    WITH CHECK (agency = (SELECT exeat.current_agency())
                AND exeat.has_stake(record, 'facility'));
CREATE POLICY sides ON exeat_desk.request TO exeat_app
    USING ((SELECT exeat.current_agency()) IN (sender, facility))
    WITH CHECK ((SELECT exeat.current_agency()) IN (sender, facility));
CREATE POLICY own ON exeat_desk.task TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));
CREATE POLICY sides ON exeat_desk.handover TO exeat_app
    USING ((SELECT exeat.current_agency()) IN (sender, receiver))
    WITH CHECK ((SELECT exeat.current_agency()) IN (sender, receiver));
CREATE POLICY own ON exeat_desk.override TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));
CREATE POLICY own ON exeat_desk.subscription TO exeat_app
    USING (agency = (SELECT exeat.current_agency()));
-- An agency sees what its own people did, and a facility who looked at its records.
CREATE POLICY sides ON exeat_desk.log TO exeat_app
    USING ((SELECT exeat.current_agency()) IN (agency, facility))
    WITH CHECK (agency = (SELECT exeat.current_agency()));

GRANT SELECT, INSERT, UPDATE, DELETE ON exeat_vault.personal TO exeat_app;
GRANT SELECT, INSERT, UPDATE ON
    exeat_desk.request, exeat_desk.task, exeat_desk.handover, exeat_desk.subscription
TO exeat_app;
GRANT SELECT, INSERT ON exeat_desk.override, exeat_desk.log TO exeat_app;
GRANT EXECUTE ON FUNCTION
    exeat_desk.lock_record(uuid),
    exeat_desk.lock_desk(text, boolean)
TO exeat_app;

-- An expungement takes the personal data with it, and the requests and handovers about the person.
CREATE FUNCTION exeat_desk.expunge() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM exeat_vault.personal p USING exeat_vault.record r
    WHERE r.record = p.record AND r.person = NEW.person;
    UPDATE exeat_desk.request q
    SET wrapped_key = NULL, sealed = '', nonce = '', surname_mac = NULL, number_mac = NULL, born_mac = NULL
    FROM exeat_vault.record r WHERE r.record = q.record AND r.person = NEW.person;
    UPDATE exeat_desk.handover h SET wrapped_key = NULL, sealed = '', nonce = ''
    FROM exeat_vault.record r WHERE r.record = h.record AND r.person = NEW.person;
    RETURN NULL;
END
$$;
CREATE TRIGGER expunge AFTER UPDATE OF shredded ON exeat_vault.person
    FOR EACH ROW WHEN (NEW.shredded IS NOT NULL AND OLD.shredded IS NULL)
    EXECUTE FUNCTION exeat_desk.expunge();

-- Live pages: which record moved, by its key; it says nothing of anybody.
CREATE FUNCTION exeat_desk.tell() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM pg_notify('exeat_changes', NEW.record::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON exeat.board
    FOR EACH ROW EXECUTE FUNCTION exeat_desk.tell();
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON exeat_desk.task
    FOR EACH ROW WHEN (NEW.record IS NOT NULL) EXECUTE FUNCTION exeat_desk.tell();

-- What a large ledger needs, so that a question about those in the house does not ask about
-- everyone who ever was: whose row of the board it is, and who of the surname is here.
ALTER TABLE exeat.board ADD COLUMN agency exeat.code;
ALTER TABLE exeat.board DISABLE TRIGGER tell;
UPDATE exeat.board b SET agency = r.agency FROM exeat_vault.record r WHERE r.record = b.record;
ALTER TABLE exeat.board ENABLE TRIGGER tell;
ALTER TABLE exeat.board ALTER COLUMN agency SET NOT NULL;
COMMENT ON COLUMN exeat.board.agency IS 'The facility, as the record has it.';
CREATE INDEX board_here ON exeat.board (agency, record) WHERE open IS NOT FALSE;
CREATE INDEX board_agency ON exeat.board (agency, open);
DROP INDEX exeat.board_open;

-- A facility's own rows are known by the row; only other agencies' need to be looked up. A policy
-- for writing that also let read would ask for the stake of every row that the first one refuses.
DROP POLICY stake ON exeat.board;
DROP POLICY writer ON exeat.board;
DROP POLICY writer ON exeat_vault.custody;
CREATE POLICY stake ON exeat.board FOR SELECT TO exeat_app
    USING (agency = (SELECT exeat.current_agency())
           OR EXISTS (SELECT FROM exeat.stake s WHERE s.record = board.record
                      AND s.agency = (SELECT exeat.current_agency())));
CREATE POLICY inserts ON exeat.board FOR INSERT TO exeat_app
    WITH CHECK (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY updates ON exeat.board FOR UPDATE TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY deletes ON exeat.board FOR DELETE TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY inserts ON exeat_vault.custody FOR INSERT TO exeat_app
    WITH CHECK (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY updates ON exeat_vault.custody FOR UPDATE TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));
CREATE POLICY deletes ON exeat_vault.custody FOR DELETE TO exeat_app
    USING (exeat.has_stake(record, 'facility', 'issuer'));

-- Whether the person is in the house, as the board has it, beside the surname by which to ask.
ALTER TABLE exeat_vault.personal ADD COLUMN here boolean NOT NULL DEFAULT true;
UPDATE exeat_vault.personal p SET here = false
FROM exeat.board b WHERE b.record = p.record AND b.open IS FALSE;
DROP INDEX exeat_vault.personal_surname;
CREATE INDEX personal_surname ON exeat_vault.personal (agency, surname_mac) WHERE here;

CREATE FUNCTION exeat_desk.here() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE exeat_vault.personal SET here = NEW.open IS NOT FALSE
    WHERE record = NEW.record AND here <> (NEW.open IS NOT FALSE);
    RETURN NULL;
END
$$;
CREATE TRIGGER here AFTER INSERT OR UPDATE OF open ON exeat.board
    FOR EACH ROW EXECUTE FUNCTION exeat_desk.here();

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

RESET ROLE;
