"""What the words of a row mean by the mapping: read once for all the rows that share them."""

from __future__ import annotations

from dataclasses import dataclass

from exeat.facts.codes import BasisEnd, BasisKind, LiftReason, ReleaseKind
from exeat.facts.record import Offence
from exeat.intake.lines import SEPARATOR
from exeat.intake.model import WORD_FIELDS, Codes, Mapping

__all__ = ["Meaning", "Meanings"]


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
    """

    immigration: bool
    kind: BasisKind
    agency: str | None
    offence: Offence
    ended_by: BasisEnd | None
    lift: LiftReason | None
    release: ReleaseKind | None
    unmapped: tuple[tuple[str, str], ...]

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
        self._column = mapping.immigration_field
        self._fields = tuple(name for name in WORD_FIELDS if name in mapping.columns)
        self._empty = empty
        self._is_immigration = Codes(tuple((text, True) for text in mapping.immigration)).finder()
        self._kind, self._class = mapping.kinds.finder(), mapping.classes.finder()
        self._end, self._lift = mapping.dispositions.finder(), mapping.lifts.finder()
        self._release = mapping.releases.finder()

    def _texts(self, words: str) -> dict[str, str]:
        values = (value.strip() for value in words.split(SEPARATOR))
        return {
            name: "" if value.casefold() in self._empty else value
            for name, value in zip(self._fields, values, strict=True)
        }

    def read(self, words: str) -> Meaning:
        """Return what the words of a row mean: the packed values of `WORD_FIELDS`."""
        texts = self._texts(words)
        unmapped: list[tuple[str, str]] = []
        immigration = bool(self._is_immigration(texts[self._column]))
        charge, disposition = texts["charge"], texts.get("disposition", "")
        code = texts.get("agency", "")
        agency = self._agencies.get(code.casefold())
        if code and self._agencies and agency is None:
            unmapped.append(("agency", code))
        ended_by, lift = self._end(disposition), self._lift(disposition)
        if disposition and immigration and lift is None:
            unmapped.append(("lift", disposition))
            lift = LiftReason.UNSTATED
        elif disposition and not immigration and ended_by is None:
            unmapped.append(("disposition", disposition))
            ended_by = BasisEnd.OTHER
        return Meaning(
            immigration=immigration,
            kind=self._kind(charge) or (agency.kind if agency else None) or BasisKind.CHARGE,
            agency=code or None,
            offence=Offence(
                description=charge or None,
                statute=texts.get("statute") or None,
                offence_class=self._class(texts.get("offence_class", "")),
            ),
            ended_by=ended_by,
            lift=lift,
            release=self._release(disposition) if disposition else None,
            unmapped=tuple(unmapped),
        )
