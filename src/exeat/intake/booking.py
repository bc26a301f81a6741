"""What comes of the rows of one booking: custody records, notes on their data, rejects."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from exeat.facts.record import CustodyRecord
from exeat.intake.rejects import Reject

__all__ = ["NOTES", "Booking", "Built"]

NOTES: Final = MappingProxyType(
    {
        "ambiguous-time": "A time fell into the hour that the clocks showed twice.",
        "cell-with-several-charges": "A cell holds several charges; each is a line of its own.",
        "charge-ended-after-release": "A charge or hold has an end after the release.",
        "charge-ended-before-booking": (
            "A charge or hold has an end before the booking: when it ended is not known."
        ),
        "date-without-time": "A time is a bare date, so that instants are not known.",
        "differing-booking-times": (
            "Its rows give several booking times; the earliest stands, and a later one is when "
            "that line was entered."
        ),
        "differing-hold-ends": "Its rows give several ends of its hold; the end is uncertain.",
        "differing-release-times": "Its rows give several releases; the release is uncertain.",
        "duplicate-row": "Two of its rows say the same in every mapped column.",
        "hold-ended-after-release": "An immigration hold has an end after the release.",
        "hold-ended-before-booking": (
            "An immigration hold has an end before the booking: when it ended is not known."
        ),
        "hold-not-listed": (
            "A line looks like an immigration hold, and the mapping does not list its words: it "
            "was taken for a charge."
        ),
        "id-cut-by-spreadsheet": (
            "Its id was cut by a spreadsheet, such as 2.02603E+11: several bookings may have run "
            "together."
        ),
        "ids-almost-alike": "Its id differs from another one only in letter case or a `.0`.",
        "impossible-time": (
            "A time cannot be true: before 1972, or after the day of the file. It counts as not "
            "known."
        ),
        "lists-of-unequal-length": "The lists in its cells are not of one length.",
        "midnight-read-as-date": (
            "A time at midnight, or at another time of day that stands for none in its column, "
            "counts as a bare date."
        ),
        "release-is-last-end": "The export has no release: the last end of the booking stands.",
        "released-without-time": "The person is gone, and no time of release is given.",
        "row-rejected": "One of its rows could not be read, so that an end is not known.",
        "several-stays": "Its id stands for several stays that do not overlap, each a booking.",
        "shared-instant": (
            "A time is one that far too many bookings share, such as the day of a change of "
            "systems: it counts as not known."
        ),
        "unmapped-value": "A disposition or agency is not in the mapping.",
    }
)
"""What a booking's notes mean."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One booking of an export.

    Attributes:
        record: What it says, as a custody record.
        rows: The lines of the file that it rests on.
        notes: Codes of `NOTES`: what is odd about its data.
        unmapped: Fields and texts that the mapping does not list.
    """

    record: CustodyRecord
    rows: tuple[int, ...]
    notes: tuple[str, ...]
    unmapped: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Built:
    """What became of the rows of one booking.

    Attributes:
        bookings: The bookings: one for each stay under the id, none when no row could be read.
        rejects: Its rows that could not be read.
        rows_used: How many rows the record rests on, duplicates included.
        duplicates: How many of these say what another one says.
    """

    bookings: tuple[Booking, ...]
    rejects: tuple[Reject, ...]
    rows_used: int
    duplicates: int

    @property
    def booking(self) -> Booking | None:
        """The only booking, or the first."""
        return self.bookings[0] if self.bookings else None
