-- record_by_key: A record by its key, wherever this agency has a stake in it; no key for an issuer.
SELECT r.record, r.name, r.agency AS facility, r.person, p.wrapped_key, s.role AS stake
FROM exeat_vault.record r JOIN exeat.stake s USING (record)
LEFT JOIN exeat_vault.person p ON p.person = r.person
WHERE r.record = %(record)s

-- names_of: The ids in events of records by their keys, as far as this agency has a stake.
SELECT record, name FROM exeat_vault.record WHERE record = ANY (%(records)s)

-- records_of_person: Every record of one person, how many entries it has, and whether custody goes on.
SELECT r.record, r.name, b.open, count(e.seq)::int AS entries
FROM exeat_vault.record r LEFT JOIN exeat.board b USING (record) LEFT JOIN exeat.entry e USING (record)
WHERE r.person = %(person)s GROUP BY r.record, r.name, b.open ORDER BY r.record

-- kept_beside: How much the desk keeps beside some records, and what may be about the same person.
SELECT
    (SELECT count(*)::int FROM exeat_desk.request WHERE record = ANY (%(records)s)) AS requests,
    (SELECT count(*)::int FROM exeat_desk.task WHERE record = ANY (%(records)s)) AS tasks,
    (SELECT count(*)::int FROM exeat_desk.handover
     WHERE record = ANY (%(records)s) OR next_record = ANY (%(records)s)) AS handovers,
    (SELECT count(*)::int FROM exeat_desk.handover
     WHERE record = ANY (%(records)s) AND acknowledged IS NULL) AS on_the_way,
    (SELECT count(*)::int FROM exeat_desk.request q
     WHERE q.facility = %(agency)s AND q.record IS NULL AND EXISTS (
         SELECT FROM exeat_vault.personal p
         WHERE p.record = ANY (%(records)s) AND (p.number_mac = q.number_mac
               OR (p.surname_mac = q.surname_mac AND p.born_mac = q.born_mac)))) AS unmatched

-- lock_desk: Hold a facility's incoming requests, alone or with others.
SELECT exeat_desk.lock_desk(%(agency)s, %(alone)s)

-- version: The version of a record.
SELECT coalesce(max(version), 0) AS version FROM exeat.entry WHERE record = %(record)s

-- add_request: Put an incoming request on file with its receipt.
SELECT exeat_desk.file_request(%(request)s, %(sender)s, %(facility)s, %(id_mac)s, %(lodged)s, %(receipt)s,
    %(wrapped_key)s, %(nonce)s, %(sealed)s, %(surname_mac)s, %(number_mac)s, %(born_mac)s, %(name_macs)s)

-- request_by_mac: A request by the id that its sender gave.
SELECT q.*, r.name AS record_name FROM exeat_desk.request q LEFT JOIN exeat_vault.record r USING (record)
WHERE q.sender = %(sender)s AND q.id_mac = %(id_mac)s

-- request: One request, held until the transaction ends.
SELECT * FROM exeat_desk.hold_request(%(request)s)

-- requests: Requests that this agency sent or got: those that wait first, then the newest first.
SELECT q.*, r.name AS record_name FROM exeat_desk.request q LEFT JOIN exeat_vault.record r USING (record)
WHERE %(waits)s::boolean IS NULL OR (q.answered IS NULL, q.lodged, q.request)
    < (%(waits)s::boolean, %(lodged)s::timestamptz, %(request)s::uuid)
ORDER BY (q.answered IS NULL) DESC, q.lodged DESC, q.request DESC LIMIT %(limit)s

-- request_read: One request that this agency sent or got.
SELECT q.*, r.name AS record_name FROM exeat_desk.request q LEFT JOIN exeat_vault.record r USING (record)
WHERE q.request = %(request)s

-- requests_counted: How many requests this agency sent or got, and how many of them wait.
SELECT count(*)::int AS n, (count(*) FILTER (WHERE answered IS NULL))::int AS waiting FROM exeat_desk.request

-- requests_waiting: Unanswered requests at a facility that may be about one person.
SELECT * FROM (
    SELECT request, lodged, wrapped_key, nonce, sealed, name_macs IS NOT NULL AS indexed,
        coalesce(surname_mac = %(surname_mac)s, false) OR coalesce(number_mac = %(number_mac)s, false)
            OR coalesce(name_macs && %(name_macs)s::bytea[], false) AS named,
        coalesce(born_mac = %(born_mac)s, false) AS born
    FROM exeat_desk.request WHERE facility = %(agency)s AND answered IS NULL) AS waits
WHERE named OR born OR NOT indexed ORDER BY lodged, request

-- answer_request: Say what became of a request.
SELECT exeat_desk.answer_request(%(request)s, %(at)s, %(answer)s, %(record)s, %(note)s)

-- take_back_answer: Keep an answer that was given in error, and what takes it back.
INSERT INTO exeat_desk.taken_back (request, number, answered, answer, answer_note, answer_leaf, at, by, why, note)
SELECT request, (SELECT count(*) + 1 FROM exeat_desk.taken_back WHERE request = %(request)s), answered, answer,
    answer_note, answer_leaf, %(at)s, %(by)s, %(why)s, %(note)s
