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
