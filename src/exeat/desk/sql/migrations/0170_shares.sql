-- A share is taken back: from then on no policy finds a stake, so nothing of the record is read. The
-- line of the change stays, with who did it, when and by which act, as does all that was read before.
CREATE FUNCTION exeat_desk.take_back_share(p_record uuid, p_agency text) RETURNS SETOF text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM exeat_desk.asked();
    IF NOT exeat.has_stake(p_record, 'facility') THEN
        RAISE EXCEPTION 'only the facility says who reads a record' USING ERRCODE = 'EX002';
    END IF;
    RETURN QUERY
    DELETE FROM exeat.stake WHERE record = p_record AND agency = p_agency AND role <> 'facility'
    RETURNING role;
END
$$;

-- Who reads a record of this facility besides itself, since when, and who let them.
CREATE FUNCTION exeat_desk.shares_of(p_record uuid)
RETURNS TABLE (agency text, role text, since timestamptz, given_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.agency::text, s.role, s.since, (
        SELECT CASE WHEN c.act IS DISTINCT FROM 'stood' THEN c.actor END FROM exeat.change c
        WHERE c.place = 'exeat.stake' AND c.key = s.record::text || ':' || s.agency
        ORDER BY c.number DESC LIMIT 1)
    FROM exeat.stake s
    WHERE s.record = p_record AND s.role <> 'facility' AND exeat.has_stake(p_record, 'facility')
    ORDER BY s.since, s.agency
$$;

GRANT EXECUTE ON FUNCTION exeat_desk.take_back_share(uuid, text), exeat_desk.shares_of(uuid)
TO exeat_app;
