-- Who gave an account its first password, or a new one, last: two people who sign are two.
ALTER TABLE exeat_desk.account ADD COLUMN made_by text, ADD COLUMN made timestamptz;
COMMENT ON COLUMN exeat_desk.account.made_by IS
    'Name of whoever added the account, or reset it last, and so knew a password of it.';

-- Of the accounts that are there, the log knows.
UPDATE exeat_desk.account a SET made_by = l.actor, made = l.at
FROM (SELECT DISTINCT ON (about) about, actor, at FROM exeat_desk.log
      WHERE what IN ('add_account', 'reset') AND outcome = 'done' ORDER BY about, number DESC) AS l
WHERE l.about = a.name;
