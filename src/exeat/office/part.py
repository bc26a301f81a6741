"""What the office keeps in the database: agencies, personal data, tasks, the access log."""

from importlib.resources import files
from typing import Final

from exeat.office.check import check_personal_rows
from exeat.record.part import Noted, Part, Wrapped
from exeat.record.vault import agency_person

__all__ = ["OFFICE"]

OFFICE: Final = Part(
    files(__package__) / "sql",
    (Wrapped("exeat_desk", "agency", "code", agency_person),),
    check_personal_rows,
    (
        Noted("exeat_desk.agency", "code", "code kind place zone facility"),
        Noted(
            "exeat_vault.personal",
            "record",
            "record agency nonce sealed surname_mac number_mac born_mac",
        ),
        Noted(
            "exeat_desk.task",
            "task",
            "task agency record kind opened due owner_role owner raised closed closed_by",
        ),
    ),
    {"exeat_desk.log": ("about", "salt")},
)
