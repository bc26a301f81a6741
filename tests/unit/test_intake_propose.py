"""A mapping is proposed for an export that nobody has mapped, and says what is unsure."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import exeat.sample
from exeat.errors import IntakeError
from exeat.intake import Tally, iter_bookings, read_mapping
from exeat.intake.model import Codes
from exeat.intake.propose import Proposal, propose

SAMPLE = Path(exeat.sample.__file__).with_name("pierce-immigration-holds.csv")

# The layout of Broward County's spells: one row a booking, and columns about later arrests.
BROWARD = """person_id,jail_in,jail_out,charge_degree,charge,rearrest_date,rejail_in,rejail_out
96a3,2013-01-26 03:45:27,2013-02-05 05:36:53,F,Felony Battery w/Prior Convict,2013-07-05,,
a948,2014-02-18 05:08:24,2014-02-24 12:18:30,F,Possession Burglary Tools,2014-03-31,2014-03-31,
43a1,2013-08-29 08:55:23,2013-08-30 08:42:13,M,arrest case no charge,,,
"""

OTHER = """Booking No;Inmate Name;DOB;Intake Date;Release Date;Offense;Hold Agency;Sex
B-1;DOE, J;1/2/1990;4/21/2017 11:43 AM;4/25/2017 1:05 PM;Theft;SO;M
B-1;DOE, J;1/2/1990;4/21/2017 11:43 AM;4/25/2017 1:05 PM;ICE Detainer;DHS;M
B-2;ROE, R;3/4/1980;4/22/2017 1:43 PM;4/23/2017 9:05 AM;US Marshal Hold;USMS;F
"""


def confirmed(proposal: Proposal, zone: str) -> str:
    return proposal.toml.replace('zone = ""', f'zone = "{zone}"')


def proposed(folder: Path, text: str) -> tuple[Proposal, Path]:
    path = folder / "my export.csv"
    path.write_text(text, encoding="utf-8")
    return propose(path), path


def test_the_proposal_for_pierce_reads_the_file_as_the_shipped_mapping_does() -> None:
    proposal = propose(SAMPLE)
    mapping = read_mapping(confirmed(proposal, "America/Los_Angeles"))
    tally = Tally()
    bookings = list(iter_bookings(SAMPLE, mapping, tally))
    assert (tally.rows_read, tally.rows_rejected) == (691, 0)
    assert sum(bool(booking.record.detainers) for booking in bookings) == 204
    assert sum(not booking.record.bases for booking in bookings) == 7
    assert mapping.columns == {
        "record_id": ("booking_id",),
        "booked_at": ("booked_at",),
        "released_at": ("released_at",),
        "ended_at": ("charge_ended_at",),
        "charge": ("charge",),
        "disposition": ("charge_disposition",),
        "agency": ("charge_agency",),
        "offence_class": ("charge_category",),
    }
    assert any("`HOLD IMMIGRAT`" in sentence for sentence in proposal.unsure)


def test_a_layout_with_a_row_a_booking_has_no_immigration_line(tmp_path: Path) -> None:
    proposal, path = proposed(tmp_path, BROWARD)
    mapping = read_mapping(confirmed(proposal, "America/New_York"))
    assert mapping.columns["booked_at"] == ("jail_in",)
    assert mapping.columns["released_at"] == ("jail_out",)
    assert mapping.immigration_texts == ()
    assert "ended_at" not in mapping.columns
    assert any("No line looks like an immigration hold" in line for line in proposal.unsure)
    assert any("when each charge or hold ended" in line for line in proposal.unsure)
    assert len(list(iter_bookings(path, mapping))) == 3


def test_another_delimiter_other_times_and_columns_about_the_person(tmp_path: Path) -> None:
    proposal, path = proposed(tmp_path, OTHER)
    mapping = read_mapping(confirmed(proposal, "America/Chicago"))
    assert mapping.delimiter == ";"
    assert mapping.formats == ("%m/%d/%Y %I:%M %p",)
    assert mapping.immigration_texts == ("ICE Detainer",)
    named = {column for columns in mapping.columns.values() for column in columns}
    assert named == {"Booking No", "Intake Date", "Release Date", "Offense", "Hold Agency"}
    assert "DOE" not in proposal.toml and "1990" not in proposal.toml
    assert [len(b.record.detainers) for b in iter_bookings(path, mapping)] == [1, 0]


def test_a_person_id_makes_the_bookings_id_with_the_booking_time(tmp_path: Path) -> None:
    rows = "P1,2017-01-01 10:00,2017-01-02 10:00,A\nP1,2017-02-01 10:00,2017-02-02 10:00,B\n"
    proposal, path = proposed(tmp_path, "person_id,booked,released,charge\n" + rows)
    mapping = read_mapping(confirmed(proposal, "America/Chicago"))
    assert mapping.columns["record_id"] == ("person_id", "booked")
    assert [b.record.id for b in iter_bookings(path, mapping)] == [
        "P1|2017-01-01 10:00",
        "P1|2017-02-01 10:00",
    ]


@pytest.mark.parametrize(
    ("times", "formats", "unsure"),
    [
        (("04/21/2017", "04/25/2017"), ["%m/%d/%Y"], False),
        (("21/04/2017", "25/04/2017"), ["%d/%m/%Y"], False),
        (("03/04/2017", "05/04/2017"), ["%m/%d/%Y"], True),
    ],
    ids=["month first", "day first", "nobody can tell"],
)
def test_the_order_of_month_and_day(
    times: tuple[str, str], formats: list[str], unsure: bool, tmp_path: Path
) -> None:
    proposal, _ = proposed(tmp_path, f"id,booked,released,charge\n1,{times[0]},{times[1]},A\n")
    assert tomllib.loads(proposal.toml)["times"]["formats"] == formats
    assert any("month or the day first" in line for line in proposal.unsure) is unsure


def test_the_zone_is_never_guessed() -> None:
    proposal = propose(SAMPLE)
    assert any("time zone" in sentence for sentence in proposal.unsure)
    with pytest.raises(IntakeError, match="key `zone`: is missing"):
        read_mapping(proposal.toml)


@pytest.mark.parametrize("text", ["", "alone\n1\n2\n", "PK\x03\x04"])
def test_what_is_no_table_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(IntakeError):
        proposed(tmp_path, text)


# --- the patterns of holds ------------------------------------------------------------------

HOLDS = ("ICE HOLD - TESTPERSON, TESTNAME", "ICE HOLD (TESTPERSON TESTNAME)", "ICE/DHS HOLD")
NO_HOLDS = ("POLICE HOLD", "DALLAS POLICE HOLD", "RESISTING POLICE OFFICER", "JUVENILE JUSTICE")


def charges(texts: tuple[str, ...]) -> str:
    rows = [
        f"B{at},2026-01-{1 + at:02} 08:1{at % 10},2026-02-{1 + at:02} 09:3{at % 10},"
        f'"{text}",2026-01-{5 + at:02} 10:2{at % 10}'
        for at, text in enumerate(texts)
    ]
    return "\n".join(["Booking No,Booked,Released,Charge,Charge End", *rows])


def test_a_pattern_of_a_hold_is_in_no_other_word(tmp_path: Path) -> None:
    texts = (*HOLDS, "THEFT", "THEFT", *NO_HOLDS)
    proposal, path = proposed(tmp_path, charges(texts))
    mapping = read_mapping(confirmed(proposal, "America/Chicago"))
    finds = Codes(tuple((text, True) for text in mapping.immigration_texts)).finder()
    assert {text for text in texts if finds(text)} == set(HOLDS)
    assert "TESTNAME" not in proposal.toml
    assert sum(len(one.record.detainers) for one in iter_bookings(path, mapping)) == len(HOLDS)


def test_a_hold_among_others_in_its_own_column_is_in_no_other_word(tmp_path: Path) -> None:
    holds = ("ICE HOLD; PAROLE", "", "POLICE HOLD", "US MARSHALS", "PAROLE; ICE HOLD", "")
    rows = charges(("THEFT", "DUI") * 3).splitlines()
    text = "\n".join([rows[0] + ",Holds", *(map(",".join, zip(rows[1:], holds, strict=True)))])
    proposal, path = proposed(tmp_path, text)
    mapping = read_mapping(confirmed(proposal, "America/Chicago"))
    found = [len(one.record.detainers) for one in iter_bookings(path, mapping)]
    assert found == [1, 0, 0, 0, 1, 0]
    finds = Codes(tuple((text, True) for text in mapping.immigration_texts)).finder()
    assert finds("PAROLE; ICE HOLD; FUGITIVE") and not finds("PAROLE; POLICE HOLD; FUGITIVE")


def test_a_pattern_that_takes_what_is_no_hold_is_left_out_and_told(tmp_path: Path) -> None:
    texts = ("THEFT", "ICE DETENTION TESTPERSON HOLD", "POSS METH ICE PIPE", "DUI")
    proposal, path = proposed(tmp_path, charges(texts))
    mapping = read_mapping(confirmed(proposal, "America/Chicago"))
    assert "* ICE *" not in mapping.immigration_texts and "ICE *" in mapping.immigration_texts
    assert any("`* ICE *`" in text for text in proposal.unsure[: proposal.grave])
    found = [len(one.record.detainers) for one in iter_bookings(path, mapping)]
    assert found == [0, 1, 0, 0]


def test_a_star_in_the_jails_own_words_is_no_pattern(tmp_path: Path) -> None:
    texts = ("THEFT", "**ICE HOLD**", "DUI", "DUI")
    proposal, _ = proposed(tmp_path, charges(texts))
    listed = read_mapping(confirmed(proposal, "America/Chicago")).immigration_texts
    finds = Codes(tuple((text, True) for text in listed)).finder()
    assert finds("ICE HOLD") and not finds("POLICE HOLD")
    assert any(text.startswith("1 texts look like") for text in proposal.unsure[: proposal.grave])


# --- nobody's name --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["ICE HOLD TESTPERSON", "ICE HOLD - TESTPÉRSON", "SPOKE ICE TESTPERSON", "TO ICE TESTPERSON"],
)
def test_one_word_that_is_not_of_a_hold_is_not_copied(text: str, tmp_path: Path) -> None:
    proposal, _ = proposed(tmp_path, charges(("THEFT", text, "DUI", "THEFT", "DUI")))
    said = [*proposal.unsure, proposal.toml]
    assert not any("PERSON" in one or "PÉRSON" in one for one in said)
    assert "ICE" in proposal.toml


def test_a_text_of_one_booking_is_no_code_on_however_many_rows(tmp_path: Path) -> None:
    rows = ["Booking No,Booked,Released,Charge,Charge End,Release Reason"]
    for at in range(60):
        reason = "REL TO TESTPERSON BY ICE" if at == 7 else ("BAIL", "TO ICE")[at % 2]
        day = f"2026-03-{1 + at % 9:02} 08:{at:02}"
        end = f"2026-03-{11 + at % 9:02} 09:{at:02}"
        rows += [f"B{at},{day},{end},{charge},{end},{reason}" for charge in ("THEFT", "DUI")]
    proposal, _ = proposed(tmp_path, "\n".join(rows))
    assert '"TO ICE"' in proposal.toml and "TESTPERSON" not in proposal.toml


def test_when_a_detainer_was_lifted_is_no_release(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    rows = [
        f"B{n},2026-02-{n:02} 08:00,TEST THEFT,,2026-03-0{n % 3 + 1} 10:00" for n in range(1, 9)
    ]
    rows.append("B9,2026-02-09 08:00,TEST THEFT,,")
    head = "Booking No,Booked,Charge,Disposition,Detainer Lift Date"
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    proposal = propose(path)
    assert 'release = "not-given"' in proposal.toml
    mapping = read_mapping(proposal.toml, zone="America/Chicago")
    assert all(booking.record.release is None for booking in iter_bookings(path, mapping))
