"""What came of an act, as the log keeps it: a code, and what goes with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["Outcome"]

_COUNT: Final = re.compile(r"(\d+) (\w+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act.

    Attributes:
        code: Such as ``done``, ``refused``, ``error``, ``counted``, or a verdict.
        codes: Why the gate stayed shut, or what the errors were.
        counts: How many of what.

    Examples:
        >>> refused = Outcome("refused", ("namesake", "unknown"))
        >>> refused.to_text()
        '{"code": "refused", "codes": ["namesake", "unknown"]}'
        >>> Outcome.of_text(refused.to_text()) == refused == Outcome.of_text(str(refused))
        True
        >>> Outcome("done").to_text(), str(Outcome.counted(open=3, raised=2))
        ('done', '3 open, 2 raised')
    """

    code: str
    codes: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return it on one line, for the export and for programs."""
        if self.counts:
            return ", ".join(f"{n} {what}" for what, n in self.counts.items())
        return f"{self.code}:{','.join(self.codes)}" if self.codes else self.code

    @classmethod
    def refused(cls, kinds: Iterable[str]) -> Outcome:
        """Return that the gate stayed shut, and why."""
        return cls("refused", tuple(sorted(kinds)))

    @classmethod
    def error(cls, codes: Iterable[str]) -> Outcome:
        """Return that the act was not done, with the codes of what was wrong."""
        return cls("error", tuple(sorted(set(codes))))

    @classmethod
    def counted(cls, **counts: int) -> Outcome:
        """Return how many of what were shown or found; of each its name in the singular."""
        return cls("counted", counts=counts)

    @property
    def failed(self) -> bool:
        """Whether the act was not done."""
        return self.code in ("refused", "error")

    def to_text(self) -> str:
        """Return it for the log's column."""
        if not self.codes and not self.counts:
            return self.code
        more = {"codes": list(self.codes)} if self.codes else {"counts": dict(self.counts)}
        return json.dumps({"code": self.code, **more})

    @classmethod
    def of_text(cls, text: str) -> Outcome:
        """Return what a line of the log holds.

        Nobody may change a line, so what desks wrote before lines had values is read here too:
        ``refused:a,b``, ``error:E601``, ``3 open, 2 raised``, ``wrong code, locked``.
        """
        if text.startswith("{"):
            kept = json.loads(text)
            return cls(kept["code"], tuple(kept.get("codes", ())), kept.get("counts", {}))
        kind, _, codes = text.partition(":")
        if kind in ("refused", "error"):
            return cls(kind, tuple(filter(None, codes.split(","))))
        found = [_COUNT.fullmatch(part) for part in text.split(", ")]
        counts = {one[2]: int(one[1]) for one in found if one is not None}
        if len(counts) == len(found):
            return cls("counted", counts=counts)
        return cls(text.replace(", ", "-").replace(" ", "-"))
