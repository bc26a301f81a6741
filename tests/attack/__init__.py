"""A seeded attack on a real desk: each step is a way in that somebody once found, or looked for.

``make attack`` tries all of them, in an order and with arguments that a seed gives.
"""

from tests.attack import at_the_gate, by_browser, by_input, by_routes, by_store
from tests.attack.frame import STEPS, GotThrough, Report, attack
from tests.attack.ground import Ground, ground

__all__ = [
    "STEPS",
    "GotThrough",
    "Ground",
    "Report",
    "at_the_gate",
    "attack",
    "by_browser",
    "by_input",
    "by_routes",
    "by_store",
    "ground",
]
