"""What the words of a row mean by the mapping: read once for all the rows that share them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, ReleaseKind
from exeat.facts.record import Offence
from exeat.intake.lines import SEPARATOR
from exeat.intake.model import WORD_FIELDS, Agency, Codes, Mapping
from exeat.intake.words import is_hold, is_yes, may_be_hold

__all__ = ["Meaning", "Meanings"]

_OF_BOOKING: Final = frozenset({"hold", "note", "status", "release_reason"})
"""Fields that speak of the booking: a hold in them makes no line of charge a hold."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a line is, apart from its times.

    Attributes:
        immigration: It is an immigration hold.
        kind: What kind of basis it is, if it is none.
        agency: Whose it is, by code.
        offence: What the person is charged with.
        ended_by: How a basis ended; None where the row does not say.
        lift: Why an immigration hold ended; None where the row does not say.
        release: How the person left, by this line; None where it does not tell.
        unmapped: Fields and texts that the mapping does not list.
        holds: A column of the booking's holds names an immigration hold.
        other_holds: That column names other holds too, whose ends nobody knows.
        there: By the row the person is still there (true) or gone (false).
        empty: It names no charge, no section and no agency.
    """

    immigration: bool
    kind: BasisKind
    agency: str | None
    offence: Offence
    ended_by: BasisEnd | None
    lift: LiftReason | None
    release: ReleaseKind | None
    unmapped: tuple[tuple[str, str], ...]
    holds: bool = False
    other_holds: bool = False
    there: bool | None = None
    empty: bool = False

    def lift_reason(self, *, ended: bool) -> LiftReason | None:
        """Return why a hold ended; `unstated` where it ended and the row does not say."""
        return self.lift or (LiftReason.UNSTATED if ended else None)


class Meanings:
    r"""Reads the packed words of rows by one mapping.

    Args:
        mapping: How to read them.
        empty: Texts, in small letters, that stand for an empty field.

    Examples:
        >>> from exeat.intake.mapping import load_mapping
        >>> meanings = Meanings(load_mapping("pierce"), frozenset({""}))
        >>> meanings.read("FUGITIVE\x1fExtradition\x1fSUP\x1fother").kind.value
        'fugitive'
    """

    def __init__(self, mapping: Mapping, empty: frozenset[str]) -> None:
        self._agencies = mapping.agencies
        self._fields = tuple(name for name in WORD_FIELDS if name in mapping.columns)
        self._empty = empty
        self._immigration = tuple(
            (words.field, Codes(tuple((text, True) for text in words.any_of)).finder())
            for words in mapping.immigration
            if words.any_of
        )
        self._kind, self._class = mapping.kinds.finder(), mapping.classes.finder()
        self._end, self._lift = mapping.dispositions.finder(), mapping.lifts.finder()
        self._release, self._status = mapping.releases.finder(), mapping.statuses.finder()

    def _texts(self, words: str) -> dict[str, str]:
        """Return the text of every field of words: "" for an empty one, or one not there."""
        texts = dict.fromkeys(WORD_FIELDS, "")
        for name, value in zip(self._fields, words.split(SEPARATOR), strict=True):
            text = value.strip()
            texts[name] = "" if text.casefold() in self._empty else text
        return texts

    def read(self, words: str) -> Meaning:
        """Return what the words of a row mean: the packed values of `WORD_FIELDS`."""
        texts = self._texts(words)
        unmapped: list[tuple[str, str]] = []
        found = {name for name, finds in self._immigration if texts[name] and finds(texts[name])}
        line, holds = bool(found - _OF_BOOKING), bool(found & _OF_BOOKING)
        agency = self._agency(texts["agency"], unmapped)
        ended_by, lift = self._how_ended(texts["disposition"], line, unmapped)
        self._missed(texts["charge"], line, texts["hold"], holds, unmapped)
        how = texts["release_reason"] or texts["disposition"]
        own_kind = agency.kind if agency else None
        return Meaning(
            immigration=line,
            kind=self._kind(texts["charge"]) or own_kind or BasisKind.CHARGE,
            agency=texts["agency"] or None,
            offence=Offence(
                description=texts["charge"] or None,
                statute=texts["statute"] or None,
                offence_class=self._class(texts["offence_class"]),
            ),
            ended_by=ended_by,
            lift=lift,
            release=self._release(how) if how else None,
            unmapped=tuple(unmapped),
            holds=holds,
            other_holds=_names_others(texts["hold"]),
            there=self._status(texts["status"]),
            empty=not (texts["charge"] or texts["statute"] or texts["agency"]),
        )

    def _agency(self, code: str, unmapped: list[tuple[str, str]]) -> Agency | None:
        agency = self._agencies.get(code.casefold())
        if code and self._agencies and agency is None:
            unmapped.append(("agency", code))
        return agency

    def _how_ended(
        self, disposition: str, immigration: bool, unmapped: list[tuple[str, str]]
    ) -> tuple[BasisEnd | None, LiftReason | None]:
        ended_by, lift = self._end(disposition), self._lift(disposition)
        if disposition and immigration and lift is None:
            unmapped.append(("lift", disposition))
            lift = LiftReason.UNSTATED
        elif disposition and not immigration and ended_by is None:
            unmapped.append(("disposition", disposition))
            ended_by = BasisEnd.OTHER
        return ended_by, lift

    def _missed(
        self, charge: str, line: bool, hold: str, holds: bool, unmapped: list[tuple[str, str]]
    ) -> None:
        """Note a text that looks like an immigration hold and that the mapping does not list."""
        if not line and self._kind(charge) is None and is_hold(charge):
            unmapped.append(("hold", charge))
        if not holds and is_hold(hold):
            unmapped.append(("hold", hold))


def _names_others(holds: str) -> bool:
    """Say whether a list of holds names one that is surely no immigration hold."""
    parts = [part for part in re.split(r"[;|,/]", holds) if part.strip()]
    words = [part for part in parts if is_yes(part) is None and re.search(r"[A-Za-z]{2}", part)]
    return any(not may_be_hold(part) for part in words)
