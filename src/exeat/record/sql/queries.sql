-- find_record: A record by the facility's code and its own id, with its person's wrapped key.
SELECT record, name, agency AS facility, person, wrapped_key, shredded IS NOT NULL AS expunged
FROM exeat_vault.record JOIN exeat_vault.person USING (person, agency)
WHERE agency = coalesce(%(facility)s::text, exeat.current_agency()) AND name = %(name)s

-- get_record: The same, by the key that leaves carry, which outlives an expungement.
SELECT record, name, agency AS facility, person, wrapped_key, shredded IS NOT NULL AS expunged
FROM exeat_vault.record JOIN exeat_vault.person USING (person, agency)
WHERE record = %(record)s

-- all_records: Every custody record that this login may see, oldest key first.
SELECT record, name, agency AS facility, person, wrapped_key, shredded IS NOT NULL AS expunged
FROM exeat_vault.record JOIN exeat_vault.person USING (person, agency)
WHERE kind = 'custody' ORDER BY record

-- find_requests: The record of the requests to this login's own facility.
SELECT record, name, agency AS facility, person, wrapped_key, shredded IS NOT NULL AS expunged
FROM exeat_vault.record JOIN exeat_vault.person USING (person, agency)
WHERE kind = 'requests' AND agency = exeat.current_agency()

-- holders: The facilities that hold a record of that id, or of that key, for an administrator.
SELECT DISTINCT agency::text FROM exeat_vault.record
WHERE name = %(record)s OR replace(record::text, '-', '') = replace(lower(%(record)s), '-', '')

-- records_of_person: The keys of all records of one person.
SELECT record FROM exeat_vault.record WHERE person = %(person)s ORDER BY record

-- open_record: Open a record for a new or known person, unless it is there already.
SELECT exeat.open_record(%(name)s, %(record)s, %(ref)s, %(person)s, %(wrapped_key)s)

-- open_requests: Open the record of the requests to this login's own facility.
SELECT exeat.open_requests(%(record)s, %(person)s, %(wrapped_key)s)

-- grant_stake: Let another agency or counsel see a record.
SELECT exeat.grant_stake(%(record)s, %(agency)s, %(role)s)

-- append: Append sealed entries to a record; see exeat.append.
SELECT seq, version, appended, agency
FROM exeat.append(%(record)s, %(expected)s, %(macs)s, %(commitments)s, %(nonces)s, %(sealed)s)

-- entries: The entries of a record with their payloads, in order, up to an instant.
SELECT seq, version, agency, appended, commitment, leaf, mac, nonce, sealed
FROM exeat.entry JOIN exeat_vault.payload USING (seq, record)
WHERE record = %(record)s AND appended <= coalesce(%(as_of)s::timestamptz, 'infinity'::timestamptz)
ORDER BY version

-- entries_by_mac: Those entries of a record whose ids a client sends again.
SELECT seq, version, agency, appended, commitment, leaf, mac, nonce, sealed
FROM exeat.entry JOIN exeat_vault.payload USING (seq, record)
WHERE record = %(record)s AND mac = ANY (%(macs)s)

-- entry_at: One entry with its payload, by its number.
SELECT record, seq, version, agency, appended, commitment, leaf, mac, nonce, sealed
FROM exeat.entry JOIN exeat_vault.payload USING (seq, record) WHERE seq = %(seq)s

-- shred: Destroy the key of a person and the names that point to them.
SELECT exeat.shred(%(person)s)

-- log_access: Write down that this login saw a record.
SELECT exeat.log_access(%(record)s, %(what)s)

-- head: The size of the log and the right edge of its tree.
SELECT size, frontier FROM exeat.head

-- leaves: The hashes of a run of leaves.
SELECT leaf FROM exeat.leaves(%(first)s, %(after)s)

-- nodes: The hashes of a run of stored subtrees of one level.
SELECT hash FROM exeat.node
WHERE level = %(level)s AND index >= %(first)s AND index < %(after)s ORDER BY index

-- checkpoints: Every signed checkpoint, in the order of signing.
SELECT size, root, note FROM exeat.checkpoint ORDER BY number

