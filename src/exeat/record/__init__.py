"""The record: an append-only ledger on PostgreSQL that anybody can verify.

Layers, each resting on those above it::

    merkle, canonical, checkpoint    pure: hashes, proofs, signed notes
    request_text, entry_proof        pure: receipts and answers, one entry with its proof
    keyfile, vault, entries          keys, sealing
    part, schema, server             the database; what each part of the house keeps there
    ledger, proofs, views            write, read, sign
    rotation                         change the vault key
    verify, bundle, backup           check, hand over, keep
    request_proof                    one request, for its sender

``docs/design/ledger.md`` says what is promised, how, and what is not.
"""

from exeat.record._errors import (
    ClockWrong,
    DuplicateDifferent,
    Expunged,
    NotAllowed,
    NotFound,
    StaleVersion,
)
from exeat.record.backup import backup, restore
from exeat.record.bundle import export_bundle
from exeat.record.checkpoint import Checkpoint, Signer, Verifier, open_checkpoint
from exeat.record.entries import Entry, History, Receipt
from exeat.record.ledger import Ledger
from exeat.record.report import Damage, Report
from exeat.record.request_proof import check_request_proof, prove_request, verify_request
from exeat.record.rotation import rotate
from exeat.record.schema import add_agency, add_login, migrate
from exeat.record.server import PrivateServer, database
from exeat.record.vault import MasterKey
from exeat.record.verify import verify_database
from exeat.record.verify_bundle import verify_bundle
from exeat.record.views import ViewRow, rebuild

__all__ = [
    "Checkpoint",
    "ClockWrong",
    "Damage",
    "DuplicateDifferent",
    "Entry",
    "Expunged",
    "History",
    "Ledger",
    "MasterKey",
    "NotAllowed",
    "NotFound",
    "PrivateServer",
    "Receipt",
    "Report",
    "Signer",
    "StaleVersion",
    "Verifier",
    "ViewRow",
    "add_agency",
    "add_login",
    "backup",
    "check_request_proof",
    "database",
    "export_bundle",
    "migrate",
    "open_checkpoint",
    "prove_request",
    "rebuild",
    "restore",
    "rotate",
    "verify_bundle",
    "verify_database",
    "verify_request",
]
