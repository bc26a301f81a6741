"""The chain of a place: its own file if it has one, and those above it."""

from __future__ import annotations

from collections.abc import Mapping

from exeat.errors import LawError, near_miss
from exeat.rules.counties import County, county_of, named
from exeat.rules.model import Jurisdiction, JurisdictionKind

__all__ = ["chain_of"]


def chain_of(place_id: str, library: Mapping[str, Jurisdiction]) -> tuple[Jurisdiction, ...]:
    """Return the jurisdictions of a place, highest first; only they are read.

    Args:
        place_id: The id of a file, or a county by its code.
        library: Jurisdictions by id.

    Raises:
        LawError: The place, or a parent of it, is not known.
    """
    county = None if place_id in library else county_of(place_id)
    chain: list[Jurisdiction] = []
    wanted: str | None = place_id if county is None else county.id
    while wanted is not None:
        place = library.get(wanted)
        if place is None and county is not None and not chain and county.parent in library:
            place = _bare(county, library[county.parent])
        if place is None:
            raise _not_known(wanted, library)
        chain.insert(0, place)
        wanted = place.parent
    return tuple(chain)


def _bare(county: County, state: Jurisdiction) -> Jurisdiction:
    """Return a county without a file of its own: it has no rules, and its state's answer."""
    vintage = f" Its FIPS code is {county.vintage}." if county.vintage else ""
    return Jurisdiction(
        id=county.id,
        name=f"{county.name}, {state.name}",
        kind=JurisdictionKind.COUNTY,
        parent=state.id,
        fips=county.fips,
        zone="",
        checked=state.checked,
        note="No law or policy of this county itself was looked for: it answers by the law of "
        f"{state.name}.{vintage}",
        sources={},
        rules=(),
    )


def _not_known(wanted: str, library: Mapping[str, Jurisdiction]) -> LawError:
    same = named(wanted)
    if same:
        found = "; ".join(f"{c.fips} ({c.name}, {c.state})" for c in same)
        has = "a county has" if len(same) == 1 else f"{len(same)} counties have"
        return LawError.one(
            "E228", "place", f"`{wanted}` is a name, which {has}", f"Give the FIPS code: {found}."
        )
    near = near_miss(wanted, sorted(library))
    help = f"Use an id that `exeat law list` shows, or a county's FIPS code.{near}"
    return LawError.one("E220", "place", f"no law is known for `{wanted}`", help)
