"""What the desk keeps in the database, and which parts stand on the record with it."""

from importlib.resources import files
from typing import Final

from exeat.auth.part import AUTH
from exeat.desk.check import check_requests
from exeat.office.part import OFFICE
from exeat.record.part import Noted, Part, Wrapped

__all__ = ["DESK", "PARTS"]

DESK: Final = Part(
    files(__package__) / "sql",
    (Wrapped("exeat_desk", "request", "request"), Wrapped("exeat_desk", "handover", "handover")),
    check_requests,
    (
        Noted(
            "exeat_desk.request",
            "request",
            "request sender facility lodged answered answer record receipt_leaf answer_leaf",
        ),
        Noted(
            "exeat_desk.handover",
            "handover",
            "handover sender receiver record began acknowledged next_record",
        ),
        Noted(
            "exeat_desk.override",
            "override",
            "override agency record version at refusals first second",
        ),
        Noted(
            "exeat_desk.subscription",
            "subscription",
            "subscription agency record kinds began ended",
        ),
    ),
)

PARTS: Final = (OFFICE, AUTH, DESK)
"""Every part that stands on the record; who migrates, verifies or wraps keys anew names them."""
