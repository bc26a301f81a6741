-- agency_key: The wrapped key of an agency.
SELECT exeat_desk.agency_key(%(code)s) AS wrapped_key

-- directory: Every agency, as all may know it.
SELECT code, name, kind, place, zone, facility FROM exeat_desk.directory()

-- find_record: A record by its id in events, wherever this agency has a stake in it; no key for an issuer.
SELECT r.record, r.name, r.agency AS facility, r.person, p.wrapped_key, s.role AS stake
FROM exeat_vault.record r JOIN exeat.stake s USING (record)
LEFT JOIN exeat_vault.person p ON p.person = r.person
WHERE r.name = %(name)s

-- lock_record: Hold a record until the transaction ends.
SELECT exeat_desk.lock_record(%(record)s) AS held

-- put_personal: Write the personal data of a record, sealed.
INSERT INTO exeat_vault.personal (record, agency, nonce, sealed, surname_mac, number_mac, born_mac,
    name_macs, given_macs)
VALUES (%(record)s, %(agency)s, %(nonce)s, %(sealed)s, %(surname_mac)s, %(number_mac)s, %(born_mac)s,
    %(name_macs)s, %(given_macs)s)
ON CONFLICT (record) DO UPDATE SET nonce = excluded.nonce, sealed = excluded.sealed,
    surname_mac = excluded.surname_mac, number_mac = excluded.number_mac, born_mac = excluded.born_mac,
    name_macs = excluded.name_macs, given_macs = excluded.given_macs

-- personal: The sealed personal data of a record.
SELECT nonce, sealed, surname_mac, number_mac, born_mac FROM exeat_vault.personal WHERE record = %(record)s

-- namesakes: People in the house whose surname may be the same, but for one record.
SELECT p.record, r.name, p.nonce, p.sealed, r.person, person.wrapped_key, p.name_macs IS NOT NULL AS indexed
FROM exeat_vault.personal p JOIN exeat_vault.record r USING (record)
JOIN exeat_vault.person USING (person)
WHERE p.agency = %(agency)s AND p.here AND p.record <> %(record)s
  AND (p.surname_mac = %(surname_mac)s OR p.name_macs && %(name_macs)s::bytea[] OR p.name_macs IS NULL)
ORDER BY p.record

-- people_near: People of a house who may be whom somebody else describes; of those that are not indexed, all.
SELECT p.record, r.name, p.nonce, p.sealed, r.person, person.wrapped_key
FROM exeat_vault.personal p JOIN exeat_vault.record r USING (record)
JOIN exeat_vault.person USING (person)
WHERE p.agency = %(agency)s AND p.here AND (
    p.number_mac = %(number_mac)s OR p.surname_mac = %(surname_mac)s OR p.born_mac = ANY (%(born_macs)s::bytea[])
    OR p.name_macs && %(name_macs)s::bytea[] OR person.ref = %(ref)s OR p.name_macs IS NULL
    OR (p.name_macs && %(given_macs)s::bytea[] AND p.given_macs && %(name_macs)s::bytea[]))
ORDER BY p.record

-- open_task: Open a task, unless it is open already.
SELECT exeat_desk.open_task(%(task)s, %(agency)s, %(record)s, %(about)s, %(kind)s, %(because)s, %(opened)s,
    %(due)s, %(owner_role)s) AS task

-- open_task_id: The open task of a kind about one thing.
SELECT task FROM exeat_desk.task
WHERE agency = %(agency)s AND kind = %(kind)s AND record IS NOT DISTINCT FROM %(record)s
  AND about = %(about)s AND closed IS NULL

-- close_tasks: Close the open tasks of some kinds about a record, all or those about one thing.
SELECT exeat_desk.close_tasks(NULL, %(record)s, %(kinds)s, %(about)s, %(at)s, %(by)s, %(outcome)s)

-- close_tasks_about: Close the open tasks of one kind about one thing.
SELECT exeat_desk.close_tasks(NULL, NULL, ARRAY[%(kind)s::text], %(about)s, %(at)s, %(by)s, %(outcome)s)

-- cleared_before: When checks of who a person is were closed in their favour, at earlier bookings here.
SELECT t.closed FROM exeat_desk.task t
JOIN exeat_vault.record earlier ON earlier.record = t.record
JOIN exeat_vault.record now ON now.person = earlier.person
WHERE now.record = %(record)s AND earlier.record <> now.record
  AND t.kind = 'identity-dispute'
  AND (t.outcome LIKE 'cleared%%' OR t.outcome LIKE '[{"code": "closed.cleared"%%')
ORDER BY t.closed

-- put_log: Write down who did or read what.
SELECT exeat_desk.put_log(%(at)s, %(agency)s, %(facility)s, %(actor)s, %(role)s, %(what)s, %(outcome)s,
    %(record)s, %(about)s, %(request_id)s, %(address)s)

-- sees_personal: Whether this login sees the personal data of every agency.
SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'exeat_vault' AND c.relname = 'personal' AND NOT row_security_active(c.oid)
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'here')

-- personal_kept: Every custody record with its personal data and their index, for the verifier.
SELECT r.record, r.agency::text, r.person, h.wrapped_key, h.shredded IS NOT NULL AS expunged,
       e.seq, d.code IS NOT NULL AND e.seq IS NOT NULL AS of_desk,
       p.agency::text AS of, p.nonce, p.sealed, p.surname_mac, p.number_mac, p.born_mac, p.name_macs, p.given_macs,
       p.here,
       b.open IS NOT FALSE AS in_house
FROM exeat_vault.record r JOIN exeat_vault.person h USING (person)
LEFT JOIN exeat.entry e ON e.record = r.record AND e.version = 1
LEFT JOIN exeat_desk.agency d ON d.code = r.agency AND d.kind = 'facility'
LEFT JOIN exeat_vault.personal p ON p.record = r.record
LEFT JOIN exeat.board b ON b.record = r.record
WHERE r.kind = 'custody' ORDER BY r.record

-- tally: Count one more of something in a stretch of time; how many there are now.
SELECT exeat_desk.tally(%(what)s, %(since)s) AS n

-- forget_tallies: Forget what was counted before an instant.
SELECT exeat_desk.forget_tallies(%(before)s)

-- misquoted: Lines of the log that are about something else than was chained; an expungement may empty it.
SELECT number FROM exeat_desk.log l
WHERE about_hash IS NOT NULL AND CASE WHEN about IS NOT NULL
    THEN salt IS NULL OR sha256(salt || convert_to(about, 'UTF8')) <> about_hash
    ELSE record IS NOT NULL AND NOT EXISTS (
        SELECT FROM exeat_vault.record r JOIN exeat_vault.person p USING (person)
        WHERE r.record = l.record AND p.shredded IS NOT NULL) END
ORDER BY number LIMIT 1000
