"""`exeat place`: set a county up by nine questions, and show and check what was answered."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from exeat.cli._place_answers import asked_for, from_flags
from exeat.cli.common import LawDir, day_of
from exeat.errors import Fault, LawError, UsageError
from exeat.rules.counties import counties, county_of, place_id
from exeat.rules.layer import stale
from exeat.rules.library import on_demand
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.rules.profile import Profile
from exeat.rules.profile_file import (
    load_tables,
    profile_of,
    profile_path,
    profiles_in,
    read_profile,
)
from exeat.rules.profile_questions import QUESTIONS, SIGNATURE
from exeat.rules.profile_setup import current, head_of, items, merged, open_questions, set_up

__all__ = ["check", "setup", "show"]

_FOLDER = Path("exeat-law")


def _flag(words: str, *names: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        *names, help=words, rich_help_panel="The nine questions"
    )
    return option


def setup(
    place: Annotated[
        str, typer.Argument(help="The state, such as us-oh; or the place itself, such as 39049.")
    ],
    fips: Annotated[str | None, typer.Option(help="The county's FIPS code: five digits.")] = None,
    name: Annotated[str, typer.Option(help="How its people call it.")] = "",
    answers: Annotated[
        Path | None, typer.Option(help="A TOML file of answers, as `exeat place show` names them.")
    ] = None,
    power: Annotated[str, _flag("1. yes or no, then `; first_day=…; cite=…`.")] = "",
    judged: Annotated[
        list[str] | None, _flag("2. `RULE: applies; needs_warrant=yes; cite=…`; may be repeated.")
    ] = None,
    agreement: Annotated[
        list[str] | None,
        _flag("3. none, or `jail; first_day=2026-03-01; covers_hold=yes`."),
    ] = None,
    holds: Annotated[
        str, _flag("4. none, administrative-warrant, judge-warrant or supervisor.")
    ] = "",
    telling: Annotated[
        str, _flag("5. tell, on-request or do-not-tell, then `; who=…; lead_hours=4`.")
    ] = "",
    reading: Annotated[list[str] | None, _flag("6. `us-48-hours: form; cite=…`.")] = None,
    serving: Annotated[str, _flag("7. Who serves the copy of a request.")] = "",
    list_: Annotated[
        list[str] | None,
        _flag("8. `LIST: yes; statutes=PC 459, PC 460`.", "--list"),
    ] = None,
    while_undecided: Annotated[
        str, _flag("9. release, or `call; name=…; number=…; minutes=30`.")
    ] = "",
    by: Annotated[str, typer.Option(help="Who signs.")] = "",
    title: Annotated[str, typer.Option(help="In what office.")] = "",
    on: Annotated[str, typer.Option(help="On what day; today if left out.")] = "",
    cite: Annotated[str, typer.Option(help="On what the answers rest that cite nothing.")] = "",
    law: LawDir = None,
) -> None:
    """Answer nine questions about a place; each may be left undecided.

    On a terminal they are asked. Else they come from flags or from a file, or the profile is
    written with every question open. Undo an answer with the word undecided.

    Examples:
      exeat place setup us-oh --fips 39049 --name "Franklin County"

      exeat place setup 39049 --power "yes; cite=Code § 1" --by "Ann Example" --title Counsel
    """
    folder = law or _FOLDER
    chain = _law(_wanted(place, fips), folder)
    given = {
        "power": [power], "judged": judged or [], "agreement": agreement or [],
        "holds": [holds], "telling": [telling], "reading": reading or [],
        "serving": [serving], "list": list_ or [], "while_undecided": [while_undecided],
    }  # fmt: skip
    standing = current(chain, folder)
    head = head_of(chain, name) if name else standing["place"]
    tables = merged(standing, load_tables(answers) if answers else {}) | {"place": head}
    told = from_flags(given)
    day = day_of(on, "--on") if on else _today()
    if not told and answers is None and _on_terminal():
        by = by or typer.prompt(SIGNATURE[1].asks)
        title = title or typer.prompt(SIGNATURE[2].asks)
        told = asked_for(chain, tables, read_profile(tables, "profile"), day)
    sign = {"by": by, "title": title, "on": day.isoformat(), "cite": cite}
    profile = set_up(chain, merged(tables, told), folder, sign)
    typer.echo(f"Profile: {profile_path(chain.id, folder)}")
    _open(chain, profile, day)
    typer.echo(f"In force with --law {folder}, or EXEAT_LAW={folder}.")


def show(place: Annotated[str, typer.Argument(help="The place.")], law: LawDir = None) -> None:
    """Show a place: its codes, by whose law it answers, and what its profile says.

    Examples:
      exeat place show 39049
    """
    folder = law or _FOLDER
    chain = _law(place, folder)
    lowest = chain.chain[-1]
    profile = profile_of(chain.id, folder)
    county = counties().get(lowest.fips)
    code = f"FIPS {lowest.fips}" if lowest.fips else "no code"
    vintage = f", {county.vintage}" if county is not None and county.vintage else ""
    typer.echo(f"{profile.name if profile and profile.name else lowest.name} ({chain.id})")
    typer.echo(f"{code}{vintage}; answers by {' > '.join(p.id for p in chain.chain)}")
    typer.echo(f"time zone: {chain.zone or 'that of each record (the state has two)'}")
    if profile is None:
        typer.echo(f"No profile. Make one: exeat place setup {chain.id}")
        return
    typer.echo()
    text = profile_path(chain.id, folder).read_text(encoding="utf-8")
    typer.echo(text.partition("\n\n")[2].partition("\n\n")[2].rstrip())
    laid = law_of_place(chain.id, on_demand(folder), profile=profile)
    for gone in laid.removed:
        typer.echo(f"taken out: `{gone.rule.id}` {gone.why} (signed by {gone.signed})")
    typer.echo()
    _open(chain, profile, _today())


def check(
    place: Annotated[str | None, typer.Argument(help="One place; else every profile.")] = None,
    law: LawDir = None,
) -> None:
    """Check profiles: whether they can be read, and whether the law still asks what they answer.

    Examples:
      exeat place check --law our-law
    """
    folder = law or _FOLDER
    found = [place_id(place)] if place else profiles_in(folder)
    faults: list[Fault] = []
    for one in found:
        try:
            profile = profile_of(one, folder)
            if profile is None:
                message = "has no profile here"
                help = f"Make one: exeat place setup {one} --law {folder}"
                raise LawError.one("E226", one, message, help)
            chain = _law(one, folder)
            faults += stale(chain.chain, profile)
            law_of_place(one, on_demand(folder), profile=profile)
            for note in _notes(chain, profile):
                typer.echo(f"{one}: {note}")
        except LawError as error:
            faults += error.faults
    for fault in faults:
        typer.echo(f"{fault.place}: {fault.message} [{fault.code}]\n  help: {fault.help}", err=True)
    typer.echo(f"Profiles checked: {len(found)}. Faults: {len(faults)}.")
    if faults:
        raise typer.Exit(1)


def _notes(law: LawOfPlace, profile: Profile) -> list[str]:
    """Say where an answer stands against what the files of law say; that may be meant."""
    if profile.power is None:
        return []
    above = law.hold_power(profile.power.signed.on)
    if above is None or above is profile.power.answer:
        return []
    says = "gives" if above else "denies"
    return [f"note: question 1 is answered against the law file above, which {says} the power"]


def _wanted(place: str, fips: str | None) -> str:
    """Return the id of the place that is meant by a state and a code, or by either."""
    if fips is None:
        return place_id(place)
    county = county_of(fips)
    if county is None:
        raise UsageError.one("E402", "--fips", f"`{fips}` is no FIPS code", "Give five digits.")
    if place_id(place) not in (county.parent, county.id):
        raise UsageError.one(
            "E402",
            "--fips",
            f"`{fips}` is {county.name}, {county.state}, and not of `{place}`",
            f"Give `{county.parent}`, or another code.",
        )
    return county.id


def _law(place: str, folder: Path) -> LawOfPlace:
    return law_of_place(place, on_demand(folder if folder.is_dir() else None))


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _open(law: LawOfPlace, profile: Profile, on: date) -> None:
    left = open_questions(law, profile, on)
    asked = [question for question in QUESTIONS if items(law, question, on)]
    typer.echo(f"{len(asked) - len(left)} of {len(asked)} questions are decided.")
    for question, keys in left.items():
        about = f" ({', '.join(keys)})" if keys != [""] else ""
        typer.echo(f"  not decided: {question.number}. {question.asks}{about}")
