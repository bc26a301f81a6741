-- Somebody in the house is found by each part of the name, as a waiting request is.
ALTER TABLE exeat_vault.personal ADD COLUMN name_macs bytea[], ADD COLUMN given_macs bytea[];
COMMENT ON COLUMN exeat_vault.personal.name_macs IS
    'One for each part of the surname, letters folded; null: written before this, and opened instead.';
COMMENT ON COLUMN exeat_vault.personal.given_macs IS
    'Likewise of the given names, under the same marks: whoever swapped the two is found.';
CREATE INDEX personal_names ON exeat_vault.personal USING gin (name_macs) WHERE here;
CREATE INDEX personal_unindexed ON exeat_vault.personal (agency) WHERE here AND name_macs IS NULL;
CREATE INDEX personal_born ON exeat_vault.personal (agency, born_mac);
