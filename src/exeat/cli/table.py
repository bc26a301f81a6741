"""Every command, where it stands, and the line that says what it does.

The line is the first sentence of the command's docstring; a test compares the two. It stands
here so that ``exeat --help`` need not import what the commands import.
"""

from __future__ import annotations

from typing import Final

from exeat.cli._lazy import Listed

__all__ = ["ACCOUNT_COMMANDS", "COMMANDS", "LAW_COMMANDS", "PLACE_COMMANDS"]

COMMANDS: Final = (
    Listed("clear", "exeat.cli.clear:clear", "Answer whether the person may go now, and why."),
    Listed(
        "audit",
        "exeat.cli.audit:audit",
        "Find who was held past every authority, by how long, and under which law of that day.",
    ),
    Listed(
        "map",
        "exeat.cli.map:propose_map",
        "Propose a mapping for an export, and say what is unsure of it.",
    ),
    Listed(
        "schema",
        "exeat.cli.schema:schema",
        "Print the schema of a record or event, the code lists, the facts, or what each form asks.",
    ),
    Listed(
        "demo",
        "exeat.cli.demo:demo",
        "Audit real jail records, show three answers, and start the desk on a living board.",
    ),
    Listed(
        "serve",
        "exeat.cli.serve:serve",
        "Start the release desk: database, schema, keys and pages, with no other step.",
    ),
    Listed(
        "acts",
        "exeat.cli.acts:acts",
        "List the acts of the desk: who may do each, and what it asks.",
    ),
    Listed(
        "verify",
        "exeat.cli.ledger:verify",
        "Verify the record, live or as an exported bundle; or the proof of one request.",
    ),
    Listed(
        "checkpoint",
        "exeat.cli.checkpoint:checkpoint",
        "Print the newest signed checkpoint, to be kept where nobody can change it.",
    ),
    Listed(
        "export",
        "exeat.cli.ledger:export",
        "Export one case as a bundle that a court can check offline, with a PDF to read.",
    ),
    Listed(
        "backup",
        "exeat.cli.ledger:backup",
        "Write the whole database to a file, while it is in use. The keys are not in it.",
    ),
    Listed(
        "restore",
        "exeat.cli.ledger:restore",
        "Read a backup into an empty database, and verify what came back.",
    ),
    Listed(
        "expunge",
        "exeat.cli.vault:expunge",
        "Expunge a person on a court's order: their content can never be read again.",
    ),
    Listed(
        "rekey",
        "exeat.cli.vault:rekey",
        "Change the vault key: every key is wrapped anew under a new one. Stop the desk first.",
    ),
)

LAW_COMMANDS: Final = (
    Listed(
        "check",
        "exeat.cli.lawcheck:check_law",
        "Check the law: structure, coverage over time, proofs, and every rule's own examples.",
    ),
    Listed(
        "coverage",
        "exeat.cli.lawcheck:coverage",
        "List what is covered, on what basis, when it was last checked, and what is contested.",
    ),
    Listed(
        "diff",
        "exeat.cli.lawcheck:diff",
        "Tell which answers change for which facts between two days, or two bodies of law.",
    ),
    Listed(
        "docs",
        "exeat.cli.lawcheck:docs",
        "Build the pages of the law: one a jurisdiction, two maps, a comparison, the register.",
    ),
    Listed(
        "list",
        "exeat.cli.law:list_law",
        "List every jurisdiction: rules, sources, when checked, research or adopted.",
    ),
    Listed(
        "show",
        "exeat.cli.law:show",
        "Show what the law of a place says: each rule with its sources on one screen.",
    ),
    Listed(
        "adopt",
        "exeat.cli.law:adopt",
        "Adopt the law of a place: read the official texts, correct the working copy, sign.",
    ),
    Listed(
        "upgrade",
        "exeat.cli.law:upgrade",
        "Show what newer shipped research would change of an adopted jurisdiction.",
    ),
)

PLACE_COMMANDS: Final = (
    Listed(
        "setup",
        "exeat.cli.place:setup",
        "Answer nine questions about a place; each may be left undecided.",
    ),
    Listed(
        "show",
        "exeat.cli.place:show",
        "Show a place: its codes, by whose law it answers, and what its profile says.",
    ),
    Listed(
        "check",
        "exeat.cli.place:check",
        "Check profiles: whether they can be read, and whether the law still asks what they "
        "answer.",
    ),
    Listed(
        "table",
        "exeat.cli._place_table:table",
        "Answer one and the same record in every state: today, and with supposed profiles.",
    ),
)

ACCOUNT_COMMANDS: Final = (
    Listed(
        "list",
        "exeat.cli.account:list_accounts",
        "List every account: agency, name, role, and what keeps it out.",
    ),
    Listed(
        "unlock",
        "exeat.cli.account:unlock",
        "Unlock an account after too many wrong passwords or codes.",
    ),
    Listed(
        "reset",
        "exeat.cli.account:reset",
        "Give an account a new first password, and print it once.",
    ),
    Listed(
        "approve",
        "exeat.cli.account:approve",
        "Approve a supervisor whom a colleague made, so that they count as one of two people.",
    ),
)
