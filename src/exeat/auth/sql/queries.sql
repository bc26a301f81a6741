-- put_agency: Add an agency; false where its code is taken.
SELECT exeat_desk.put_agency(%(code)s, %(name)s, %(kind)s, %(place)s, %(zone)s, %(facility)s, %(key)s) AS added

-- agency_of_account: The agency of an account by its exact name.
SELECT exeat_desk.agency_of_account(%(name)s) AS agency

-- enter_by_session: Act for the agency of a session, by its hash.
SELECT set_config('exeat.agency', agency, true) AS agency
FROM exeat_desk.agency_of_session(%(hash)s) AS agency WHERE agency IS NOT NULL

-- enter_by_key: Act for the agency of a system's key, by its public part.
SELECT set_config('exeat.agency', agency, true) AS agency
FROM exeat_desk.agency_of_key(%(id)s) AS agency WHERE agency IS NOT NULL

-- add_account: Add an account.
INSERT INTO exeat_desk.account (id, agency, name, shown, role, granted, password_hash, created, last_used,
    made_by, made, approved, approved_by)
VALUES (%(id)s, %(agency)s, %(name)s, %(shown)s, %(role)s, %(granted)s, %(hash)s, %(now)s, %(now)s,
    %(by)s, %(now)s, %(approved)s, CASE WHEN %(approved)s::timestamptz IS NOT NULL THEN %(by)s END)
ON CONFLICT (name) DO NOTHING RETURNING id

-- account_by_name: An account by its name, held until the transaction ends.
SELECT * FROM exeat_desk.account WHERE name = %(name)s FOR UPDATE

-- account: An account by its id, held until the transaction ends.
SELECT * FROM exeat_desk.account WHERE id = %(id)s FOR UPDATE

-- makers: An account, who of its agency made or reset it since an instant, who made them, and so on.
WITH RECURSIVE up AS (
    SELECT name, made_by, made FROM exeat_desk.account WHERE name = %(name)s
    UNION
    SELECT a.name, a.made_by, a.made FROM exeat_desk.account a
    JOIN up ON a.name = up.made_by AND up.made > %(since)s)
SELECT name FROM up

-- account_approve: Let a supervisor's account count as one of two people.
UPDATE exeat_desk.account SET approved = coalesce(approved, %(now)s), approved_by = coalesce(approved_by, %(by)s)
WHERE id = %(id)s AND role = 'supervisor'

-- unapproved: A supervisor's account that the host has not approved.
SELECT name FROM exeat_desk.account
WHERE name = %(name)s AND role = 'supervisor' AND approved IS NULL

-- accounts: The accounts of an agency.
SELECT a.*, (SELECT min(p.locked) FROM exeat_desk.known_place p WHERE p.account = a.id) AS place_locked
FROM exeat_desk.account a ORDER BY name

-- first_login_shown: Whether whoever started the desk has seen the first login, or reset it since.
SELECT EXISTS (SELECT FROM exeat_desk.log WHERE what = 'first_login' AND about = %(name)s)
    OR EXISTS (SELECT FROM exeat_desk.account WHERE name = %(name)s AND made_by <> %(by)s) AS shown

-- account_at_door: An account by its name, with the place from which somebody comes if it is known there.
SELECT a.*, p.mark, p.kind AS place_kind, p.locked AS place_locked
FROM exeat_desk.account a LEFT JOIN LATERAL (
    SELECT mark, kind, locked FROM exeat_desk.known_place
    WHERE account = a.id AND mark = ANY (%(marks)s) AND seen > %(since)s
    ORDER BY kind = 'device' DESC LIMIT 1) AS p ON true
WHERE a.name = %(name)s FOR UPDATE OF a

-- account_failed: Count a wrong password or code from a place that nobody knows, and lock at the limit.
UPDATE exeat_desk.account SET failed = young || %(now)s,
    locked = CASE WHEN cardinality(young) + 1 >= %(limit)s THEN coalesce(locked, %(now)s) ELSE locked END
FROM (SELECT array(SELECT at FROM exeat_desk.account a, unnest(a.failed) AS at
                   WHERE a.id = %(id)s AND at > %(since)s) AS young) AS past
WHERE id = %(id)s RETURNING locked

-- place_failed: Count a wrong password or code from a known place, and lock it there at the limit.
UPDATE exeat_desk.known_place SET failed = young || %(now)s,
    locked = CASE WHEN cardinality(young) + 1 >= %(limit)s THEN coalesce(locked, %(now)s) ELSE locked END
FROM (SELECT array(SELECT at FROM exeat_desk.known_place k, unnest(k.failed) AS at
                   WHERE k.account = %(id)s AND k.mark = %(mark)s AND at > %(since)s) AS young) AS past
WHERE account = %(id)s AND mark = %(mark)s RETURNING locked

-- account_used: Remember when an account was last used.
UPDATE exeat_desk.account SET last_used = %(now)s WHERE id = %(id)s

-- account_forgiven: Forget failures after a right password and code from a place that nobody knew.
UPDATE exeat_desk.account SET failed = '{}' WHERE id = %(id)s

-- put_place: Remember a place from which somebody has signed in, and forget its failures.
INSERT INTO exeat_desk.known_place (account, mark, kind, seen)
VALUES (%(account)s, %(mark)s, %(kind)s, %(now)s)
ON CONFLICT (account, mark) DO UPDATE SET seen = excluded.seen, failed = '{}'

-- forget_old_places: Forget places from which nobody has signed in for long.
DELETE FROM exeat_desk.known_place WHERE seen < %(before)s

