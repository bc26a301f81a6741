"""What comes in: jail exports of any kind, read by a mapping file, without knowing the law.

The road: `load_mapping` reads how an export is laid out, `iter_groups` brings the rows of each
booking together, `build_booking` makes a custody record of them, and a `Tally` says what became
of every row. `propose` drafts a mapping for an export that nobody has mapped yet.
"""

from exeat.intake.booking import NOTES, Booking, Built
from exeat.intake.build import build_booking
from exeat.intake.csvfile import Row, open_export
from exeat.intake.groups import Tally, iter_bookings, iter_groups
from exeat.intake.mapping import load_mapping, place_in, read_mapping, shipped_maps
from exeat.intake.model import Mapping
from exeat.intake.rejects import Reject, RejectFile

__all__ = [
    "NOTES",
    "Booking",
    "Built",
    "Mapping",
    "Reject",
    "RejectFile",
    "Row",
    "Tally",
    "build_booking",
    "iter_bookings",
    "iter_groups",
    "load_mapping",
    "open_export",
    "place_in",
    "read_mapping",
    "shipped_maps",
]
