"""A request that comes in, put on file with its signed receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from exeat.desk.service._request_rows import opened
from exeat.desk.service._requests_text import request_from_bytes, request_to_bytes
from exeat.facts.papers import RequestPaper
from exeat.facts.record import Facility
from exeat.office.context import Context
from exeat.office.db import Tx
from exeat.office.held import log
from exeat.office.messages import refused_field
from exeat.office.models import PersonalData, TaskKind
from exeat.office.office import Office
from exeat.office.outcomes import Outcome
from exeat.office.personal import macs_of, name_macs
from exeat.office.repeated import another
from exeat.office.tally import Limit, spend, tallied, too_many
from exeat.office.tasks import open_task
from exeat.record.canonical import new_salt
from exeat.record.request_text import answer_text, receipt_text

__all__ = ["file_request", "right_house", "same_again", "wait_again", "within_quota"]

_QUARTER: Final = 15 * 60


def same_again(
    tx: Tx, known: Mapping[str, Any], facility: str, person: PersonalData, paper: RequestPaper
) -> None:
    """Refuse a second request under the id of a first one; what was expunged tells nothing.

    Raises:
        DeskError: They differ.
    """
    if known["wrapped_key"] is None:
        return
    id, *first = opened(tx, known)
    # Read back as the first one was: a time may be written in two ways.
    _, *again = request_from_bytes(request_to_bytes(person, paper, b"", id))
    if known["facility"] != facility or first != again:
        raise another("field `request_id`")


def file_request(
    tx: Tx,
    office: Office,
    facility: str,
    person: PersonalData,
    paper: RequestPaper,
    id: tuple[str, bytes],
) -> UUID:
    """Put a request on file, sealed, with its signed receipt.

    Args:
        tx: For its sender, while no other request comes in.
        office: Its clock and its signer.
        facility: Code of the facility.
        person: Whom it is about.
        paper: What it says.
        id: The sender's own id, and what stands for it in the index.
    """
    request, salt = uuid4(), new_salt()
    wrapped = tx.master.new_person(request)
    key = tx.master.unwrap(request, wrapped, "request")
    data = request_to_bytes(person, paper, salt, id[0])
    nonce, sealed = key.seal(data, request.bytes)
    # A lodging waits for whoever is before it, so the clock is read only now.
    at = max(tx.ctx.now, office.clock())
    sides = (tx.ctx.agency, facility)
    index = tx.key_of(facility)
    tx.run(
        "add_request",
        request=request,
        sender=tx.ctx.agency,
        facility=facility,
        id_mac=id[1],
        lodged=at,
        receipt=receipt_text(office.signer, request, sides, at, data, salt),
        wrapped_key=wrapped,
        nonce=nonce,
        sealed=sealed,
        **macs_of(index, person),
        name_macs=name_macs(index, person.surname),
    )
    return request


def right_house(paper: RequestPaper, house: Facility, code: str) -> None:
    """Refuse a request that names one house and is sent to another."""
    named = paper.addressed_to
    if named is None or named in {code, house.fips, house.ori, house.detloc}:
        return
    help = (
        f"Send it to the facility with that code, or correct the paper; `{code}` is {house.fips}."
    )
    raise refused_field("addressed_to", named, f"is not `{code}`", help)


def wait_again(tx: Tx, office: Office, row: Mapping[str, Any], why: str) -> None:
    """Keep an answer as taken back, and let its request wait again, found as before.

    Args:
        tx: For the facility, while no request comes in and nobody is let go.
        office: Its signer and settings.
        row: The request, held.
        why: In words.
    """
    request, at = row["request"], max(tx.ctx.now, row["answered"])
    note = answer_text(office.signer, request, row["facility"], "taken-back", at)
    tx.run("take_back_answer", request=request, at=at, by=tx.ctx.actor_name, why=why, note=note)
    macs: list[bytes] = []
    if row["wrapped_key"] is not None:
        macs = name_macs(tx.key_of(row["facility"]), opened(tx, row)[1].surname)
    tx.run("waits_again", request=request, name_macs=macs)
    open_task(tx, office.settings, TaskKind.MATCH, about=request.hex)


def within_quota(office: Office, ctx: Context) -> None:
    """Count a request of a key or an account, and refuse what is over its quota.

    Raises:
        TooMany: It has sent as many as it may for now.
    """
    most, who = office.settings, ("send_request", ctx.agency, ctx.actor)
    limits = (Limit(who, most.requests_minute, 60), Limit(who, most.requests_day, 24 * 3600))
    with office.db.transaction(ctx) as tx:
        wait = spend(tx, limits)
        if not wait:
            return
        error = too_many("request", wait)
        # It can be looked up afterwards; a line once a while, as nobody can delete one.
        if tallied(tx, ("refused", *who), _QUARTER) == 1:
            log(tx, "send_request", Outcome.error(fault.code for fault in error.faults))
    raise error
