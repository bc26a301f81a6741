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

-- put_view: Write the view of a record, sealed, and its row on the board.
SELECT exeat.put_view(%(record)s, %(version)s, %(readable)s, %(open)s, %(release_said)s,
    %(release_from)s, %(active_detainers)s, %(nonce)s, %(sealed)s)

-- drop_view: Drop the view of one record, or of all that this login may write.
SELECT exeat.drop_view(%(record)s)

-- seal_lines: Chain the lines of a list that came since, unless that was done just now.
SELECT exeat.seal_lines(%(place)s, %(every)s)

-- chained: Which lists are chained, and without which columns.
SELECT place, beside FROM exeat.chained ORDER BY place

-- seals: How far each list was chained, and to what.
SELECT DISTINCT ON (place) place, last, chain FROM exeat.seal ORDER BY place, last DESC

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

-- noted: Rows of a table that are not what their last line says; no function is asked, as it may be replaced.
SELECT coalesce(t.key, c.key), t.digest IS NULL, c.digest IS NULL
FROM (
    SELECT (SELECT string_agg(to_jsonb(x) ->> name, ':' ORDER BY at)
            FROM unnest({keys}::text[]) WITH ORDINALITY AS k (name, at)) AS key,
           (SELECT sha256(convert_to(jsonb_object_agg(e.key, e.value)::text, 'UTF8'))
            FROM jsonb_each(to_jsonb(x)) e
            WHERE e.key = ANY ({columns}::text[]) AND e.value <> 'null') AS digest
    FROM {table} x
) t
FULL JOIN (
    SELECT DISTINCT ON (key) key, digest FROM exeat.change WHERE place = {place}
    ORDER BY key, number DESC
) c ON c.key = t.key
WHERE t.digest IS DISTINCT FROM c.digest

-- by_hand: Changes by a login that acts for no agency, and by no act of the desk.
SELECT number, login::text, place, key FROM exeat.change c
WHERE actor IS NULL AND NOT EXISTS (SELECT FROM exeat.login l WHERE l.login = c.login)
ORDER BY number

-- plainly: Write times and bytes in one way, whatever this login is used to.
SELECT set_config('timezone', 'UTC', true), set_config('bytea_output', 'hex', true),
       set_config('cursor_tuple_fraction', '1', true)

-- sees_migrations: Whether this login sees which migrations were applied.
SELECT WHERE has_table_privilege('exeat.migration', 'SELECT')

-- applied: Which migrations were applied, in order.
SELECT number, sha256 FROM exeat.migration ORDER BY number

-- mighty: Logins of the desk, or their groups, that no policy and no guard binds.
SELECT format('login %s: no policy binds it, as it is a superuser, owns the record, or bypasses them',
              rolname)
FROM pg_roles r
WHERE (rolname IN ('exeat_app', 'exeat_auditor') OR rolname IN (SELECT login FROM exeat.login))
  AND (rolsuper OR rolbypassrls OR pg_has_role(oid, 'exeat_owner', 'MEMBER'))
UNION ALL
SELECT 'login exeat_owner: may log in, and owns the record' FROM pg_roles
WHERE rolname = 'exeat_owner' AND rolcanlogin
ORDER BY 1

-- catalogue: Each function, table, column, rule, trigger, policy and right of the record, as text.
WITH ours AS (SELECT oid, nspname, nspowner, nspacl FROM pg_namespace WHERE nspname LIKE 'exeat%'),
relation AS (
    SELECT c.oid, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity,
           format('%I.%I', o.nspname, c.relname) AS name
    FROM pg_class c JOIN ours o ON o.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
),
granted AS (
    SELECT 'schema ' || nspname AS name, nspowner AS owner, coalesce(nspacl, acldefault('n', nspowner)) AS acl FROM ours
    UNION ALL
    SELECT name, relowner, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM relation
    UNION ALL
    SELECT format('%s.%I', r.name, a.attname), r.relowner, a.attacl
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid WHERE a.attacl IS NOT NULL
    UNION ALL
    SELECT 'function ' || p.oid::regprocedure, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
    FROM pg_proc p JOIN ours o ON o.oid = p.pronamespace
    UNION ALL
    SELECT format('what is made later in %s of kind %s', coalesce(o.nspname, 'any schema'), d.defaclobjtype),
           d.defaclrole, d.defaclacl
    FROM pg_default_acl d LEFT JOIN ours o ON o.oid = d.defaclnamespace
    WHERE d.defaclrole = 'exeat_owner'::regrole
)
SELECT format('owner of %s', name), owner::regrole::text FROM granted
UNION
SELECT format('rights of %s on %s', CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END, name),
       string_agg(privilege_type || CASE WHEN is_grantable THEN ' (may pass on)' ELSE '' END, ', '
                  ORDER BY privilege_type, is_grantable)
FROM granted, aclexplode(acl) GROUP BY grantee, name
UNION ALL
SELECT format('row security of %s', name),
       concat_ws(' ', CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END, CASE WHEN relforcerowsecurity THEN 'forced' END)
FROM relation WHERE relkind IN ('r', 'p')
UNION ALL
SELECT format('table %s', name), relkind::text FROM relation
UNION ALL
SELECT format('column %s.%I', r.name, a.attname),
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
                 'default ' || pg_get_expr(d.adbin, d.adrelid), nullif(a.attidentity, ''), nullif(a.attgenerated, ''))
FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind <> 'S'
UNION ALL
SELECT format('constraint %s on %s', k.conname, coalesce(r.name, k.contypid::regtype::text)),
       concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN NOT k.convalidated THEN 'not valid' END)
FROM pg_constraint k JOIN ours o ON o.oid = k.connamespace LEFT JOIN relation r ON r.oid = k.conrelid
WHERE k.contype <> 'n'
UNION ALL
SELECT format('unique index %s', i.indexrelid::regclass),
       concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'not valid' END)
FROM pg_index i JOIN relation r ON r.oid = i.indrelid WHERE i.indisunique
UNION ALL
SELECT format('function %s', p.oid::regprocedure), pg_get_functiondef(p.oid)
FROM pg_proc p JOIN ours o ON o.oid = p.pronamespace WHERE p.prokind IN ('f', 'p')
UNION ALL
SELECT format('trigger %s on %s', t.tgname, r.name),
       concat_ws(' ', CASE t.tgenabled WHEN 'A' THEN 'always' WHEN 'O' THEN 'on' WHEN 'R' THEN 'in replicas' ELSE 'off' END,
                 pg_get_triggerdef(t.oid))
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
SELECT format('foreign key %s on %s, its checks at %s', k.conname, k.conrelid::regclass, r.name),
       string_agg(CASE t.tgenabled WHEN 'O' THEN 'on' WHEN 'A' THEN 'always' ELSE 'off' END, ' ' ORDER BY t.tgtype)
FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid JOIN pg_constraint k ON k.oid = t.tgconstraint
WHERE t.tgisinternal GROUP BY k.conname, k.conrelid, r.name
UNION ALL
SELECT format('policy %s on %I.%I', policyname, schemaname, tablename),
       concat_ws(' ', permissive, 'for', cmd, 'to', array_to_string(roles, ', '), 'using', qual, 'with check', with_check)
FROM pg_policies JOIN ours ON nspname = schemaname
UNION ALL
SELECT format('rule %s on %I.%I', rulename, schemaname, tablename), definition
FROM pg_rules JOIN ours ON nspname = schemaname
