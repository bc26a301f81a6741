"""The law as data, one TOML file a jurisdiction; docs/law-files.md tells how to read one."""
