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

SET LOCAL ROLE exeat_owner;

-- A function is for nobody until it is granted.
ALTER DEFAULT PRIVILEGES FOR ROLE exeat_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE TABLE exeat.migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied timestamptz NOT NULL DEFAULT clock_timestamp()
);
