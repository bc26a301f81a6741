"""What is wrong with an agency, an account, a key or a password, before anything is written.

Each says all faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.auth._passwords import weakness
from exeat.errors import Fault, LawError, near_miss
from exeat.facts.codes import FacilityKind
from exeat.i18n.said import Said
from exeat.office.context import Role, Scope
from exeat.office.errors import BadInput
from exeat.office.messages import bad_field
from exeat.rules.model import Jurisdiction
from exeat.rules.place import law_of_place

__all__ = ["key_fits", "of_account", "of_agency", "of_key", "of_password", "of_place", "refuse"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9.:_-]{0,63}")
_CODES: Final = ("agreement_287g", "detloc", "fips", "fips_vintage", "kind", "ori")
_SHORTEST: Final = 12
_LONGEST: Final = 200
_KINDS: Final = ("facility", "requester", "counsel", "host")
_SYSTEMS_OF: Final = {
    "facility": (Role.BOOKING, Role.AUDITOR),
    "requester": (Role.REQUESTER,),
    "counsel": (Role.COUNSEL,),
    "host": (Role.AUDITOR,),
}
"""What a system of an agency can be: only an issuer's asks for anybody, and never the host's."""
_WEAK: Final = {
    "common": ("is among the most common ones", "Use a few words that nobody would put together."),
    "name": (
        "is little more than the account's name",
        "Use words that have nothing to do with it.",
    ),
    "row": ("is one key after the other, or one piece again", "Use a few words instead."),
}
_ROLES_OF: Final = {
    "facility": (Role.BOOKING, Role.SUPERVISOR, Role.AUDITOR),
    "requester": (Role.REQUESTER,),
    "counsel": (Role.COUNSEL,),
    "host": (Role.ADMIN,),
}


def refuse(faults: list[Fault]) -> None:
    """Refuse what has a fault.

    Raises:
        BadInput: With all of them.
    """
    if faults:
        raise BadInput(faults)


def of_agency(code: str, name: str, kind: str, place: str | None, zone: str | None) -> list[Fault]:
    """Return what is wrong with an agency, its place apart."""
    help = "Use small letters, digits, and . : _ - within 64 characters."
    faults = [
        *_shaped("code", code, _CODE, "is no code", help),
        *_needed("name", name, "Enter the agency's name."),
        *_one_of("kind", kind, _KINDS, "is no kind of agency"),
    ]
    if kind == "facility":
        faults += _needed("place", place, "Enter whose law holds, such as us-va.")
        faults += _needed("zone", zone, "Enter a zone such as America/New_York.")
    return faults


def of_place(
    place: str | None,
    zone: str | None,
    house: Mapping[str, Any],
    library: Mapping[str, Jurisdiction],
) -> list[Fault]:
    """Return what is wrong with a facility: also where its codes lie elsewhere than its law."""
    faults = [
        *_zone(zone),
        *_each_of("facility", sorted(house), _CODES, "is no code of a facility"),
    ]
    kinds = [one.value for one in FacilityKind]
    faults += _one_of("facility.kind", house.get("kind", "jail"), kinds, "is no kind of house")
    if not place or not library:
        return faults
    try:
        law = law_of_place(place, library).chain[-1]
    except LawError as error:
        return faults + [bad_field("place", fault.message, fault.help) for fault in error.faults]
    return [*faults, *_elsewhere(place, law, str(house.get("fips") or ""))]


def of_account(
    name: str, shown: str, role: str, agency: str, kinds: Mapping[str, str]
) -> list[Fault]:
    """Return what is wrong with an account; ``kinds`` says what each agency is."""
    help = "Use small letters, digits and . _ - within 2 to 64 characters."
    faults = [
        *_shaped("name", name.removesuffix(f"@{agency}"), _NAME, "is no sign-in name", help),
        *_needed("shown", shown, "Enter the name that others see."),
    ]
    if agency not in kinds:
        return [*faults, _no_agency(agency, kinds)]
    roles = [one.value for one in _ROLES_OF[kinds[agency]]]
    return [*faults, *_one_of("role", role, roles, "is no role of that agency")]


def of_key(
    label: str, role: str, scopes: Sequence[str], agency: str, kinds: Mapping[str, str]
) -> list[Fault]:
    """Return what is wrong with a system's key; ``kinds`` says what each agency is."""
    known = [one.value for one in Scope]
    faults = [
        *_needed("label", label, "Enter which system it is for."),
        *_each_of("scopes", scopes, known, "is no scope"),
    ]
    if not scopes:
        faults.append(bad_field("scopes", "are missing", f"Use some of: {', '.join(known)}."))
    if agency not in kinds:
        return [*faults, _no_agency(agency, kinds)]
    roles = [one.value for one in _SYSTEMS_OF[kinds[agency]]]
    return [*faults, *_one_of("role", role, roles, "is no role of a system of that agency")]


def key_fits(role: str, kind: str) -> bool:
    """Say whether a key of a role can be one of an agency of a kind."""
    return role in {one.value for one in _SYSTEMS_OF[kind]}


def of_password(new: str, old: str, name: str) -> list[Fault]:
    """Return what is wrong with a new password."""
    if len(new) < _SHORTEST:
        return [_bad("short", "is too short", f"Use {_SHORTEST} characters or more.", _SHORTEST)]
    if len(new) > _LONGEST:
        return [_bad("long", "is too long", f"Use at most {_LONGEST} characters.", _LONGEST)]
    if new in (old, name):
        return [_bad("same", "is no new one", "Choose another.")]
    why = weakness(new, name)
    return [_bad(why, *_WEAK[why])] if why else []


def _bad(why: str, message: str, help: str, n: int = 0) -> Fault:
    said = Said(f"password.bad.{why}", {"n": n} if n else {})
    return replace(bad_field("new_password", message, help), said=said)


def _no_agency(agency: str, kinds: Mapping[str, str]) -> Fault:
    help = f"Give its code.{near_miss(agency, sorted(kinds))}"
    return bad_field("agency", f"`{agency}` is no agency's code", help)


def _needed(field: str, text: str | None, help: str) -> Iterator[Fault]:
    if not (text or "").strip():
        yield bad_field(field, "is missing", help)
    elif not (text or "").isprintable():
        yield bad_field(field, "holds a character that cannot be shown", help)


def _shaped(field: str, text: str, form: re.Pattern[str], words: str, help: str) -> Iterator[Fault]:
    if not form.fullmatch(text):
        yield bad_field(field, f"`{text}` {words}", help)


def _one_of(field: str, value: str, known: Sequence[str], words: str) -> Iterator[Fault]:
    if value not in known:
        help = f"Use one of: {', '.join(known)}.{near_miss(value, known)}"
        yield bad_field(field, f"`{value}` {words}", help)


def _each_of(
    field: str, values: Collection[str], known: Sequence[str], words: str
) -> Iterator[Fault]:
    for value in values:
        if value not in known:
            help = f"Use some of: {', '.join(known)}.{near_miss(value, known)}"
            yield bad_field(field, f"`{value}` {words}", help)


def _zone(zone: str | None) -> Iterator[Fault]:
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        help = "Enter an IANA name such as America/New_York."
        yield bad_field("zone", f"`{zone}` is no time zone", help)


def _elsewhere(place: str, law: Jurisdiction, fips: str) -> Iterator[Fault]:
    """Refuse a county's code of another state than the one whose law holds."""
    if fips and law.fips and not fips.startswith(law.fips[:2]):
        help = f"`{place}` is {law.name}, whose codes begin with {law.fips[:2]}."
        yield bad_field("facility.fips", f"`{fips}` lies in another state", help)
