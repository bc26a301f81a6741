"""Requests as they come in: a signed receipt, then a match or the answer "not in custody here"."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from exeat.desk.db import Tx
from exeat.desk.service._base import Held, envelope, log
from exeat.desk.service._personal import blind, check_personal, plain, read_personal
from exeat.desk.service._requests_text import (
    answer_text,
    receipt_text,
    request_from_bytes,
    request_to_bytes,
)
from exeat.desk.service._tasks import close_about, open_task
from exeat.desk.service._words import refused_field
from exeat.desk.service.acts import Acts, Common
from exeat.desk.service.context import Context, Role
from exeat.desk.service.errors import Refusing
from exeat.desk.service.models import (
    Done,
    IncomingRequest,
    PersonalData,
    RequestPaper,
    TaskKind,
)
from exeat.facts import events as ev
from exeat.facts.record import Facility
from exeat.facts.times import When
from exeat.record.canonical import new_salt
from exeat.record.vault import PersonKey

__all__ = ["Requests"]

_PAGE = 500


class Requests(Acts):
    """What agencies ask of a facility, and what it answers."""

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
        """
        request_id = request_id or uuid4().hex

        def work(tx: Tx) -> IncomingRequest:
            check_personal(person)
            _, house = self._facility(tx, facility)
            _right_house(paper, house, facility)
            id_mac = tx.key_of(ctx.agency).mac(uuid5(NAMESPACE_OID, "exeat request"), request_id)
            known = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            if known is not None:
                log(tx, "send_request", "repeated", about=known["request"].hex)
                return self._incoming(tx, known)
            # No release begins, and none that has begun has missed it.
            tx.run("lock_desk", agency=facility, alone=True)
            request = self._file(tx, facility, person, paper, request_id, id_mac)
            with tx.acting_for(facility):
                if not self._matched_at_once(tx, request, person, paper):
                    open_task(tx, self.settings, TaskKind.MATCH, about=request.hex)
            log(tx, "send_request", about=request.hex)
            row = tx.one("request_by_mac", sender=ctx.agency, id_mac=id_mac)
            assert row is not None
            return self._incoming(tx, row)

        return self._run(ctx, "send_request", work)

    def lodge(
        self,
        ctx: Context,
        record: str,
        *,
        detainer: str,
        issuer: str | None,
        paper: RequestPaper,
        received: When | None = None,
        **common: Any,
    ) -> Done:
        """Enter a request that came on paper: that it was lodged, and that it was received."""

        def events(tx: Tx, held: Held) -> list[ev.Event]:
            said = envelope(ctx, held.name, given.event_id, given.occurred, given.note)
            return _lodging(said, detainer, issuer, paper, received)

        given = Common(**common)
        return self._act(ctx, "lodge", record, given, events)

    def match_request(self, ctx: Context, request: str, record: str, *, detainer: str = "") -> Done:
        """Say whom a request is about; it then stands on that person's record.

        Whether its identifiers agree with the jail's own record is worked out here, and a
        difference opens a check and goes back to the issuer.
        """

        def work(tx: Tx) -> Done:
            tx.run("lock_desk", agency=ctx.agency, alone=True)
            row = self._waiting(tx, request)
            held = self._hold(tx, record)
            done = self._stand(tx, row, held, detainer or row["request"].hex)
            log(tx, "match_request", held=held, about=row["request"].hex)
            return done

        return self._run(ctx, "match_request", work, about=record)

    def not_in_custody_here(self, ctx: Context, request: str) -> IncomingRequest:
        """Answer that the person is not in custody here. It is recorded, signed, and no refusal."""

        def work(tx: Tx) -> IncomingRequest:
            row = self._waiting(tx, request)
            return self._answer(tx, row, "not-in-custody-here", "not_in_custody_here")

        return self._run(ctx, "not_in_custody_here", work)

    def withdraw_request(self, ctx: Context, request: str) -> IncomingRequest:
        """Withdraw a request that nobody has matched yet; a matched one is lifted on its record."""

        def work(tx: Tx) -> IncomingRequest:
            row = self._waiting(tx, request)
            return self._answer(tx, row, "withdrawn", "withdraw_request")

        return self._run(ctx, "withdraw_request", work)

    def requests(self, ctx: Context) -> list[IncomingRequest]:
        """Return the requests that this agency sent, or got, the newest first."""

        def work(tx: Tx) -> list[IncomingRequest]:
            found = [self._incoming(tx, row) for row in tx.all("requests", limit=_PAGE)]
            log(tx, "requests")
            return found

        return self._run(ctx, "requests", work)

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
        at = max(tx.ctx.now, self.clock())
        sides = (tx.ctx.agency, facility)
        index = tx.key_of(facility)
        tx.run(
            "add_request",
            request=request,
            sender=tx.ctx.agency,
            facility=facility,
            id_mac=id_mac,
            lodged=at,
            receipt=receipt_text(self.signer, request, sides, at, data, salt),
            wrapped_key=wrapped,
            nonce=nonce,
            sealed=sealed,
            surname_mac=blind(index, "surname", person.surname),
            number_mac=blind(index, "number", person.booking_number),
            born_mac=blind(index, "born", person.born.isoformat() if person.born else ""),
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
        self._stand(tx, row, self._hold(tx, same[0]["name"]), request.hex)
        return True

    def _stand(self, tx: Tx, row: dict[str, Any], held: Held, detainer: str) -> Done:
        """Put a request on a record, let its issuer see that record, and answer "matched"."""
        _, person, paper = self._open(tx, row)
        on_file = read_personal(tx, held, self._key(tx, held))
        agree = _agree(on_file, person)
        paper = replace(paper, names_this_person=_both(paper.names_this_person, agree))
        said = {
            "id": f"{row['request'].hex}.lodged",
            "record": held.name,
            "occurred": row["lodged"],
            "recorded": row["lodged"],
            "by": row["sender"],
            "note": None,
        }
        tx.ledger.share(held.name, row["sender"], "issuer")
        events = _lodging(said, detainer, row["sender"], paper, row["lodged"])
        done, _ = self._append(tx, held, events, None)
        done = self._follow(tx, held, done, events)
        self._close(tx, row, "matched", held.record)
        return done

    def _answer(self, tx: Tx, row: dict[str, Any], answer: str, act: str) -> IncomingRequest:
        self._close(tx, row, answer, None)
        log(tx, act, about=row["request"].hex)
        found = tx.one("request", request=row["request"])
        assert found is not None
        return self._incoming(tx, {**found, "record_name": None})

    def _close(self, tx: Tx, row: dict[str, Any], answer: str, record: UUID | None) -> None:
        at = max(tx.ctx.now, row["lodged"])
        note = answer_text(self.signer, row["request"], row["facility"], answer, at)
        tx.run(
            "answer_request", request=row["request"], at=at, answer=answer, record=record, note=note
        )
        with tx.acting_for(row["facility"]):
            close_about(tx, TaskKind.MATCH, row["request"].hex, answer)

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
        assert data is not None
        return request_from_bytes(data)

    def _incoming(self, tx: Tx, row: dict[str, Any]) -> IncomingRequest:
        person, paper = None, None
        if row["wrapped_key"] is not None and tx.ctx.role is not Role.AUDITOR:
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


def _agree(on_file: PersonalData | None, said: PersonalData) -> bool | None:
    """Say whether two descriptions are of one person by two identifiers; None: not known.

    A single difference in a birth date, a fingerprint number or a given name is a contradiction.
    """
    if on_file is None:
        return None
    same = 0
    for name in ("surname", "given_names", "born", "booking_number", "fingerprint_id"):
        ours, theirs = getattr(on_file, name), getattr(said, name)
        if not ours or not theirs:
            continue
        if plain(str(ours)) != plain(str(theirs)):
            return False
        same += name not in ("surname", "given_names")
    return True if same >= 2 else None


def _both(paper: bool | None, ours: bool | None) -> bool | None:
    return False if ours is False else ours if paper is None else paper


def _lodging(
    said: dict[str, Any],
    detainer: str,
    issuer: str | None,
    paper: RequestPaper,
    received: When | None,
) -> list[ev.Event]:
    """Return the events of a request in hand: lodged, then received."""
    lodged = ev.DetainerLodged(
        **said,
        detainer=detainer,
        form=paper.form,
        issuer=issuer,
        issued=paper.issued,
        grounds=paper.grounds,
        warrants=paper.warrants,
        names_this_person=paper.names_this_person,
        names_federal_felony_warrant=paper.names_federal_felony_warrant,
        names_watch_list_match=paper.names_watch_list_match,
        addressed_to=paper.addressed_to,
    )
    when = received if received is not None else said["occurred"]
    begun = {**said, "id": f"{said['id']}.received", "occurred": when, "note": None}
    return [lodged, ev.DetainerReceived(**begun, detainer=detainer)]
