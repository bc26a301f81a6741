"""Who reads a record besides the facility whose it is: shared, taken back, and listed."""

from __future__ import annotations

from exeat.desk.service.forbidden import AgainstLaw, Signed, sharing
from exeat.desk.service.models import Access, Override
from exeat.facts.events import DetainerLodged
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.held import Held, log
from exeat.office.messages import code_of, refused_field
from exeat.office.models import EndOfAccess
from exeat.office.office import Office
from exeat.record.entries import History

__all__ = ["Shares", "accesses"]


class Shares:
    """Who may read a record.

    Args:
        office: What it stands on.
        against: What is done though the law forbids it.
    """

    def __init__(self, office: Office, against: AgainstLaw) -> None:
        self.office = office
        self.against = against

    def share(
        self, ctx: Context, record: str, *, agency: str, override: Override | None = None
    ) -> None:
        """Let counsel, or an agency that asked, read a record of this facility.

        Args:
            ctx: Who shares it.
            record: Its id.
            agency: With whom.
            override: Why it is done though the law forbids it, and the second person.

        Raises:
            Refusing: The law of the place forbids that they read it, and nobody signed besides.
        """
        signed = self.against.signed(ctx, "share", override)

        def work(tx: Tx) -> None:
            other = self.office.agency(tx, agency)
            if other.kind not in ("counsel", "requester"):
                help = "Give the code of counsel, or of an agency that lodges requests."
                raise refused_field("agency", agency, "is neither counsel nor an issuer", help)
            held = self.office.hold(tx, record)
            if other.kind == "requester":
                self._lawful(tx, held, signed)
            tx.ledger.share(held.name, agency, "counsel" if other.kind == "counsel" else "issuer")
            log(tx, "share", held=held, about=agency)

        self.office.run(ctx, "share", work, about=record)

    def unshare(self, ctx: Context, record: str, *, agency: str, why: EndOfAccess) -> None:
        """Take back that counsel, or an agency, may read a record of this facility.

        From then on they read nothing of it. What they read before stays in the log, as does who
        took it back, when and why.

        Args:
            ctx: Who takes it back.
            record: Its id.
            agency: From whom.
            why: As a code.

        Raises:
            BadInput: They do not read it, or read it because a request of theirs stands on it.
        """
        reason = code_of(EndOfAccess, why)

        def work(tx: Tx) -> None:
            held = self.office.hold(tx, record)
            found = {one.agency: one for one in accesses(tx, held, tx.ledger.read(held.record))}
            if agency not in found:
                help = f"These do: {', '.join(sorted(found)) or 'nobody'}."
                raise refused_field("agency", agency, "does not read this record", help)
            if found[agency].by_request:
                help = "It reads what became of its own request, and nothing else of the record."
                raise refused_field("agency", agency, "has a request on this record", help)
            tx.run("take_back_share", record=held.record, agency=agency)
            log(tx, "unshare", reason.value, held=held, about=agency)

        self.office.run(ctx, "unshare", work, about=record)

    def _lawful(self, tx: Tx, held: Held, signed: Signed | None) -> None:
        history = tx.ledger.read(held.record)
        bans = sharing(self.against.answer(tx, held, history)[1])
        self.against.need(bans, signed, "act `share`")
        if bans and signed is not None:
            self.against.entered(tx, held, history.version, signed, bans=bans)


def accesses(tx: Tx, held: Held, history: History) -> tuple[Access, ...]:
    """Return who reads a record of this facility besides itself, the first one first."""
    # As they were lodged, and not as they stand: what was corrected away was still theirs.
    issuers = {one.issuer for one in history.events() if isinstance(one, DetainerLodged)}
    return tuple(
        Access(**row, by_request=row["role"] == "issuer" and row["agency"] in issuers)
        for row in tx.all("shares_of", record=held.record)
    )
