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
