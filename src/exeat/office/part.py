"""What the office keeps in the database: agencies, personal data, tasks, the access log."""

from importlib.resources import files
from typing import Final

from exeat.office.check import check_personal_rows
from exeat.record.part import Part, Wrapped
from exeat.record.vault import agency_person

__all__ = ["OFFICE"]

OFFICE: Final = Part(
    files(__package__) / "sql",
    (Wrapped("exeat_desk", "agency", "code", agency_person),),
    check_personal_rows,
)