FROM exeat_desk.request WHERE request = %(request)s AND answer IS NOT NULL

-- waits_again: Let a request whose answer was taken back wait again.
SELECT exeat_desk.wait_again(%(request)s, %(name_macs)s)

-- taken_back: The answers to some requests that were taken back, in order.
SELECT * FROM exeat_desk.taken_back WHERE request = ANY (%(requests)s) ORDER BY request, number

-- put_back_leaf: Say which entry of the ledger takes an answer back.
UPDATE exeat_desk.taken_back SET leaf = %(leaf)s WHERE request = %(request)s AND number = %(number)s

-- taken_back_on_file: Every answer that was taken back, for the verifier.
SELECT * FROM exeat_desk.taken_back ORDER BY request, number

-- request_leaves: Which entries of the ledger hold a request's receipt and its answer.
SELECT request, facility, receipt_leaf, answer_leaf,
    (SELECT count(*)::int FROM exeat_desk.taken_back b WHERE b.request = q.request) AS taken_back
FROM exeat_desk.request q WHERE request = %(request)s

-- put_leaves: Say which entries of the ledger hold a request's receipt and its answer.
SELECT exeat_desk.put_leaves(%(request)s, %(receipt_leaf)s, %(answer_leaf)s)

-- task: One task, held until the transaction ends.
SELECT * FROM exeat_desk.hold_task(%(task)s)

-- tasks: Open tasks, the most urgent first.
SELECT t.*, r.name AS record_name FROM exeat_desk.task t LEFT JOIN exeat_vault.record r USING (record)
WHERE t.closed IS NULL ORDER BY t.due, t.task

-- tasks_of: Every task about a record, the newest first.
SELECT t.*, r.name AS record_name FROM exeat_desk.task t JOIN exeat_vault.record r USING (record)
WHERE t.record = %(record)s ORDER BY t.opened DESC, t.task

-- close_task: Close one task.
SELECT exeat_desk.close_tasks(%(task)s, NULL, NULL, NULL, %(at)s, %(by)s, %(outcome)s)

-- raise_tasks: Put late tasks before a supervisor.
SELECT exeat_desk.raise_tasks(%(at)s) AS task

-- take_task: Say who does a task.
SELECT exeat_desk.take_task(%(task)s, %(owner)s)

-- open_kinds: The kinds of task that are open about a record.
SELECT task, kind, about FROM exeat_desk.task WHERE record = %(record)s AND closed IS NULL

