-- A row that no key has signed says nothing. One that claims more entries than the log has would
-- otherwise be the last word for ever: every later checkpoint is of fewer entries than it says.
CREATE OR REPLACE FUNCTION exeat.add_checkpoint(p_size bigint, p_root bytea, p_note text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_size bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM exeat.login WHERE login = session_user AND signs) THEN
        RAISE EXCEPTION 'this login may not sign' USING ERRCODE = 'EX002';
    END IF;
    SELECT size INTO v_size FROM exeat.head FOR UPDATE;
    IF p_size > v_size OR p_size < (
        SELECT coalesce(max(size), 0) FROM exeat.checkpoint WHERE size <= v_size
    ) THEN
        RAISE EXCEPTION 'the checkpoint is not after the last one' USING ERRCODE = 'EX005';
    END IF;
    INSERT INTO exeat.checkpoint (size, root, note) VALUES (p_size, p_root, p_note);
END
$$;
