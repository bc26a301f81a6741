"""The service layer of the desk: every act and query, each one explicit transaction.

Pages, the HTTP API and the command call a part of :class:`Desk` and nothing below it. Here is no
rule of law: what may be done with a person is :func:`exeat.decide.decide`'s answer.
"""

from __future__ import annotations

from exeat.auth.accounts import Accounts
from exeat.desk.service.acts import Acts
from exeat.desk.service.board import Board
from exeat.desk.service.gate import Gate
from exeat.desk.service.profiles import Profiles
from exeat.desk.service.reading import Reading
from exeat.desk.service.requests import Requests
from exeat.desk.service.rounds import Rounds
from exeat.desk.service.transfers import Transfers
from exeat.office.office import Office

__all__ = ["Desk"]


class Desk:
    """All that can be done, and asked, at the desk: one part for each matter.

    Args:
        office: What every part stands on.
        accounts: Who people are.

    Attributes:
        acts: What happens to a person in custody.
        board: Everyone in custody, at a glance.
        gate: Clearance and release.
        profiles: What counsel and office have answered about each facility's place.
        reading: What pages read.
        requests: What agencies ask of a facility.
        rounds: Tasks, and what the desk looks at of its own accord.
        transfers: From one facility to the next.
    """

    def __init__(self, office: Office, accounts: Accounts) -> None:
        self.office = office
        self.accounts = accounts
        self.acts = Acts(office)
        self.board = Board(office)
        self.gate = Gate(office, accounts)
        self.profiles = Profiles(office, self.board)
        self.reading = Reading(office, self.board)
        self.requests = Requests(office)
        self.rounds = Rounds(office, self.board)
        self.transfers = Transfers(office)
