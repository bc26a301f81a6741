"""Local times as jails write them: which instant each is, or why it is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from exeat.facts.times import NEVER, Uncertain
from exeat.intake import Mapping, build_booking, read_mapping
from exeat.intake.formats import compile_format
from exeat.intake.times import ReadTime, TimeFault, TimeReader

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
US = "%m/%d/%Y %I:%M %p"

READ = {
    # name: (format, text, instant in UTC)
    "seconds": ("iso", "2017-04-21 11:43:05", "2017-04-21T18:43:05"),
    "no seconds": ("iso", "2017-04-21 11:43", "2017-04-21T18:43:00"),
    "a T between": ("iso", "2017-04-21T11:43:00", "2017-04-21T18:43:00"),
    "thousandths": ("iso", "2017-04-21 11:43:00.250", "2017-04-21T18:43:00.250000"),
    "in winter": ("iso", "2017-01-21 11:43:00", "2017-01-21T19:43:00"),
    "with its offset": ("iso", "2017-04-21 11:43-05:00", "2017-04-21T16:43:00"),
    "in UTC": ("iso", "2017-04-21T11:43:00Z", "2017-04-21T11:43:00"),
    "the doubtful hour with its offset": ("iso", "2017-11-05 01:30-08:00", "2017-11-05T09:30:00"),
    "before the clocks go forward": ("iso", "2017-03-12 01:59:59", "2017-03-12T09:59:59"),
    "after the clocks went forward": ("iso", "2017-03-12 03:00:00", "2017-03-12T10:00:00"),
    "American": (US, "4/21/2017 1:43 PM", "2017-04-21T20:43:00"),
    "American midnight": (US, "4/21/2017 12:05 AM", "2017-04-21T07:05:00"),
    "American noon, with points": (US, "4/21/2017 12:05 p.m.", "2017-04-21T19:05:00"),
    "two digits of the year": ("%m/%d/%y %H:%M", "04/21/17 11:43", "2017-04-21T18:43:00"),
    "the month by name": ("%d-%b-%Y %H:%M", "21-APR-2017 11:43", "2017-04-21T18:43:00"),
    "SQL Server's own": ("%b %d %Y %I:%M%p", "Apr  1 2017 11:43AM", "2017-04-01T18:43:00"),
    "Oracle's own": (
        "%d-%b-%y %I.%M.%S.%f %p",
        "21-APR-17 11.43.00.000000 AM",
        "2017-04-21T18:43:00",
    ),
    "an offset without minutes": ("iso", "2017-04-21 11:43:00-05", "2017-04-21T16:43:00"),
    "a zone word in winter time": (
        "%Y-%m-%d %H:%M:%S %Z",
        "2017-04-21 11:43:00 PST",
        "2017-04-21T19:43:00",
    ),
    "a zone word for the first of two": (
        "%Y-%m-%d %H:%M %Z",
        "2017-11-05 01:30 PDT",
        "2017-11-05T08:30:00",
    ),
    "a zone word for the second of two": (
        "%Y-%m-%d %H:%M %Z",
        "2017-11-05 01:30 PST",
        "2017-11-05T09:30:00",
    ),
    "a zone word that leaves the season open": (
        "%Y-%m-%d %H:%M %Z",
        "2017-04-21 11:43 PT",
        "2017-04-21T18:43:00",
    ),
    "a letter of the armed forces": ("%m/%d/%Y %H%M%Z", "04/21/2017 1143R", "2017-04-21T16:43:00"),
    "military": ("%m/%d/%Y %H%M", "04/21/2017 0043", "2017-04-21T07:43:00"),
    "military that lost its noughts": ("%m/%d/%Y %H%M", "04/21/2017 943", "2017-04-21T16:43:00"),
    "24:00 is the end of the day": ("iso", "2017-04-21 24:00", "2017-04-22T07:00:00"),
    "seconds of the epoch": ("epoch", "1492800180", "2017-04-21T18:43:00"),
    "milliseconds of the epoch": ("epoch-ms", "1492800180250", "2017-04-21T18:43:00.250000"),
    "days of a spreadsheet": ("excel", "42846.4881944444", "2017-04-21T18:43:00"),
    "compact": ("%Y%m%d%H%M%S", "20170421114305", "2017-04-21T18:43:05"),
    "weekday and month by name": (
        "%A, %B %d, %Y %I:%M %p",
        "Friday, April 21st, 2017 11:43 AM",
        "2017-04-21T18:43:00",
    ),
    "time before date": ("%H:%M %m/%d/%Y", "11:43 04/21/2017", "2017-04-21T18:43:00"),
    "a no-break space": ("iso", "2017-04-21\xa011:43", "2017-04-21T18:43:00"),
    "half of the day in one letter": (
        "%m/%d/%Y %I:%M%p",
        "04/21/2017 11:43A",
        "2017-04-21T18:43:00",
    ),
}


@pytest.mark.parametrize(("style", "text", "instant"), READ.values(), ids=READ.keys())
def test_a_time_is_read(style: str, text: str, instant: str) -> None:
    read = TimeReader(LOS_ANGELES, (style,)).read(text)
    assert isinstance(read, ReadTime)
    assert read.earlier == read.later == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert read.earlier.tzinfo is UTC


NO_TIMES = [
    "2017-02-29 10:00:00", "2017-13-01 10:00:00", "2017-04-21 24:30:00", "2017-04-21 10:60:00",
    "20170421 10:00:00", "2017-W16-5T10:00:00", "1900-01-01 00:00:00", "9999-12-31 23:59:59",
    "2017-03-12 02:00:00", "2017-03-12 02:59:59", "2017-04-21 10:00+99:00", "soon", "0",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_says_why(text: str) -> None:
    fault = TimeReader(LOS_ANGELES, ("iso",)).read(text)
    assert isinstance(fault, TimeFault)
    assert fault.problem and fault.remedy


def test_a_bare_date_stays_a_date() -> None:
    read = TimeReader(LOS_ANGELES, ("%m/%d/%Y",)).read("4/21/2017")
    assert isinstance(read, ReadTime) and read.earlier == Uncertain("2017-04-21")


def test_midnight_is_a_date_where_the_mapping_says_so() -> None:
    reader = TimeReader(LOS_ANGELES, ("iso",), no_clocks=frozenset({time(0)}))
    for text in ("2017-04-21 00:00:00", "2017-04-21T00:00", "2017-04-21T00:00:00Z"):
        read = reader.read(text)
        assert isinstance(read, ReadTime) and read.earlier == Uncertain("2017-04-21")
    for text in ("2017-04-21 00:01:00", "2017-04-21 24:00"):
        read = reader.read(text)
        assert isinstance(read, ReadTime) and isinstance(read.earlier, datetime)


def test_a_column_may_be_written_in_another_zone() -> None:
    reader = TimeReader(LOS_ANGELES, ("iso",), written_in=ZoneInfo("UTC"))
    read = reader.read("2017-04-21 02:43:00")
    assert isinstance(read, ReadTime)
    assert (str(read.earlier), str(read.local_day)) == ("2017-04-21 02:43:00+00:00", "2017-04-20")


@pytest.mark.parametrize("text", ["1970-01-01 00:00:00", "2099-12-31", "2018-01-02 10:00"])
def test_a_time_that_cannot_be_true_is_known_for_one(text: str) -> None:
    fault = TimeReader(LOS_ANGELES, ("iso",), until=date(2018, 1, 1)).read(text)
    assert isinstance(fault, TimeFault) and fault.implausible


def test_the_quick_way_and_the_long_way_read_alike() -> None:
    quick, slow = TimeReader(LOS_ANGELES, ("iso",)), TimeReader(LOS_ANGELES, ("%Y/%m/%d", "iso"))
    for month in range(1, 13):
        for day in (1, 5, 12, 28):
            for hour in range(24):
                text = f"2017-{month:02}-{day:02} {hour:02}:30:00"
                one, other = quick.read(text), slow.read(text)
                assert one == other or isinstance(one, TimeFault), text


BAD_FORMATS = {
    "half of the day not said": ("%m/%d/%Y %I:%M", "which half of the day"),
    "no year": ("%m/%d %H:%M", "a year, a month and a day"),
    "an unknown letter": ("%m/%d/%Y %Q", "`%Q` is not known"),
    "a letter twice": ("%m/%m/%d/%Y", "twice"),
    "minutes and no hour": ("%m/%d/%Y %M", "no hour"),
    "a lone sign at the end": ("%m/%d/%Y %", "not known"),
}


@pytest.mark.parametrize(("text", "words"), BAD_FORMATS.values(), ids=BAD_FORMATS.keys())
def test_a_format_without_one_meaning_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        compile_format(text)


# --- the hour that the clocks show twice, and other odd times in a booking ----------


def mapping_with(policy: str, empty_end: str = "unknown") -> Mapping:
    return read_mapping(
        f"""
        format = 1
        name = "test"
        zone = "America/Los_Angeles"
        [columns]
        record_id = "id"
        booked_at = "in"
        released_at = "out"
        ended_at = "end"
        charge = "charge"
        [times]
        ambiguous = "{policy}"
        empty_end = "{empty_end}"
        [hold]
        immigration = {{ column = "charge", any_of = ["ICE"] }}
        """
    )


def packed(line: int, booked: str, released: str, ended: str, charge: str) -> str:
    return "\x1f".join((str(line), "a1", booked, released, ended, charge))


TWICE = "2017-11-05 01:30:00"
FIRST, SECOND = "2017-11-05 08:30:00+00:00", "2017-11-05 09:30:00+00:00"
POLICIES = {
    # policy: (end of the charge, end of the hold, release)
    "shortest-hold": (SECOND, FIRST, FIRST),
    "earlier": (FIRST, FIRST, FIRST),
    "later": (SECOND, SECOND, SECOND),
    "uncertain": (str(Uncertain("2017-11-05")),) * 3,
}


@pytest.mark.parametrize("policy", POLICIES)
def test_in_a_repeated_hour_the_policy_decides(policy: str) -> None:
    rows = [packed(n, "2017-11-01 09:00", TWICE, TWICE, c) for n, c in ((2, "DWI"), (3, "ICE"))]
    booking = build_booking(rows, mapping_with(policy)).booking
    assert booking is not None and booking.record.release is not None
    found = (
        booking.record.grounds[0].end,
        booking.record.detainers[0].lifted,
        booking.record.release.at,
    )
    assert tuple(map(str, found)) == POLICIES[policy]
    assert booking.notes == ("ambiguous-time",)


ODD = {
    # name: (rows of booked, released, ended; notes; release)
    "a charge that ends after release": (
        [("2017-05-01 09:00", "2017-05-02 09:00", "2017-05-02 21:00")],
        ("charge-ended-after-release",), "2017-05-02 16:00:00+00:00",
    ),
    "a charge that ends with the release": (
        [("2017-05-01 09:00", "2017-05-02 09:00", "2017-05-02 09:00")],
        (), "2017-05-02 16:00:00+00:00",
    ),
    "a charge that ends before booking": (
        [("2017-05-01 09:00", "2017-05-02 09:00", "2017-05-01 08:00")],
        ("charge-ended-before-booking",), "2017-05-02 16:00:00+00:00",
    ),
    "two booking times": (
        [("2017-05-01 09:00", "2017-05-02 09:00", ""),
         ("2017-05-01 10:00", "2017-05-02 09:00", "")],
        ("differing-booking-times",), "2017-05-02 16:00:00+00:00",
    ),
    "two releases": (
        [("2017-05-01 09:00", "2017-05-02 09:00", ""),
         ("2017-05-01 09:00", "2017-05-04 09:00", "")],
        ("differing-release-times",), str(Uncertain("2017-05-02/2017-05-04")),
    ),
    "one row that lacks the release": (
        [("2017-05-01 09:00", "2017-05-02 09:00", ""), ("2017-05-01 09:00", "", "")],
        ("differing-release-times",), "2017-05-02 16:00:00+00:00",
    ),
    "the same row twice": (
        [("2017-05-01 09:00", "2017-05-02 09:00", "")] * 2,
        ("duplicate-row",), "2017-05-02 16:00:00+00:00",
    ),
    "bare dates": (
        [("2017-05-01", "2017-05-02", "2017-05-02")],
        ("date-without-time",), str(Uncertain("2017-05-02")),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("times", "notes", "release"), ODD.values(), ids=ODD.keys())
def test_odd_times_are_kept_and_noted(
    times: list[tuple[str, str, str]], notes: tuple[str, ...], release: str
) -> None:
    rows = [packed(number, *three, "DWI") for number, three in enumerate(times, start=2)]
    built = build_booking(rows, mapping_with("shortest-hold"))
    assert built.booking is not None and built.booking.record.release is not None
    assert built.booking.notes == notes
    assert str(built.booking.record.release.at) == release
    assert (built.rows_used, built.rejects) == (len(rows), ())


@pytest.mark.parametrize(
    ("empty_end", "released", "end"),
    [
        ("unknown", "", None),
        ("runs", "", NEVER),
        ("runs", "2017-05-02 09:00", None),
    ],
    ids=["not known", "still there: it runs", "released: whether it ran on is not known"],
)
def test_an_empty_end_means_what_the_mapping_says(
    empty_end: str, released: str, end: object
) -> None:
    row = packed(2, "2017-05-01 09:00", released, "", "DWI")
    booking = build_booking([row], mapping_with("later", empty_end)).booking
    assert booking is not None and booking.record.grounds[0].end is end
