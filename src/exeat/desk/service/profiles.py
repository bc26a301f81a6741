"""The profiles of the facilities' places: what counsel and office have answered, kept at the desk.

They are the same files that `exeat place setup` writes, written by the same function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from exeat.desk.service.board import Board
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import DeskError
from exeat.office.held import log
from exeat.office.models import Agency
from exeat.office.office import Office
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile import Profile
from exeat.rules.profile_file import Tables, read_profile, save_profile
from exeat.rules.profile_questions import Question
from exeat.rules.profile_setup import current, merged, open_questions, signed

__all__ = ["PlacePage", "Profiles"]


@dataclass(frozen=True)
class PlacePage:
    """The profile of one facility's place.

    Attributes:
        law: Its law, without the profile.
        tables: What is answered, as the file has it.
        left: What is not decided: each question, with what it asks about.
        today: The facility's own day.
    """

    facility: Agency
    law: LawOfPlace
    tables: Tables
    profile: Profile
    left: Mapping[Question, list[str]]
    today: date


class Profiles:
    """The nine questions of each facility's place, for the administrator.

    Args:
        office: What it stands on.
        board: Its rows are made anew once the law of a place is another.
    """

    def __init__(self, office: Office, board: Board) -> None:
        self.office = office
        self.board = board

    def place_profiles(self, ctx: Context, facility: str | None = None) -> list[PlacePage]:
        """Return the profile of every facility's place, by its code; or of one facility's.

        Raises:
            BadInput: No facility has that code.
        """

        def work(tx: Tx) -> list[PlacePage]:
            every = [row["code"] for row in tx.all("directory") if row["kind"] == "facility"]
            log(tx, "place_profiles", about=facility)
            return [self._profile(tx, code) for code in ([facility] if facility else sorted(every))]

        return self.office.run(ctx, "place_profiles", work)

    def set_place_profile(
        self, ctx: Context, facility: str, answers: Mapping[str, Any], sign: Mapping[str, str]
    ) -> PlacePage:
        """Put answers in force for a facility's place, once the change stands in the log.

        Args:
            ctx: The administrator, who enters what others have signed.
            facility: Its code.
            answers: A table, or a list of tables, a question.
            sign: ``by``, ``title``, ``on`` and ``cite`` for answers that have none of their own.

        Raises:
            DeskError: The desk has no folder of adopted law, or cannot write there.
            LawError: With every fault of the answers; nothing is changed then.
        """

        def announce(tx: Tx) -> Tables:
            page = self._profile(tx, facility)
            tables = signed(page.law, merged(page.tables, answers), self._folder(), sign)
            changed = read_profile(tables, "profile").sha256 != page.profile.sha256
            outcome = "done" if changed else "unchanged"
            log(tx, "set_place_profile", outcome, concerns=facility, about=facility)
            return tables

        def write(tx: Tx) -> PlacePage:
            _save(tables, self._folder())
            return self._profile(tx, facility)

        # Two transactions: what is in force must never be missing from the log.
        tables = self.office.run(ctx, "set_place_profile", announce)
        try:
            return self.office.run(ctx, "set_place_profile", write)
        finally:
            self.office.forget_law()
            self.board.forget()

    def _profile(self, tx: Tx, code: str) -> PlacePage:
        agency, _ = self.office.facility(tx, code)
        assert agency.place is not None
        law = law_of_place(agency.place, self.office.library)
        tables = current(law, self.office.settings.law)
        profile = read_profile(tables, law.id)
        today = tx.ctx.now.astimezone(ZoneInfo(agency.zone or "UTC")).date()
        left = open_questions(law, profile, today)
        return PlacePage(agency, law, tables, profile, left, today)

    def _folder(self) -> Path:
        if self.office.settings.law is None:
            raise DeskError.one(
                "E618",
                "profile",
                "this desk has no folder of adopted law to keep a profile in",
                "Start it with --law FOLDER, or set EXEAT_LAW.",
            )
        return self.office.settings.law


def _save(tables: Tables, folder: Path) -> None:
    try:
        save_profile(tables, folder)
    except OSError as error:
        help = "The log has the change already: let this desk write in its folder, and save again."
        message = f"cannot be written ({error.strerror or error})"
        raise DeskError.one("E618", "profile", message, help) from error
