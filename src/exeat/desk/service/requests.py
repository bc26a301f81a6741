"""Requests as they come in: a signed receipt, then a match or the answer "not in custody here".

Receipt and answer are entries of the ledger, made in the transaction that files them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from exeat.desk.service._filing import (
    file_request,
    right_house,
    same_again,
    wait_again,
    within_quota,
)
from exeat.desk.service._lodging import agree, lodging
from exeat.desk.service._looking import looked, near_of
from exeat.desk.service._meant import must_be_identified, must_be_meant, must_be_seen
from exeat.desk.service._near import Near, likeness, near, numbered
from exeat.desk.service._request_entries import enter, enter_taken_back, proof_of
from exeat.desk.service._request_rows import incoming, on_file, opened, page_of, waiting
from exeat.desk.service.models import IncomingRequest, RequestsPage
from exeat.facts import events as ev
from exeat.facts.papers import RequestPaper
from exeat.facts.times import When
from exeat.i18n.said import Said
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.errors import BadInput, Refusing
from exeat.office.held import Held, log
from exeat.office.messages import at_odds, refused_field
from exeat.office.models import Done, PersonalData, TaskKind
from exeat.office.office import Given, Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import check_personal, read_personal
from exeat.office.tasks import close_about, open_task
from exeat.record.request_proof import RequestProof
from exeat.record.request_text import answer_text

__all__ = ["Requests"]

_PAGE = 100


class Requests:
    """What agencies ask of a facility, and what it answers.

    Args:
        office: What it stands on.
    """

    def __init__(self, office: Office) -> None:
        self.office = office

    def send_request(
        self,
        ctx: Context,
        *,
        facility: str,
        person: PersonalData,
        paper: RequestPaper,
        request_id: str = "",
    ) -> IncomingRequest:
        """Send a request to a facility; what comes back is its signed receipt.

        Where the facility's booking number and one more identifier match one person in the
        house, the request stands on that person's record at once.

        Args:
            ctx: The agency that asks.
            facility: Code of the facility, never its name.
            person: Whom it is about, as the paper says.
            paper: What the paper says.
            request_id: The sender's own id; sent twice, it counts once.

        Raises:
            BadInput: The facility is unknown, or the paper names another one.
            TooMany: This sender has sent as many as it may for now: each can shut a door.
        """
        request_id = request_id or uuid4().hex
        ctx.need("send_request")
        within_quota(self.office, ctx)

        def work(tx: Tx) -> IncomingRequest:
            check_personal(person, at_odds(paper))
            _, house = self.office.facility(tx, facility)
            right_house(paper, house, facility)
            id_mac = tx.key_of(ctx.agency).mac(uuid5(NAMESPACE_OID, "exeat request"), request_id)
            # No release begins, and none that has begun has missed it. The same request, sent
            # twice at once, is seen by the second here.
            with tx.acting_for(facility):
                tx.run("lock_desk", agency=facility, alone=True)
            known = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            if known is not None:
                same_again(tx, known, facility, person, paper)
                log(tx, "send_request", "repeated", about=known["request"].hex)
                return incoming(tx, [known])[0]
            request = file_request(tx, self.office, facility, person, paper, (request_id, id_mac))
            with tx.acting_for(facility):
                if not self._matched_at_once(tx, request, person, paper):
                    open_task(tx, self.office.settings, TaskKind.MATCH, about=request.hex)
            log(tx, "send_request", about=request.hex)
            enter(tx, request)
            row = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            assert row is not None
            return incoming(tx, [row])[0]

        return self.office.run(ctx, "send_request", work)

    def lodge(
        self,
        ctx: Context,
        record: str,
        *,
        detainer: str,
        issuer: str | None,
        paper: RequestPaper,
        received: When | None = None,
        served: When | None = None,
        identifiers: Mapping[str, str] | None = None,
        **common: Any,
    ) -> Done:
        """Enter a request that came on paper; ``identifiers``: two of the person's, as it says."""

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            if faults := at_odds(paper):
                raise BadInput(faults)
            if identifiers is not None:
                file = read_personal(tx, held, self.office.key(tx, held))
                must_be_identified(file, identifiers)
            said = given.envelope(ctx, held.name)
            return lodging(said, detainer, issuer, paper, received, served)

        given = Given(**common)
        return self.office.perform(ctx, "lodge", record, given, events)

    def match_request(
        self,
        ctx: Context,
        request: str,
        record: str,
        *,
        detainer: str = "",
        identifiers: Mapping[str, str],
        differs_seen: Collection[str] = (),
    ) -> Done:
        """Say whom a request is about; it then stands on that person's record.

        Whether its identifiers agree with the jail's own record is worked out here, and a
        difference opens a check and goes back to the issuer.

        Args:
            ctx: Who says so.
            request: Its number.
            record: Whom it is about.
            detainer: What it is called on that record; left out: its number.
            identifiers: Two of the person's, as for a release, so that nobody else is meant.
            differs_seen: In which parts the request says otherwise than the jail's own record.

        Raises:
            BadInput: The identifiers are not the person's, or a difference was not seen.
        """

        def work(tx: Tx) -> Done:
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            row = waiting(tx, request)
            held = self.office.hold(tx, record)
            file = read_personal(tx, held, self.office.key(tx, held))
            must_be_meant(file, opened(tx, row)[1], identifiers, differs_seen)
            done = self._stand(tx, row, held, detainer or row["request"].hex)
            log(tx, "match_request", held=held, about=row["request"].hex)
            enter(tx, row["request"])
            return done

        return self.office.run(ctx, "match_request", work, about=record)

    def near(self, ctx: Context, request: str) -> tuple[Near, ...]:
        """Look through the house for whom a waiting request may be about, the likeliest first.

        Raises:
            BadInput: There is no such request.
        """

        def work(tx: Tx) -> tuple[Near, ...]:
            row = on_file(tx, request, "request_read")
            found = near_of(tx, row)
            log(tx, "near", Outcome.counted(person=len(found)), about=row["request"].hex)
            return found

        return self.office.run(ctx, "near", work)

    def compared(
        self, ctx: Context, request: str, *, record: str = "", number: str = ""
    ) -> tuple[Near, ...]:
        """Set whom a request names beside somebody in the house: of a record, or of a number.

        Raises:
            BadInput: There is no such request.
            NotFound: There is no such record for this agency.
        """

        def work(tx: Tx) -> tuple[Near, ...]:
            row = on_file(tx, request, "request_read")
            said = opened(tx, row)[1]
            if not record:
                log(tx, "near", about=row["request"].hex)
                return numbered(tx, row["facility"], number, said)
            held = self.office.find(tx, record)
            log(tx, "near", held=held, about=row["request"].hex)
            file = read_personal(tx, held, self.office.key(tx, held))
            return () if file is None else (Near(held.name, file, likeness(file, said)),)

        return self.office.run(ctx, "near", work, about=record or None)

    def not_in_custody_here(
        self, ctx: Context, request: str, not_these: Collection[str] = ()
    ) -> IncomingRequest:
        """Answer that the person is not in custody here. It is recorded, signed, and no refusal.

        The house is looked through now, and nobody comes in meanwhile.

        Args:
            ctx: Who answers.
            request: Its number.
            not_these: Records of those near it, each of whom somebody has looked at, and who is
                another person. Each of them stands in the log.

        Raises:
            Refusing: Somebody is near who is not among them.
        """

        def work(tx: Tx) -> IncomingRequest:
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            row = waiting(tx, request)
            found = near_of(tx, row)
            must_be_seen(found, not_these)
            for one in found:
                held = self.office.find(tx, one.record)
                log(tx, "not_this_person", held=held, about=row["request"].hex)
            answer = "not-in-custody-here"
            return self._answer(tx, row, answer, row["facility"], "not_in_custody_here")

        return self.office.run(ctx, "not_in_custody_here", work)

    def take_back_answer(self, ctx: Context, request: str, why: str) -> IncomingRequest:
        """Take back the answer that somebody is not here: the request waits again.

        The first answer stays in the ledger, with what takes it back, and its issuer sees both.

        Args:
            ctx: Who takes it back.
            request: Its number.
            why: In words, without personal data.

        Raises:
            BadInput: No reason is given.
            Refusing: It has no such answer.
        """

        def work(tx: Tx) -> IncomingRequest:
            if not why.strip():
                raise refused_field("why", why, "says nothing", "Enter why it was wrong.")
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            row = on_file(tx, request)
            if row["answer"] != "not-in-custody-here":
                words = f"has no answer to take back: {row['answer'] or 'it waits'}"
                help = "Only `not-in-custody-here` can be taken back; a match goes on the record."
                raise Refusing.one("E604", f"request `{request}`", words, help)
            wait_again(tx, self.office, row, why.strip())
            log(tx, "take_back_answer", about=row["request"].hex)
            enter_taken_back(tx, row["request"])
            return incoming(tx, [on_file(tx, request, "request_read")])[0]

        return self.office.run(ctx, "take_back_answer", work)

    def withdraw_request(self, ctx: Context, request: str) -> IncomingRequest:
        """Withdraw a request that nobody has matched yet; a matched one is lifted on its record.

        The signed answer says that the sender withdrew it. Its entry stands among the
        facility's, as the facility's desk had the withdrawal.
        """

        def work(tx: Tx) -> IncomingRequest:
            row = waiting(tx, request)
            return self._answer(tx, row, "withdrawn", row["sender"], "withdraw_request")

        return self.office.run(ctx, "withdraw_request", work)

    def requests(self, ctx: Context) -> list[IncomingRequest]:
        """Return the first page of :meth:`requests_page`."""
        return list(self.requests_page(ctx).requests)

    def requests_page(
        self, ctx: Context, after: str = "", limit: int = _PAGE, *, look: bool = False
    ) -> RequestsPage:
        """Return requests that this agency sent, or got: those that wait first, then the newest.

        See :func:`page_of` for the place and the limit. With ``look``, the house is looked
        through for each that waits here.
        """

        def work(tx: Tx) -> RequestsPage:
            found = page_of(tx, after, min(max(limit, 1), _PAGE))
            if look:
                ctx.need("near")
                found = replace(found, near=looked(tx, found))
            log(tx, "requests")
            return found

        return self.office.run(ctx, "requests", work)

    def request(self, ctx: Context, request: str) -> IncomingRequest:
        """Return one request that this agency sent, or got, on whatever page it stands.

        Raises:
            BadInput: There is none.
        """

        def work(tx: Tx) -> IncomingRequest:
            (found,) = incoming(tx, [on_file(tx, request, "request_read")])
            log(tx, "requests", about=found.id)
            return found

        return self.office.run(ctx, "requests", work)

    def request_proof(self, ctx: Context, request: str) -> RequestProof:
        """Return what proves a request's receipt and answer, for either of its two sides.

        Raises:
            NotFound: There is no such request, or this agency is no side of it.
        """

        def work(tx: Tx) -> RequestProof:
            found = proof_of(tx, request, self.office.signer.verifier())
            log(tx, "request_proof", about=found.request)
            return found

        return self.office.run(ctx, "request_proof", work)

    def _matched_at_once(
        self, tx: Tx, request: UUID, person: PersonalData, paper: RequestPaper
    ) -> bool:
        """Put a request on the record of the one person whom its identifiers name, if any.

        The booking number names one, the birth date is the same, and the surname in its forms.
        """
        row = tx.one("request", request=request)
        assert row is not None
        numbered = [one for one in near(tx, tx.agency, person) if one.same("booking_number")]
        same = [one for one in numbered if one.same("born") and "surname" in one.agrees]
        if len(numbered) != 1 or len(same) != 1:
            return False
        self._stand(tx, row, self.office.hold(tx, same[0].record), request.hex)
        return True

    def _stand(self, tx: Tx, row: dict[str, Any], held: Held, detainer: str) -> Done:
        """Put a request on a record, let its issuer see that record, and answer "matched"."""
        _, person, paper = opened(tx, row)
        on_file = read_personal(tx, held, self.office.key(tx, held))
        same = agree(on_file, person)
        # Whether the papers name this person is for the jail to say, and not for their issuer.
        paper = replace(paper, names_this_person=same)
        said = {
            "id": f"{row['request'].hex}.lodged",
            "record": held.name,
            "occurred": row["lodged"],
            "recorded": row["lodged"],
            "by": row["sender"],
            "note": None,
        }
        tx.ledger.share(held.name, row["sender"], "issuer")
        events = lodging(said, detainer, row["sender"], paper, row["lodged"], unread=True)
        done = self.office.commit(tx, held, events)
        self._close(tx, row, "matched", row["facility"], held.record)
        return done

    def _answer(
        self, tx: Tx, row: dict[str, Any], answer: str, by: str, act: str
    ) -> IncomingRequest:
        self._close(tx, row, answer, by, None)
        log(tx, act, about=row["request"].hex)
        enter(tx, row["request"])
        found = on_file(tx, row["request"].hex, "request_read")
        return incoming(tx, [{**found, "record_name": None}])[0]

    def _close(
        self, tx: Tx, row: dict[str, Any], answer: str, by: str, record: UUID | None
    ) -> None:
        at = max(tx.ctx.now, row["lodged"])
        note = answer_text(self.office.signer, row["request"], by, answer, at)
        tx.run(
            "answer_request", request=row["request"], at=at, answer=answer, record=record, note=note
        )
        with tx.acting_for(row["facility"]):
            close_about(tx, TaskKind.MATCH, row["request"].hex, Said(f"closed.{answer}"))
