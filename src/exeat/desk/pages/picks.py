"""What the forms let one choose from, out of a record and the directory."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from exeat.desk.pages.forms import Choice
from exeat.desk.pages.history import event_line
from exeat.desk.pages.site import Site
from exeat.desk.pages.views import Viewer
from exeat.desk.service.models import PersonPage
from exeat.facts.events import Corrected, Disputed
from exeat.facts.record import Basis, Detainer
from exeat.i18n.words import Words
from exeat.office.context import Role
from exeat.office.models import Agency

__all__ = ["agencies", "of_person", "zone_of"]

_TOLD = ("ice", "person", "judge", "counsel", "victim", "file")


def zone_of(page: PersonPage) -> ZoneInfo:
    """Return the time zone of a record's facility."""
    return ZoneInfo(page.record.zone)


def of_person(site: Site, viewer: Viewer, page: PersonPage, t: Words) -> dict[str, list[Choice]]:
    """Return what can be chosen in the forms on one record, by the name that fields give it."""
    record = page.record
    plain = _entries(page, viewer, t)
    mine = viewer.ctx.agency if viewer.ctx.role is Role.REQUESTER else None
    shown = [one for one in record.detainers if mine in (None, one.issuer)]
    detainers = [_request(one, t) for one in shown]
    grounds = [] if mine else [_ground(one, t) for one in record.grounds]
    return {
        "grounds": grounds,
        "bases": [_ground(b, t) for b in record.grounds if b.open],
        "detainers": detainers,
        "open_requests": [_request(one, t) for one in shown if one.open],
        "events": plain,
        "disputable": [*detainers, *grounds, *([] if mine else plain)],
        "told": [Choice(one, f"to.{one}") for one in _TOLD],
        "facilities": agencies(site, viewer, "facility"),
        "readers": agencies(site, viewer, "counsel", "requester"),
        "shares": _shares(site, viewer, page),
        "namesakes": [Choice(n.record, n.name, n.booking_number) for n in page.namesakes],
    }


def _entries(page: PersonPage, viewer: Viewer, t: Words) -> list[Choice]:
    """Return what can be corrected or disputed, the latest first: no word about another entry."""
    zone, found = zone_of(page), []
    for event in reversed(page.events):
        if isinstance(event, Corrected | Disputed):
            continue
        line = event_line(event, zone, t)
        when = t.short(line.occurred, zone, viewer.ctx.now) if line.occurred else line.about
        found.append(Choice(event.id, f"{t(f'event.{line.kind}')} · {when}"))
    return found


def agencies(site: Site, viewer: Viewer, *kinds: str) -> list[Choice]:
    """Return the agencies of some kinds, by code, the viewer's own left out; no kind: all."""
    found: list[Agency] = site.desk.reading.agencies(viewer.ctx)
    return [
        Choice(one.code, one.name, one.code)
        for one in found
        if not kinds or (one.kind in kinds and one.code != viewer.ctx.agency)
    ]


def _shares(site: Site, viewer: Viewer, page: PersonPage) -> list[Choice]:
    """Return from whom it can be taken back that they read the record."""
    found = {one.agency for one in page.access if not one.by_request}
    if not found:
        return []
    return [one for one in agencies(site, viewer) if one.value in found]


def _request(one: Detainer, t: Words) -> Choice:
    form = t(f"code.DetainerForm.{one.form.value}") if one.form else t("line.form-unknown")
    return Choice(one.id, form, " · ".join(filter(None, (one.issuer, one.id))))


def _ground(one: Basis, t: Words) -> Choice:
    words = one.offence.description if one.offence and one.offence.description else ""
    label = t(f"code.BasisKind.{one.kind.value}")
    return Choice(one.id, label, " · ".join(filter(None, (words, one.agency, one.id))))
