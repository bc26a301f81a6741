"""Attack a desk: ``python -m tests.attack --seed 7 --steps 300``."""

from __future__ import annotations

import argparse
import logging
import secrets
import time

from tests.attack import STEPS, attack, ground


def main() -> int:
    """Run the command; 1: something got through."""
    asked = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    asked.add_argument("--seed", type=int, help="left out: one of chance, which is printed")
    asked.add_argument("--steps", type=int, help="left out: every step three times")
    asked.add_argument("--only", action="append", default=[], choices=sorted(STEPS))
    asked.add_argument("--list", action="store_true", help="say what is tried, and stop")
    asked.add_argument("--tell", action="store_true", help="name each step before it is tried")
    said = asked.parse_args()
    if said.list:
        for one in STEPS.values():
            print(f"{one.of:8} {one.name}: {one.refused}")
        return 0
    logging.disable(logging.CRITICAL)  # what the desk writes down of it is not the result
    seed = said.seed if said.seed is not None else secrets.randbelow(1_000_000)
    count = said.steps or 3 * len(said.only or STEPS)
    began = time.monotonic()
    with ground() as here:
        report = attack(
            here, seed, count, only=said.only, told=print if said.tell else lambda _: None
        )
    print(f"{report}\nattack: {time.monotonic() - began:.0f} seconds")
    return 1 if report.through else 0


if __name__ == "__main__":
    raise SystemExit(main())
