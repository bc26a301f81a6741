"""Orders of courts and the power to hold, day by day."""

from __future__ import annotations

from datetime import date

from tests.unit.invented_law import HEAD, rule

from exeat.facts.times import Truth
from exeat.prove.coverage import stretches
from exeat.rules.loader import load_text
from exeat.rules.place import LawOfPlace, law_of_place
from exeat.say.law_text import law_of_day

LEVELS = {"us": ("country", ""), "us-xx": ("state", "us"), "us-xx-here": ("county", "us-xx")}
ORDER = '\n[[suspend]]\nrule = "{rule}"\nfirst_day = "{first}"\n{last}source = ["code"]\n'


def law_with(rules: dict[str, str], heads: dict[str, str] | None = None) -> LawOfPlace:
    library = {}
    for place, (kind, parent) in LEVELS.items():
        more = (f'parent = "{parent}"\n' if parent else "") + (heads or {}).get(place, "")
        text = HEAD.format(id=place, kind=kind, more=more) + rules.get(place, "")
        library[place] = load_text(text, f"{place}.toml")
    return law_of_place("us-xx-here", library)


def order(rule: str, first: str, last: str = "") -> str:
    return ORDER.format(rule=rule, first=first, last=f'last_day = "{last}"\n' if last else "")


def stands(law: LawOfPlace, day: str, place: str = "us-xx") -> Truth:
    """Say whether the command stands on a day."""
    [world] = law.on(date.fromisoformat(day)).worlds
    return next((force for rule, force in world.musts if rule.place == place), False)


# -- orders of courts ------------------------------------------------------------------------


def test_two_orders_about_one_rule_both_count_in_either_order() -> None:
    one, other = order("must", "2020-01-01", "2020-12-31"), order("must", "2022-01-01")
    for orders in (one + other, other + one):
        law = law_with({"us-xx": rule("must"), "us-xx-here": orders})
        days = ["2019-12-31", "2020-06-01", "2021-06-01", "2022-06-01"]
        assert [stands(law, day) for day in days] == [True, False, True, False]


def test_orders_at_two_levels_both_count() -> None:
    law = law_with(
        {
            "us": rule("must"),
            "us-xx": order("must", "2022-01-01"),
            "us-xx-here": order("must", "2020-01-01", "2020-12-31"),
        }
    )
    assert [stands(law, day, "us") for day in ("2020-06-01", "2021-06-01")] == [False, True]
    assert stands(law, "2022-06-01", "us") is False


def test_an_order_that_may_have_begun_leaves_the_rule_open() -> None:
    law = law_with({"us-xx": rule("must"), "us-xx-here": order("must", "2020")})
    assert [stands(law, f"{year}-06-01") for year in (2019, 2020, 2021)] == [True, None, False]


def test_one_order_that_surely_stands_outdoes_one_that_may() -> None:
    orders = order("must", "2020") + order("must", "2020-03-01", "2020-12-31")
    law = law_with({"us-xx": rule("must"), "us-xx-here": orders})
    assert [stands(law, day) for day in ("2020-02-01", "2020-06-01")] == [None, False]


def test_an_order_reaches_the_nearest_rule_of_that_name_and_no_other() -> None:
    law = law_with(
        {"us": rule("must"), "us-xx": rule("must"), "us-xx-here": order("must", "2020-01-01")}
    )
    assert stands(law, "2021-01-01", "us") is True
    assert stands(law, "2021-01-01", "us-xx") is False


# -- the power to hold -----------------------------------------------------------------------


def power(answer: bool, first: str = "") -> str:
    since = f'hold_power_first_day = "{first}"\n' if first else ""
    return f'hold_power = {str(answer).lower()}\n{since}hold_power_source = ["code"]\n'


def test_a_power_that_may_be_denied_by_now_is_not_the_parents() -> None:
    law = law_with({}, {"us-xx": power(True), "us-xx-here": power(False, "2020")})
    days = [date(year, 6, 1) for year in (2019, 2020, 2021)]
    assert [law.hold_power(day) for day in days] == [True, None, False]


def test_a_power_that_both_levels_give_is_known_whatever_the_day() -> None:
    law = law_with({}, {"us-xx": power(True), "us-xx-here": power(True, "2020")})
    assert law.hold_power(date(2020, 6, 1)) is True


def test_the_day_on_which_the_power_begins_is_a_day_on_which_the_law_turns() -> None:
    law = law_with({"us": rule("may", hours=48)}, {"us-xx-here": power(True, "2020-07-01")})
    assert date(2020, 7, 1) in law.turning_days
    assert date(2020, 7, 1) in {stretch.first_day for stretch in stretches(law, date(2021, 1, 1))}
    of_day = law_of_day(law, date(2020, 6, 1))
    assert of_day.last == date(2020, 6, 30)
