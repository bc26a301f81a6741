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
