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