-- lock_signing: Keep everybody else from signing this log until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('exeat signing', 0))

-- wait_to_sign: Wait so long for whoever signs, and no longer: any login can stand in the way.
SELECT set_config('lock_timeout', %(seconds)s || 's', true)

-- latest_checkpoints: The checkpoints signed last, the newest first, from a number down.
SELECT number, note FROM exeat.checkpoint
WHERE number < %(before)s::bigint ORDER BY number DESC LIMIT %(most)s

-- add_checkpoint: Put a signed checkpoint on record.
SELECT exeat.add_checkpoint(%(size)s, %(root)s, %(note)s)

-- put_custody: Write the view of a record, sealed.
INSERT INTO exeat_vault.custody (record, version, nonce, sealed)
VALUES (%(record)s, %(version)s, %(nonce)s, %(sealed)s)
ON CONFLICT (record) DO UPDATE
SET version = excluded.version, nonce = excluded.nonce, sealed = excluded.sealed
WHERE custody.version <= excluded.version

-- put_board: Write a record's row on the board.
INSERT INTO exeat.board
    (record, agency, version, readable, open, release_said, release_from, active_detainers)
SELECT %(record)s, agency, %(version)s, %(readable)s, %(open)s, %(release_said)s, %(release_from)s,
       %(active_detainers)s
FROM exeat_vault.record WHERE record = %(record)s
ON CONFLICT (record) DO UPDATE
SET version = excluded.version, readable = excluded.readable, open = excluded.open,
    release_said = excluded.release_said, release_from = excluded.release_from,
    active_detainers = excluded.active_detainers
WHERE board.version <= excluded.version

-- drop_custody: Drop the sealed view of one record, or of all that this login may write.
DELETE FROM exeat_vault.custody WHERE record = coalesce(%(record)s::uuid, record)

-- drop_board: Drop the board row of one record, or of all that this login may write.
DELETE FROM exeat.board WHERE record = coalesce(%(record)s::uuid, record)

-- copy_entries: Every entry in order, for the verifier.
COPY (SELECT seq, record, version, appended, commitment, leaf, agency::text
      FROM exeat.entry ORDER BY seq) TO STDOUT (FORMAT binary)

-- contents: Every entry with its content, record by record, for the verifier.
SELECT e.record, e.seq, e.version, e.commitment, e.mac, p.nonce, p.sealed
FROM exeat.entry e LEFT JOIN exeat_vault.payload p ON p.seq = e.seq
ORDER BY e.record, e.version

-- records_kept: Every record with its person's key and its views, for the verifier.
SELECT r.record, r.kind, r.name, r.agency::text, r.person, p.wrapped_key,
       p.shredded IS NOT NULL AS expunged,
       b.version, b.agency::text AS board_agency, b.readable, b.open, b.release_said,
       b.release_from, b.active_detainers, c.version AS custody_version, c.nonce, c.sealed
FROM exeat_vault.record r JOIN exeat_vault.person p USING (person)
LEFT JOIN exeat.board b USING (record) LEFT JOIN exeat_vault.custody c USING (record)
ORDER BY r.record

-- misplaced: What says another facility than the one that opened the record, for the verifier.
SELECT r.record, r.agency::text AS facility, e.agency::text AS entered_by, e.seq,
       p.agency::text AS of_person, s.agency::text AS stake
FROM exeat_vault.record r
LEFT JOIN exeat_vault.person p USING (person)
LEFT JOIN exeat.entry e ON e.record = r.record AND e.version = 1
LEFT JOIN exeat.stake s ON s.record = r.record AND s.role = 'facility' AND s.agency = r.agency
WHERE e.agency <> r.agency OR p.agency IS DISTINCT FROM r.agency OR s.agency IS NULL
   OR EXISTS (SELECT FROM exeat.stake o
              WHERE o.record = r.record AND o.role = 'facility' AND o.agency <> r.agency)
ORDER BY r.record

-- stored_nodes: Every stored subtree, for the verifier.
SELECT level, index, hash FROM exeat.node ORDER BY level, index

-- sees_all: Whether this login sees every row of a table that is there.
SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s AND NOT row_security_active(c.oid)
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
