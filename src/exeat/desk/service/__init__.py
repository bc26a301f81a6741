"""The service layer of the desk: every act and query, each one explicit transaction.

Pages, the HTTP API and the command call a part of :class:`Desk` and nothing below it. Here is no
rule of law: what may be done with a person is :func:`exeat.decide.decide`'s answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from exeat.auth.accounts import Accounts
from exeat.desk.service.acts import Acts
from exeat.desk.service.board import Board
from exeat.desk.service.forbidden import AgainstLaw
from exeat.desk.service.gate import Gate
from exeat.desk.service.identity import Identities
from exeat.desk.service.profiles import Profiles
from exeat.desk.service.public_log import PublicLog
from exeat.desk.service.reading import Reading
from exeat.desk.service.requests import Requests
from exeat.desk.service.rounds import Rounds
from exeat.desk.service.shares import Shares
from exeat.desk.service.transfers import Transfers
from exeat.facts.papers import paper_of
from exeat.office.context import Context
from exeat.office.models import Done
from exeat.office.office import Office
from exeat.record.kept import Kept

__all__ = ["Desk"]

_Doer: TypeAlias = Callable[..., Done | str | None]


class Desk:
    """All that can be done, and asked, at the desk: one part for each matter.

    Args:
        office: What every part stands on.
        accounts: Who people are.
        kept: The file of kept checkpoints; None: this desk keeps none.

    Attributes:
        acts: What happens to a person in custody.
        board: Everyone in custody, at a glance.
        gate: Clearance and release.
        log: What everybody may know of the log.
        profiles: What counsel and office have answered about each facility's place.
        reading: What pages read.
        requests: What agencies ask of a facility.
        rounds: Tasks, and what the desk looks at of its own accord.
        shares: Who reads a record besides the facility whose it is.
        transfers: From one facility to the next.
    """

    def __init__(self, office: Office, accounts: Accounts, kept: Kept | None = None) -> None:
        self.office = office
        self.accounts = accounts
        against = AgainstLaw(office, accounts)
        self.acts = Acts(office, against)
        self.board = Board(office)
        self.gate = Gate(office, against)
        self.log = PublicLog(office, kept)
        self.profiles = Profiles(office, self.board)
        self.reading = Reading(office, self.board)
        self.requests = Requests(office)
        self.rounds = Rounds(office, self.board)
        self.shares = Shares(office, against)
        self.transfers = Transfers(office)
        self._enter: _Doer = self.acts.enter
        # Acts that are more than one event of one record, or none.
        self._doers: dict[str, _Doer] = {
            "lodge": self.requests.lodge,
            "transfer": self.transfers.transfer,
            "paper_arrived": self.rounds.paper_arrived,
            "correct_identity": Identities(office).correct,
            "share": self.shares.share,
            "unshare": self.shares.unshare,
        }

    def do(self, ctx: Context, act: str, record: str, /, **said: object) -> Done | str | None:
        """Do an act of the register on a record.

        Args:
            ctx: Who acts.
            act: Its name.
            record: Id of the record.
            **said: What it says, its parts by the names that its event has, and what every act
                takes besides: ``event_id``, ``occurred``, ``expected_version``, ``note``.

        Returns:
            What was done.
        """
        if act == "lodge" and "paper" not in said:
            paper, rest = paper_of(said)
            said = {**rest, "paper": paper}
        doer = self._doers.get(act)
        return self._enter(ctx, act, record, **said) if doer is None else doer(ctx, record, **said)
