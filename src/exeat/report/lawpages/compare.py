"""One and the same record, asked of every place: what each answers, by which rules.

The record ships as ``common_record.json``: Form I-247A with an administrative warrant, in
order and served, about a person charged with a misdemeanor who posts bail at 17:30 on the
Friday before Labor Day 2026. Its wall-clock times are kept and its zone is that of the place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Final
from zoneinfo import ZoneInfo

from exeat.decide import Answer, decide
from exeat.facts.case import zone_of
from exeat.facts.codec import record_from_json
from exeat.facts.codes import Described
from exeat.facts.record import CustodyRecord
from exeat.rules.model import Jurisdiction, JurisdictionKind
from exeat.rules.place import LawOfPlace, law_of_place

__all__ = [
    "ASKED",
    "SHORT",
    "Compared",
    "Variant",
    "common_record",
    "compare",
    "compare_all",
    "in_zone",
]

ASKED: Final = "2026-09-04T18:30"
"""The local time at which every place is asked: one hour after eligibility.

Units: wall-clock time of the place.
"""

_OFFSET: Final = re.compile(r"(?<=:\d\d)[+-]\d\d:\d\d$")


class Variant(Described):
    """The record as it is, and with one thing changed."""

    COMMON = "common", "Form I-247A with an administrative warrant (I-200)"
    NO_WARRANT = "no-warrant", "The same without any warrant"
    JUDGE = "judge", "The same with a federal judge's criminal warrant besides"


SHORT: Final[dict[Variant, str]] = {
    Variant.COMMON: "With I-200",
    Variant.NO_WARRANT: "No warrant",
    Variant.JUDGE: "Judge's too",
}
"""The variants in a word or two, for narrow screens."""

_WARRANTS: Final[dict[Variant, list[str]]] = {
    Variant.COMMON: ["I-200"],
    Variant.NO_WARRANT: [],
    Variant.JUDGE: ["I-200", "federal-judge-criminal"],
}


@dataclass(frozen=True)
class Compared:
    """What one place answers."""

    law: LawOfPlace
    answers: Mapping[Variant, Answer]

    @property
    def id(self) -> str:
        """Return the id of the place."""
        return self.law.id

    @property
    def name(self) -> str:
        """Return the name of the place."""
        return self.law.chain[-1].name

    @property
    def zone(self) -> ZoneInfo:
        """Return the zone in which the place was asked."""
        return zone_of(self.law.zone)

    @property
    def common(self) -> Answer:
        """Return the answer on the record as it is."""
        return self.answers[Variant.COMMON]


@lru_cache(maxsize=256)
def common_record(zone: str, variant: Variant = Variant.COMMON) -> CustodyRecord:
    """Return the record, its wall-clock times in a zone.

    Args:
        zone: IANA name.
        variant: What is changed, if anything.

    Examples:
        >>> common_record("Pacific/Honolulu").bases[0].end.isoformat()
        '2026-09-04T17:30:00-10:00'
    """
    text = (resources.files("exeat.report.lawpages") / "common_record.json").read_text("utf-8")
    data = in_zone(json.loads(text), ZoneInfo(zone))
    data["zone"] = zone
    data["detainers"][0]["warrants"] = _WARRANTS[variant]
    return record_from_json(json.dumps(data), "common_record.json")


def in_zone(value: Any, zone: ZoneInfo) -> Any:
    """Return the values of a record with each time at the same hour of another zone's clock.

    Examples:
        >>> in_zone("2026-09-04T17:30:00-04:00", ZoneInfo("Pacific/Honolulu"))
        '2026-09-04T17:30:00-10:00'
    """
    if isinstance(value, dict):
        return {key: in_zone(item, zone) for key, item in value.items()}
    if isinstance(value, list):
        return [in_zone(item, zone) for item in value]
    if isinstance(value, str) and _OFFSET.search(value):
        wall = datetime.fromisoformat(_OFFSET.sub("", value))
        return wall.replace(tzinfo=zone).isoformat()
    return value


def compare(law: LawOfPlace) -> Compared:
    """Ask one place about the record and its variants, one hour after eligibility.

    Args:
        law: The law of the place; it must state a time zone.

    Examples:
        >>> from exeat.rules.library import shipped
        >>> compare(law_of_place("us-ca", shipped())).common.verdict.value
        'release'
    """
    at = datetime.fromisoformat(ASKED).replace(tzinfo=zone_of(law.zone))
    return Compared(
        law,
        {variant: decide(common_record(law.zone, variant), law, at) for variant in Variant},
    )


def compare_all(library: Mapping[str, Jurisdiction]) -> list[Compared]:
    """Ask every state, the District of Columbia, and every county and city of a library."""
    places = [p for p in library.values() if p.kind is not JurisdictionKind.COUNTRY]
    return [compare(law_of_place(place.id, library)) for place in places]
