-- Answers to requests that were given in error, and that the facility took back.
CREATE TABLE exeat_desk.taken_back (
    request uuid NOT NULL REFERENCES exeat_desk.request,
    number integer NOT NULL,
    answered timestamptz NOT NULL,
    answer text NOT NULL,
    answer_note text NOT NULL,
    answer_leaf bigint,
    at timestamptz NOT NULL,
    by text NOT NULL,
    why text NOT NULL,
    note text NOT NULL,
    leaf bigint,
    PRIMARY KEY (request, number)
);
COMMENT ON TABLE exeat_desk.taken_back IS
    'Each answer that was taken back, with the signed text that says so. The request then waits again.';
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON exeat_desk.taken_back
    FOR EACH STATEMENT EXECUTE FUNCTION exeat.refuse_change();
ALTER TABLE exeat_desk.taken_back ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE exeat_desk.taken_back ENABLE ROW LEVEL SECURITY;
CREATE POLICY sides ON exeat_desk.taken_back TO exeat_app
    USING (EXISTS (SELECT FROM exeat_desk.request q WHERE q.request = taken_back.request))
    WITH CHECK (EXISTS (SELECT FROM exeat_desk.request q WHERE q.request = taken_back.request
                        AND q.facility = (SELECT exeat.current_agency())));
GRANT SELECT, INSERT ON exeat_desk.taken_back TO exeat_app;
GRANT UPDATE (leaf) ON exeat_desk.taken_back TO exeat_app;
