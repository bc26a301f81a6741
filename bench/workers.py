"""Clearances a second at one, two and four workers, on the week of the demonstration.

    python bench/workers.py [SECONDS]

Those who ask run on the same machine, so that on few cores they take away what they measure.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from exeat.desk.demo import fill
from exeat.desk.house import open_house
from exeat.office.clock import utcnow
from exeat.office.settings import Settings
from ledger import inside, keys_of, served
from load import closed
from run import machine

CLIENTS = 16


def main() -> None:
    """Measure, and print the figures of one run."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory(prefix="exw") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with open_house(folder, Settings()) as house:
            fill(house.desk, utcnow())
            key, _ = keys_of(house)
            paths = [f"/api/v1/records/{record}/clearance" for record in inside(house)]
        print(f"workers: {len(paths)} people in custody, {CLIENTS} clients ({machine()})")
        for workers in (1, 2, 4):
            with served(folder, workers) as port:
                closed(port, key, paths, CLIENTS, 5)  # Warm, all of them.
                load = os.getloadavg()[0]
                taken = closed(port, key, paths, CLIENTS, seconds)
            print(f"  {workers} workers  {taken.line()}  (load of the machine {load:.1f})")


if __name__ == "__main__":
    main()
