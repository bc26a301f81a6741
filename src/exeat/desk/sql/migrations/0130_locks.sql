-- Whoever could take another facility's lock could keep its door shut.
CREATE OR REPLACE FUNCTION exeat_desk.lock_desk(p_agency text, p_alone boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    v_key bigint := hashtextextended('exeat desk ' || p_agency, 0);
BEGIN
    IF p_agency IS DISTINCT FROM exeat.current_agency()
       OR exeat.current_duty() IS DISTINCT FROM 'desk' THEN
        RAISE EXCEPTION 'only a facility''s own desk holds its requests' USING ERRCODE = 'EX002';
    END IF;
    IF p_alone THEN
        PERFORM pg_advisory_xact_lock(v_key);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(v_key);
    END IF;
END
$$;
