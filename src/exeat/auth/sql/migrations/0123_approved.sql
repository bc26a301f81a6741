-- A supervisor counts as one of two people once the host has approved the account.
ALTER TABLE exeat_desk.account ADD COLUMN approved timestamptz, ADD COLUMN approved_by text;
COMMENT ON COLUMN exeat_desk.account.approved IS
    'When the host made or approved the account; null: a colleague made it, and nobody else knows who it is.';

-- Of the accounts that are there, those whom no account of the same agency made are the host's.
UPDATE exeat_desk.account a SET approved = coalesce(a.made, a.created), approved_by = a.made_by
WHERE NOT EXISTS (SELECT FROM exeat_desk.account b WHERE b.agency = a.agency AND b.name = a.made_by);
