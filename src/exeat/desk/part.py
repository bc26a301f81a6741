"""What the desk keeps in the database, and which parts stand on the record with it."""

from importlib.resources import files
from typing import Final

from exeat.auth.part import AUTH
from exeat.desk.check import check_requests
from exeat.office.part import OFFICE
from exeat.record.part import Part, Wrapped

__all__ = ["DESK", "PARTS"]

DESK: Final = Part(
    files(__package__) / "sql",
    (Wrapped("exeat_desk", "request", "request"), Wrapped("exeat_desk", "handover", "handover")),
    check_requests,
)

PARTS: Final = (OFFICE, AUTH, DESK)
"""Every part that stands on the record; who migrates, verifies or wraps keys anew names them."""
