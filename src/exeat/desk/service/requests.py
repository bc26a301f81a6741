"""Requests as they come in: a signed receipt, then a match or the answer "not in custody here".

Receipt and answer are entries of the ledger, made in the transaction that files them.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from exeat.desk.service._lodging import agree, both, lodging
from exeat.desk.service._request_entries import enter, proof_of
from exeat.desk.service._requests_text import request_from_bytes, request_to_bytes
from exeat.desk.service.models import IncomingRequest
from exeat.errors import ExeatError, LedgerError
from exeat.facts import events as ev
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Facility
from exeat.facts.times import When
from exeat.i18n.said import Said
from exeat.office.context import Context, Role
from exeat.office.db import Tx
from exeat.office.errors import Refusing
from exeat.office.held import Held, log
from exeat.office.messages import refused_field
from exeat.office.models import Done, PersonalData, TaskKind
from exeat.office.office import Given, Office, another
from exeat.office.personal import check_personal, macs_of, name_macs, read_personal
from exeat.office.tally import Limit, spend, too_many
from exeat.office.tasks import close_about, open_task
from exeat.record.canonical import new_salt
from exeat.record.request_proof import RequestProof
from exeat.record.request_text import answer_text, receipt_text
from exeat.record.vault import PersonKey

__all__ = ["Requests"]

_PAGE = 500


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
        self._within_quota(ctx)

        def work(tx: Tx) -> IncomingRequest:
            check_personal(person)
            _, house = self.office.facility(tx, facility)
            _right_house(paper, house, facility)
            id_mac = tx.key_of(ctx.agency).mac(uuid5(NAMESPACE_OID, "exeat request"), request_id)
            # No release begins, and none that has begun has missed it. The same request, sent
            # twice at once, is seen by the second here.
            with tx.acting_for(facility):
                tx.run("lock_desk", agency=facility, alone=True)
            known = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            if known is not None:
                self._same(tx, known, facility, person, paper)
                log(tx, "send_request", "repeated", about=known["request"].hex)
                return self._incoming(tx, known)
            request = self._file(tx, facility, person, paper, request_id, id_mac)
            with tx.acting_for(facility):
                if not self._matched_at_once(tx, request, person, paper):
                    open_task(tx, self.office.settings, TaskKind.MATCH, about=request.hex)
            log(tx, "send_request", about=request.hex)
            enter(tx, request)
            row = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            assert row is not None
            return self._incoming(tx, row)

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
        **common: Any,
    ) -> Done:
        """Enter a request that came on paper: lodged, received, and served where it was."""

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            said = given.envelope(ctx, held.name)
            return lodging(said, detainer, issuer, paper, received, served)

        given = Given(**common)
        return self.office.perform(ctx, "lodge", record, given, events)

    def match_request(self, ctx: Context, request: str, record: str, *, detainer: str = "") -> Done:
        """Say whom a request is about; it then stands on that person's record.

        Whether its identifiers agree with the jail's own record is worked out here, and a
        difference opens a check and goes back to the issuer.
        """

        def work(tx: Tx) -> Done:
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            row = self._waiting(tx, request)
            held = self.office.hold(tx, record)
            done = self._stand(tx, row, held, detainer or row["request"].hex)
            log(tx, "match_request", held=held, about=row["request"].hex)
            enter(tx, row["request"])
            return done

        return self.office.run(ctx, "match_request", work, about=record)

    def not_in_custody_here(self, ctx: Context, request: str) -> IncomingRequest:
        """Answer that the person is not in custody here. It is recorded, signed, and no refusal."""

        def work(tx: Tx) -> IncomingRequest:
            row = self._waiting(tx, request)
            answer = "not-in-custody-here"
            return self._answer(tx, row, answer, row["facility"], "not_in_custody_here")

        return self.office.run(ctx, "not_in_custody_here", work)

    def withdraw_request(self, ctx: Context, request: str) -> IncomingRequest:
        """Withdraw a request that nobody has matched yet; a matched one is lifted on its record.

        The signed answer says that the sender withdrew it. Its entry stands among the
        facility's, as the facility's desk had the withdrawal.
        """

        def work(tx: Tx) -> IncomingRequest:
            row = self._waiting(tx, request)
            return self._answer(tx, row, "withdrawn", row["sender"], "withdraw_request")

        return self.office.run(ctx, "withdraw_request", work)

    def requests(self, ctx: Context) -> list[IncomingRequest]:
        """Return the requests that this agency sent, or got, the newest first."""

        def work(tx: Tx) -> list[IncomingRequest]:
            found = [self._incoming(tx, row) for row in tx.all("requests", limit=_PAGE)]
            log(tx, "requests")
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

    def _within_quota(self, ctx: Context) -> None:
        """Count a request of a key or an account, and refuse what is over its quota."""
        most, who = self.office.settings, ("send_request", ctx.agency, ctx.actor)
        limits = (Limit(who, most.requests_minute, 60), Limit(who, most.requests_day, 24 * 3600))
        with self.office.db.transaction(ctx) as tx:
            wait = spend(tx, limits)
        if wait:
            raise too_many("request", wait)

    def _same(
        self,
        tx: Tx,
        known: dict[str, Any],
        facility: str,
        person: PersonalData,
        paper: RequestPaper,
    ) -> None:
        """Refuse a second request under the id of a first one; what was expunged tells nothing."""
        if known["wrapped_key"] is None:
            return
        id, *first = self._open(tx, known)
        # Read back as the first one was: a time may be written in two ways.
        _, *again = request_from_bytes(request_to_bytes(person, paper, b"", id))
        if known["facility"] != facility or first != again:
            raise another("field `request_id`")

    def _file(
        self,
        tx: Tx,
        facility: str,
        person: PersonalData,
        paper: RequestPaper,
        request_id: str,
        id_mac: bytes,
    ) -> UUID:
        request, salt = uuid4(), new_salt()
        wrapped = tx.master.new_person(request)
        key = tx.master.unwrap(request, wrapped, "request")
        data = request_to_bytes(person, paper, salt, request_id)
        nonce, sealed = key.seal(data, request.bytes)
        # A lodging waits for whoever is before it, so the clock is read only now.
        at = max(tx.ctx.now, self.office.clock())
        sides = (tx.ctx.agency, facility)
        index = tx.key_of(facility)
        tx.run(
            "add_request",
            request=request,
            sender=tx.ctx.agency,
            facility=facility,
            id_mac=id_mac,
            lodged=at,
            receipt=receipt_text(self.office.signer, request, sides, at, data, salt),
            wrapped_key=wrapped,
            nonce=nonce,
            sealed=sealed,
            **macs_of(index, person),
            name_macs=name_macs(index, person.surname),
        )
        return request

    def _matched_at_once(
        self, tx: Tx, request: UUID, person: PersonalData, paper: RequestPaper
    ) -> bool:
        """Put a request on the record of the one person whom its identifiers name, if any."""
        row = tx.one("request", request=request)
        assert row is not None
        if row["number_mac"] is None:
            return False
        found = tx.all("match_by_number", agency=tx.agency, number_mac=row["number_mac"])
        same = [
            one
            for one in found
            if one["born_mac"] == row["born_mac"] is not None
            and one["surname_mac"] == row["surname_mac"]
        ]
        if len(found) != 1 or len(same) != 1:
            return False
        self._stand(tx, row, self.office.hold(tx, same[0]["name"]), request.hex)
        return True

    def _stand(self, tx: Tx, row: dict[str, Any], held: Held, detainer: str) -> Done:
        """Put a request on a record, let its issuer see that record, and answer "matched"."""
        _, person, paper = self._open(tx, row)
        on_file = read_personal(tx, held, self.office.key(tx, held))
        same = agree(on_file, person)
        paper = replace(paper, names_this_person=both(paper.names_this_person, same))
        said = {
            "id": f"{row['request'].hex}.lodged",
            "record": held.name,
            "occurred": row["lodged"],
            "recorded": row["lodged"],
            "by": row["sender"],
            "note": None,
        }
        tx.ledger.share(held.name, row["sender"], "issuer")
        events = lodging(said, detainer, row["sender"], paper, row["lodged"])
        done = self.office.commit(tx, held, events)
        self._close(tx, row, "matched", row["facility"], held.record)
        return done

    def _answer(
        self, tx: Tx, row: dict[str, Any], answer: str, by: str, act: str
    ) -> IncomingRequest:
        self._close(tx, row, answer, by, None)
        log(tx, act, about=row["request"].hex)
        enter(tx, row["request"])
        found = tx.one("request", request=row["request"])
        assert found is not None
        return self._incoming(tx, {**found, "record_name": None})

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

    def _waiting(self, tx: Tx, request: str) -> dict[str, Any]:
        row = None
        with suppress(ValueError):
            row = tx.one("request", request=UUID(request))
        if row is None:
            raise refused_field("request", request, "is no request here", "Take it from the list.")
        if row["answered"] is not None:
            words = f"was answered already: {row['answer']}"
            help = "Read its answer; an act about it goes on the record."
            raise Refusing.one("E604", f"request `{request}`", words, help)
        return row

    def _open(self, tx: Tx, row: dict[str, Any]) -> tuple[str, PersonalData, RequestPaper]:
        key: PersonKey = tx.master.unwrap(row["request"], row["wrapped_key"], "request")
        data = key.open(row["nonce"], row["sealed"], row["request"].bytes)
        if data is None:
            place = f"request `{row['request'].hex}`"
            raise LedgerError.one("E533", place, "cannot be read", "Restore it from a backup.")
        return request_from_bytes(data)

    def _incoming(self, tx: Tx, row: dict[str, Any]) -> IncomingRequest:
        person, paper = None, None
        if row["wrapped_key"] is not None and tx.ctx.role is not Role.AUDITOR:
            with suppress(ExeatError, ValueError, KeyError, TypeError):
                # One that does not open stands in the list by its number, beside the others.
                _, person, paper = self._open(tx, row)
        return IncomingRequest(
            id=row["request"].hex,
            sender=row["sender"],
            facility=row["facility"],
            person=person,
            paper=paper,
            lodged=row["lodged"],
            receipt=row["receipt"],
            answered=row["answered"],
            answer=row["answer"],
            record=row.get("record_name"),
            receipt_leaf=row["receipt_leaf"],
            answer_leaf=row["answer_leaf"],
        )


def _right_house(paper: RequestPaper, house: Facility, code: str) -> None:
    """Refuse a request that names one house and is sent to another."""
    named = paper.addressed_to
    if named is None or named in {code, house.fips, house.ori, house.detloc}:
        return
    help = (
        f"Send it to the facility with that code, or correct the paper; `{code}` is {house.fips}."
    )
    raise refused_field("addressed_to", named, f"is not `{code}`", help)
