"""What keeps the gate shut, as pages list it: what it is, what opens it, and the way there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from exeat.desk.service.models import PersonPage, Refusal, RefusalKind
from exeat.desk.service.shut import SHUT

__all__ = ["Shutting", "shutting_of"]

_REQUEST: Final = "/requests/{about}/match"
_TASK: Final = "/tasks/{about}"


@dataclass(frozen=True, slots=True)
class Shutting:
    """One thing that keeps the gate shut.

    Attributes:
        href: Where it is seen to; "" where nothing on a page opens it.
        label: The key of that link's words.
        of_the_answer: The answer itself keeps it shut, and not something beside it.
    """

    why: Refusal
    href: str
    label: str
    of_the_answer: bool


def shutting_of(page: PersonPage) -> tuple[Shutting, ...]:
    """Return all that keeps the gate shut, with the link to whatever opens each."""
    return tuple(_one(page, why) for why in page.shut)


def _one(page: PersonPage, why: Refusal) -> Shutting:
    of_the_answer = why.kind in SHUT.values()
    if why.kind is RefusalKind.REQUEST_WAITING:
        return Shutting(why, _REQUEST.format(about=why.about), "shut.to_request", False)
    if why.place == "papers":
        href = f"/people/{page.record.id}/read_paper?detainer={quote(why.about)}"
        return Shutting(why, href, "act.read_paper.short", False)
    if why.about:
        return Shutting(why, _TASK.format(about=why.about), "shut.to_task", of_the_answer)
    if why.kind is RefusalKind.IN_CUSTODY and any(one.open for one in page.record.grounds):
        href = f"/people/{page.record.id}/end_basis"
        return Shutting(why, href, "shut.to_ground", True)
    return Shutting(why, "", "", of_the_answer)
