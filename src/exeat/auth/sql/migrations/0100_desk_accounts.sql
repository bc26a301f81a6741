-- Who may sit at the desk: agencies in detail, people's accounts, their sessions, keys of systems.
RESET ROLE;
CREATE SCHEMA exeat_desk AUTHORIZATION exeat_owner;
GRANT USAGE ON SCHEMA exeat_desk TO exeat_app;
SET LOCAL ROLE exeat_owner;

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