-- log: Who did or read what, the newest first.
SELECT l.*, r.name AS record_name FROM exeat_desk.log l LEFT JOIN exeat_vault.record r USING (record)
WHERE (%(records)s::uuid[] IS NULL OR l.record = ANY (%(records)s))
  AND (%(actor)s::text IS NULL OR l.actor = %(actor)s)
  AND (%(what)s::text IS NULL OR l.what = %(what)s)
  AND (%(since)s::timestamptz IS NULL OR l.at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
  AND (%(before)s::bigint IS NULL OR l.number < %(before)s)
ORDER BY l.number DESC LIMIT %(limit)s

-- last_line: The number of the newest line of the log that this agency sees.
SELECT max(number) AS number FROM exeat_desk.log

-- records_numbered: The records of this facility that have a booking number.
SELECT record FROM exeat_vault.personal WHERE agency = %(agency)s AND number_mac = %(number_mac)s

-- add_handover: Put a person on the way.
INSERT INTO exeat_desk.handover (handover, sender, receiver, record, began, wrapped_key, nonce, sealed)
VALUES (%(handover)s, %(sender)s, %(receiver)s, %(record)s, %(began)s, %(wrapped_key)s, %(nonce)s, %(sealed)s)

-- handover: One handover, held until the transaction ends.
SELECT * FROM exeat_desk.handover WHERE handover = %(handover)s FOR UPDATE

-- handovers: People on the way from here or to here.
SELECT * FROM exeat_desk.handover WHERE acknowledged IS NULL ORDER BY began

-- end_handover: The next facility has the person.
UPDATE exeat_desk.handover SET acknowledged = %(at)s, next_record = %(next_record)s
WHERE handover = %(handover)s AND acknowledged IS NULL

-- add_override: Put an override on record.
INSERT INTO exeat_desk.override (override, agency, record, version, at, reason, refusals, first, second)
VALUES (%(override)s, %(agency)s, %(record)s, %(version)s, %(at)s, %(reason)s, %(refusals)s, %(first)s, %(second)s)

-- signers: The two who released against the gate.
SELECT first, second FROM exeat_desk.override WHERE override = %(override)s

-- add_subscription: Tell an agency of what happens to a record.
INSERT INTO exeat_desk.subscription (subscription, agency, record, kinds, channel, began)
VALUES (%(subscription)s, %(agency)s, %(record)s, %(kinds)s, %(channel)s, %(began)s)
ON CONFLICT (agency, record, channel) DO UPDATE SET kinds = excluded.kinds, ended = NULL
RETURNING subscription

-- board: Everyone in custody; states and names are sealed.
SELECT b.record, r.name, b.version
FROM exeat.board b JOIN exeat_vault.record r USING (record)
WHERE b.open IS NOT FALSE AND b.agency = %(agency)s

-- people_left: People who have left a house, by number, birth date or a part of the surname.
SELECT p.record, r.name, p.nonce, p.sealed, r.person, person.wrapped_key
FROM exeat_vault.personal p JOIN exeat_vault.record r USING (record)
JOIN exeat_vault.person USING (person)
WHERE p.agency = %(agency)s AND NOT p.here AND (
    p.number_mac = %(number_mac)s OR p.surname_mac = %(surname_mac)s OR p.born_mac = %(born_mac)s
    OR p.name_macs && %(name_macs)s::bytea[])
ORDER BY p.record LIMIT %(most)s

-- open_tasks: What is open about anybody here.
SELECT task, record, kind FROM exeat_desk.task WHERE closed IS NULL AND record IS NOT NULL

-- board_sealed: The sealed states and names of some records.
SELECT c.record, c.version, c.nonce, c.sealed, p.nonce AS personal_nonce, p.sealed AS personal,
       r.person, person.wrapped_key
FROM exeat_vault.custody c JOIN exeat_vault.record r USING (record)
JOIN exeat_vault.person USING (person) LEFT JOIN exeat_vault.personal p USING (record)
WHERE c.record = ANY (%(records)s)

-- take_back_share: End that another agency reads a record; no row: it did not.
SELECT role FROM exeat_desk.take_back_share(%(record)s, %(agency)s) AS role

-- shares_of: Who reads a record besides its facility, since when, and who let them.
SELECT agency, role, since, given_by FROM exeat_desk.shares_of(%(record)s)

-- clients: The records that counsel has a stake in.
SELECT r.record, r.name, r.agency AS facility, b.open FROM exeat_vault.record r
JOIN exeat.stake s USING (record) LEFT JOIN exeat.board b USING (record)
WHERE s.role = 'counsel' AND r.name IS NOT NULL ORDER BY b.open DESC NULLS LAST, r.record

-- count_records: How many records, and how many of them open.
SELECT count(*)::int AS records, (count(*) FILTER (WHERE open))::int AS in_custody
FROM exeat.board WHERE agency = %(agency)s

-- count_requests: How many incoming requests, by answer.
SELECT coalesce(answer, 'waiting') AS answer, count(*)::int AS n FROM exeat_desk.request GROUP BY 1

-- count_tasks: How many open tasks, by kind, and how many of them late.
SELECT kind, count(*)::int AS n, (count(*) FILTER (WHERE due < %(at)s))::int AS late
FROM exeat_desk.task WHERE closed IS NULL GROUP BY kind

-- count_overrides: How many overrides.
SELECT count(*)::int AS n,
       (count(*) FILTER (WHERE refusals && ARRAY['no-handover', 'forbidden']))::int AS against_law
FROM exeat_desk.override

-- count_refusals: How many times the gate stayed shut, by reason.
SELECT outcome, count(*)::int AS n FROM exeat_desk.log
WHERE what = 'release' AND agency = %(agency)s
  -- The first is how desks wrote it before lines had values.
  AND (outcome LIKE 'refused:%%' OR outcome LIKE '{"code": "refused"%%') GROUP BY outcome

-- signing_age: How much is on record, and how much of it is signed.
SELECT size AS entries, (SELECT coalesce(max(size), 0) FROM exeat.checkpoint) AS signed FROM exeat.head

-- sees_requests: Whether this login sees the requests of every agency.
SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'exeat_desk' AND c.relname = 'request' AND NOT row_security_active(c.oid)
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'name_macs')

-- requests_on_file: Every request as the desk has it, and since when receipts are entered.
SELECT q.request, q.sender::text, q.facility::text, q.lodged, q.receipt, q.receipt_leaf, q.answered,
       q.answer, q.answer_note, q.answer_leaf, q.wrapped_key, q.nonce, q.sealed, q.surname_mac,
       q.number_mac, q.born_mac, q.name_macs, q.record, r.person, p.wrapped_key AS person_key,
       (SELECT applied FROM exeat.migration WHERE name = 'requests_in_ledger') AS entered_since,
       (SELECT applied FROM exeat.migration WHERE name = 'request_names') AS named_since
FROM exeat_desk.request q LEFT JOIN exeat_vault.record r USING (record)
LEFT JOIN exeat_vault.person p USING (person) ORDER BY q.request

-- entered_as: An entry of a record by what stands for its id.
SELECT seq FROM exeat.entry WHERE record = %(record)s AND mac = %(mac)s

-- payloads_in_clear: Every payload that is not sealed, in order, for the verifier.
SELECT seq, record, commitment, sealed, kind = 'requests' AS of_requests
FROM exeat_vault.payload JOIN exeat.entry USING (seq, record) JOIN exeat_vault.record USING (record)
WHERE nonce = '' ORDER BY seq
