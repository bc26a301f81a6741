-- Somebody who has left is found by each part of the surname too, as those in the house are.
CREATE INDEX personal_names_gone ON exeat_vault.personal USING gin (name_macs) WHERE NOT here;
