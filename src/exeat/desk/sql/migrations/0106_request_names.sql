-- By which parts of a name a waiting request is found; null: it came before this, or was answered.
ALTER TABLE exeat_desk.request ADD COLUMN name_macs bytea[];
COMMENT ON COLUMN exeat_desk.request.name_macs IS
    'One for each part of the surname, letters folded. Emptied when the request is answered.';
