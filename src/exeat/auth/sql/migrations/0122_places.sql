-- Places from which somebody has signed in: a browser by its mark, a network by its address. Wrong
-- passwords are counted by place, so that a stranger's shut out strangers and nobody at work.
CREATE TABLE exeat_desk.known_place (
    account uuid NOT NULL REFERENCES exeat_desk.account,
    mark bytea NOT NULL CHECK (octet_length(mark) = 32),
    kind text NOT NULL CHECK (kind IN ('device', 'address')),
    seen timestamptz NOT NULL,
    failed timestamptz[] NOT NULL DEFAULT '{}',
    locked timestamptz,
    PRIMARY KEY (account, mark)
);
COMMENT ON COLUMN exeat_desk.known_place.mark IS 'Hash of the browser''s mark, or of the address.';
ALTER TABLE exeat_desk.known_place ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON exeat_desk.known_place TO exeat_app
    USING (EXISTS (SELECT FROM exeat_desk.account a WHERE a.id = account));
GRANT SELECT, INSERT, UPDATE, DELETE ON exeat_desk.known_place TO exeat_app;

-- Failures count while they are young, so each has its time.
ALTER TABLE exeat_desk.account ADD COLUMN failed timestamptz[] NOT NULL DEFAULT '{}', DROP COLUMN failures;
COMMENT ON COLUMN exeat_desk.account.failed IS 'Wrong passwords and codes from places that nobody knows.';
COMMENT ON COLUMN exeat_desk.account.locked IS 'Shut to places that nobody knows; a known place has a lock of its own.';

-- When the owner last gave the second factor: a new authenticator asks for the old one.
ALTER TABLE exeat_desk.session ADD COLUMN proved timestamptz;
