"""The law in words: what every shipped rule says, and for which days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from exeat.report.chart import HoursHistogram, hours_svg, kept_bookings
from exeat.rules.library import shipped
from exeat.rules.place import law_of_place
from exeat.say.law_text import cite, law_of_day, rule_lines

PLACES = sorted(shipped())


@pytest.mark.parametrize("place", PLACES)
def test_every_rule_of_a_place_can_be_said_with_its_citations(place: str) -> None:
    law = law_of_place(place, shipped())
    for rule in law.rules:
        citations = cite(law, rule)
        assert citations
        assert all(c.title and c.says and c.basis in ("read", "recalled") for c in citations)
        lines = rule_lines(law, rule)
        assert rule.id in lines[0]
        assert rule.when in lines[1]


@pytest.mark.parametrize("place", ["us-wa-pierce", "us-tx-harris", "us-va-fairfax", "us-in-monroe"])
def test_the_span_of_a_law_is_the_whole_span_and_no_more(place: str) -> None:
    law = law_of_place(place, shipped())
    for year in range(1998, 2027, 4):
        found = law_of_day(law, date(year, 3, 1))
        names = [(rule.place, rule.id, rule.in_force) for rule in found.rules]
        for edge, step in ((found.first, -1), (found.last, 1)):
            if edge is None:
                continue
            inside, outside = (law_of_day(law, edge + timedelta(days=n)) for n in (0, step))
            assert [(r.place, r.id, r.in_force) for r in inside.rules] == names
            assert [(r.place, r.id, r.in_force) for r in outside.rules] != names


def test_the_chart_of_nothing_is_nothing() -> None:
    assert hours_svg(kept_bookings([]), HoursHistogram()) == ""


def test_many_bookings_are_drawn_as_counts() -> None:
    histogram = HoursHistogram()
    histogram.counts[0, "certain"] = 900
    histogram.counts[6, "possible"] = 11
    svg = hours_svg([], histogram)
    assert "900 + 0" in svg
    assert "more than 4 weeks: 0 certain, 11 possible" in svg