-- unlock_places: Unlock the known places of an account.
UPDATE exeat_desk.known_place SET failed = '{}', locked = NULL WHERE account = %(account)s

-- forget_places: Forget every known place of an account.
DELETE FROM exeat_desk.known_place WHERE account = %(account)s

-- account_code: Remember the step of the last code; one of the future was taken under a wrong clock.
UPDATE exeat_desk.account SET last_code = %(step)s
WHERE id = %(id)s AND (last_code < %(step)s OR last_code > %(step)s + 2)

-- account_second: Set the sealed secret of the code app.
UPDATE exeat_desk.account SET second_factor = %(sealed)s, last_code = 0 WHERE id = %(id)s

-- account_password: Set a password.
UPDATE exeat_desk.account SET password_hash = %(hash)s, must_change = %(must_change)s WHERE id = %(id)s

-- account_reset: Give a first password, and take the code app away.
UPDATE exeat_desk.account
SET password_hash = %(hash)s, must_change = true, second_factor = NULL, last_code = 0,
    made_by = %(by)s, made = %(now)s, failed = '{}', locked = NULL
WHERE id = %(id)s

-- account_unlock: Unlock an account.
UPDATE exeat_desk.account SET failed = '{}', locked = NULL WHERE id = %(id)s

-- account_disable: Disable an account.
UPDATE exeat_desk.account SET disabled = %(now)s, disabled_because = %(because)s
WHERE id = %(id)s AND disabled IS NULL

-- account_enable: Enable an account again.
UPDATE exeat_desk.account SET disabled = NULL, disabled_because = NULL, last_used = %(now)s WHERE id = %(id)s

-- disable_unused: Disable accounts that nobody has used for long.
UPDATE exeat_desk.account SET disabled = %(now)s, disabled_because = 'unused'
WHERE disabled IS NULL AND last_used < %(before)s RETURNING name

-- add_session: Begin a session.
SELECT exeat_desk.begin_session(%(hash)s, %(account)s, %(csrf)s, %(now)s)

-- session: A session with its account.
SELECT s.token_hash, s.csrf, s.whole, s.challenge, s.began, s.seen, s.ended, s.proved, a.*
FROM exeat_desk.session s JOIN exeat_desk.account a ON a.id = s.account WHERE s.token_hash = %(hash)s

-- session_seen: Remember when a session was last used.
UPDATE exeat_desk.session SET seen = %(now)s WHERE token_hash = %(hash)s

-- session_whole: The second factor was given; what the browser held before opens nothing any more.
UPDATE exeat_desk.session
SET whole = true, challenge = NULL, token_hash = %(fresh)s, csrf = %(csrf)s, proved = %(now)s, seen = %(now)s
WHERE token_hash = %(hash)s AND NOT whole AND ended IS NULL

-- session_proved: The owner has given password and second factor again.
UPDATE exeat_desk.session SET proved = %(now)s, challenge = NULL WHERE token_hash = %(hash)s

-- session_challenge: Remember what a passkey has to sign.
UPDATE exeat_desk.session SET challenge = %(challenge)s WHERE token_hash = %(hash)s

-- session_end: End a session.
UPDATE exeat_desk.session SET ended = %(now)s WHERE token_hash = %(hash)s AND ended IS NULL

-- sessions_end: End every session of an account.
UPDATE exeat_desk.session SET ended = %(now)s WHERE account = %(account)s AND ended IS NULL

-- sessions_end_others: End every session of an account but one.
UPDATE exeat_desk.session SET ended = %(now)s
WHERE account = %(account)s AND ended IS NULL AND token_hash <> %(hash)s

-- add_passkey: Add a passkey.
INSERT INTO exeat_desk.passkey (id, account, public_key, sign_count, label, created)
VALUES (%(id)s, %(account)s, %(public_key)s, %(sign_count)s, %(label)s, %(now)s)

-- passkeys: The passkeys of an account.
SELECT id, public_key, sign_count, label, created FROM exeat_desk.passkey WHERE account = %(account)s

-- remove_passkey: Take one passkey of an account away.
DELETE FROM exeat_desk.passkey WHERE account = %(account)s AND id = %(id)s

-- remove_passkeys: Take every passkey of an account away.
DELETE FROM exeat_desk.passkey WHERE account = %(account)s

-- passkey_used: Remember a passkey's count.
UPDATE exeat_desk.passkey SET sign_count = %(sign_count)s WHERE id = %(id)s

-- add_key: Add a system's key.
INSERT INTO exeat_desk.api_key (id, agency, label, role, scopes, secret_hash, created, created_by, expires)
VALUES (%(id)s, %(agency)s, %(label)s, %(role)s, %(scopes)s, %(hash)s, %(now)s, %(by)s, %(expires)s)

-- key: A system's key, and what its agency is.
SELECT k.*, a.kind FROM exeat_desk.api_key k JOIN exeat_desk.agency a ON a.code = k.agency
WHERE k.id = %(id)s

-- keys: The keys of an agency's systems.
SELECT * FROM exeat_desk.api_key ORDER BY created DESC, id

-- key_used: Remember when a key was last used.
UPDATE exeat_desk.api_key SET last_used = %(now)s WHERE id = %(id)s

-- key_expires: Let a key end at an instant, if it would live longer.
UPDATE exeat_desk.api_key SET expires = least(expires, %(at)s) WHERE id = %(id)s

-- key_revoke: Revoke a key at once.
UPDATE exeat_desk.api_key SET revoked = %(now)s WHERE id = %(id)s AND revoked IS NULL
