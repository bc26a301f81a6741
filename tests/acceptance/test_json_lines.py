"""Records as JSON Lines: one line in, one line out, in order, and a fault stays with its line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.readme import ROOT, exeat

RECORDS = ROOT / "src/exeat/sample/records"
AT = "2026-11-20T18:00:00-07:00"


def record(name: str = "may-be-held", **changed: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((RECORDS / f"{name}.json").read_text(encoding="utf-8"))
    return read | changed


def file_of(folder: Path, *lines: object) -> str:
    """Write a file of lines; text stands as it is, so that a line can be malformed."""
    path = folder / "cases.jsonl"
    rows = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_bytes(("\n".join(rows) + "\n").encode("utf-8", "surrogateescape"))
    return str(path)


def lines_out(done: subprocess.CompletedProcess[str]) -> list[Any]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def faults(line: Any) -> list[tuple[str, str]]:
    return [(fault["code"], fault["place"]) for fault in line["error"]["faults"]]


def test_clear_answers_each_line_in_order_as_it_answers_one_record(tmp_path: Path) -> None:
    asked = [("may-be-held", "us-az"), ("must-go", "us-wa-pierce"), ("cannot-decide", "us-tx")]
    rows = [
        {"record": record(name, id=name), "place": place, "at": AT, "id": f"line {name}"}
        for name, place in asked
    ]
    done = exeat("clear", file_of(tmp_path, *rows), "--json")
    assert done.returncode == 0, done.stderr
    out = lines_out(done)
    assert [line["id"] for line in out] == [f"line {name}" for name, _ in asked]
    assert [line["verdict"] for line in out] == ["may-hold", "release", "unknown"]
    for line, row in zip(out, rows, strict=True):
        text = json.dumps(row["record"], indent=1)
        alone = exeat("clear", "-", "--place", row["place"], "--at", AT, "--json", stdin=text)
        assert {"id": line["id"], **json.loads(alone.stdout)} == line
    assert {"certainty", "until", "overdue_since"} <= out[0].keys()
    assert all({"about", "state"} <= duty.keys() for duty in out[0]["duties"])
    assert all("about" in option for option in out[0]["options"])
    assert all("fact" in question for question in out[2]["questions"])


def test_what_a_line_leaves_out_the_command_gives_and_the_line_goes_before_it(
    tmp_path: Path,
) -> None:
    path = file_of(
        tmp_path,
        record(id="a record alone"),
        {"record": record(id="of Texas"), "place": "us-tx", "at": "2026-11-20T19:00:00-07:00"},
    )
    done = exeat("clear", path, "--place", "us-az", "--at", AT, "--json")
    assert [(line["id"], line["place"], line["at"]) for line in lines_out(done)] == [
        ("a record alone", "us-az", "2026-11-20T18:00:00-07:00"),
        ("of Texas", "us-tx", "2026-11-20T19:00:00-07:00"),
    ]


NEXT_TO_IT = {"record": record(id="good"), "place": "us-az", "at": AT}
AT_FAULT = [
    ("a line that is no JSON", '{"record": ', [("E100", "")], None),
    ("a line that is no UTF-8", "\udcff", [("E100", "")], None),
    ("a line that nests too deep", "[" * 100_000, [("E100", "")], None),
    ("a line that is no object", "[1]", [("E110", "")], None),
    ("a number for a place", NEXT_TO_IT | {"place": 4}, [("E110", "field `place`")], "good"),
    ("a key that is none", NEXT_TO_IT | {"plcae": "us"}, [("E110", "field `plcae`")], "good"),
    ("no place", NEXT_TO_IT | {"place": None}, [("E404", "field `place`")], "good"),
    ("a place that is not known", NEXT_TO_IT | {"place": "us-zz"}, [("E220", "place")], "good"),
    ("a year far off", NEXT_TO_IT | {"at": "9999-01-01T00:00Z"}, [("E402", "field `at`")], "good"),
    (
        "three faults at once, and an id of its own",
        {"record": record(booked="soon"), "place": "us-zz", "at": "noon", "id": "x"},
        [("E101", "field `booked`"), ("E402", "field `at`"), ("E220", "place")],
        "x",
    ),
    ("a record that is none", NEXT_TO_IT | {"record": 7}, [("E102", "")], None),
    (
        "a lone surrogate for an id",
        '{"record": {"id": "\\ud800", "zone": "UTC", "booked": "2026"}, "place": "us"}',
        [("E100", "")],
        "\ud800",
    ),
]


@pytest.mark.parametrize(
    ("line", "told", "id"), [row[1:] for row in AT_FAULT], ids=[row[0] for row in AT_FAULT]
)
def test_a_line_at_fault_tells_its_faults_and_the_next_is_answered(
    line: object, told: list[tuple[str, str]], id: str | None, tmp_path: Path
) -> None:
    done = exeat("clear", file_of(tmp_path, "", line, NEXT_TO_IT), "--json")
    assert done.returncode == 2
    wrong, good = lines_out(done)
    where = "cases.jsonl, line 2"
    assert faults(wrong) == [(code, f"{where}, {at}" if at else where) for code, at in told]
    assert all(fault["problem"] and fault["remedy"] for fault in wrong["error"]["faults"])
    assert (wrong["id"], wrong["error"]["line"]) == (id, 2)
    assert (good["id"], good["verdict"]) == ("good", "may-hold")
    assert done.stderr == "1 of 2 lines are at fault\n"


def test_clear_reads_lines_from_standard_input() -> None:
    text = json.dumps(NEXT_TO_IT) + "\n" + json.dumps(NEXT_TO_IT | {"id": "again"}) + "\n"
    assert [line["id"] for line in lines_out(exeat("clear", "-", "--json", stdin=text))] == [
        "good",
        "again",
    ]
    done = exeat("clear", "-", "--lines", "--json", stdin="{\n" + text)
    assert [line["id"] for line in lines_out(done)] == [None, "good", "again"]


def test_clear_says_each_verdict_in_words_without_json(tmp_path: Path) -> None:
    done = exeat("clear", file_of(tmp_path, NEXT_TO_IT, "{"))
    said, wrong = done.stdout.splitlines()
    assert said.startswith(
        "good: MAY HOLD: this office may keep the person, and need not: until Sun 22"
    )
    assert wrong == "line 2: no answer, the line is at fault"
    assert "cases.jsonl, line 2: is not JSON" in done.stderr


def test_brief_json_leaves_out_the_law_under_the_answer(tmp_path: Path) -> None:
    path = file_of(tmp_path, NEXT_TO_IT)
    [whole] = lines_out(exeat("clear", path, "--json"))
    [brief] = lines_out(exeat("clear", path, "--json", "--brief"))
    assert whole.pop("rules")
    assert brief == whole


def test_one_record_without_a_place_is_told_what_is_missing() -> None:
    done = exeat("clear", str(RECORDS / "must-go.json"))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--place: is missing" in done.stderr


KEPT = {
    "id": "kept",
    "zone": "America/Phoenix",
    "booked": "2026-11-02T09:00-07:00",
    "bases": [
        {"id": "b", "kind": "charge", "end": "2026-11-03T09:00-07:00", "ended_by": "bail"},
    ],
    "release": {"at": "2026-11-04T09:00-07:00", "kind": "street"},
}


def test_audit_tells_the_findings_of_each_record_in_order(tmp_path: Path) -> None:
    prompt = KEPT | {"id": "prompt", "release": {"at": "2026-11-03T10:00-07:00"}}
    path = file_of(tmp_path, prompt, {"record": KEPT, "place": "us-wa", "id": "mine"}, {"id": "x"})
    done = exeat("audit", "--records", path, "--place", "us-az", "--json")
    assert done.returncode == 2
    none, some, wrong = lines_out(done)
    assert none == {"id": "prompt", "findings": []}
    assert (some["id"], wrong["id"]) == ("mine", "x")
    [found] = [one for one in some["findings"] if one["kind"] == "held-without-authority"]
    # The list of grounds is not said to be complete, so that nothing is certain.
    assert (found["certainty"], found["start"]) == ("possible", "2026-11-03T09:00:00-07:00")
    assert found["hours"] > 19
    assert found.keys() >= {"end", "says", "rules", "detainer", "questions"}
    assert {code for code, _ in faults(wrong)} == {"E102"}


def held_by_a_request(offset: str, left: str) -> dict[str, object]:
    """Bail on Wednesday 4 March at nine; a request served, no warrant, handed to ICE later."""
    [charge], [paper] = record("common")["bases"], record("common")["detainers"]
    told = {"received": f"2026-03-02T12:00{offset}", "served": f"2026-03-02T12:30{offset}"}
    return record(
        "common",
        id="held",
        zone="America/Los_Angeles" if offset == "-08:00" else "America/Chicago",
        booked=f"2026-03-02T09:00{offset}",
        bases_complete=True,
        bases=[charge | {"start": f"2026-03-02T09:00{offset}", "end": f"2026-03-04T09:00{offset}"}],
        detainers=[paper | told | {"issued": "2026-03-02", "warrants": []}],
        release={"at": left + offset, "kind": "to-ice"},
    )


@pytest.mark.parametrize(
    ("place", "offset", "left", "kind", "start", "hours", "rule"),
    [
        # RCW 10.93.160 forbids any hold on the request: nothing gave authority from nine on.
        (
            "us-wa", "-08:00", "2026-03-05T10:00", "held-without-authority",
            "2026-03-04T09:00:00-08:00", 25.0, "wa-no-hold",
        ),
        # Texas commands the hold, and 48 hours from Wednesday end on Friday on each reading.
        (
            "us-tx", "-06:00", "2026-03-07T10:00", "held-past-authority",
            "2026-03-06T09:00:00-06:00", 25.0, "us-hold-48-ceiling",
        ),
    ],
)  # fmt: skip
def test_who_was_kept_against_the_law_is_certainly_found_so(
    place: str, offset: str, left: str, kind: str, start: str, hours: float, rule: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    path = file_of(tmp_path, held_by_a_request(offset, left))
    done = exeat("audit", "--records", path, "--place", place, "--json")
    assert done.returncode == 0, done.stderr
    [line] = lines_out(done)
    [found] = [one for one in line["findings"] if one["kind"].startswith("held-")]
    seen = (found["kind"], found["certainty"], found["start"], found["hours"])
    assert seen == (kind, "certain", start, hours)
    assert rule in found["rules"]


def test_the_hours_of_the_jail_s_own_setting_make_nothing_certain(tmp_path: Path) -> None:
    nobody_asks = held_by_a_request("-08:00", "2026-03-05T10:00") | {"detainers": []}
    done = exeat("audit", "--records", file_of(tmp_path, nobody_asks), "--place", "us-wa", "--json")
    [line] = lines_out(done)
    [found] = line["findings"]
    assert (found["kind"], found["certainty"]) == ("held-without-authority", "possible")


def test_audit_of_records_reads_standard_input_and_says_it_in_words() -> None:
    done = exeat("audit", "--records", "-", "--place", "us-az", stdin=json.dumps(KEPT))
    first, finding, *_ = done.stdout.splitlines()
    assert (done.returncode, first[:6]) == (0, "kept: ")
    assert finding.startswith("  - held-without-authority (possible): ")


def test_audit_as_of_a_time_finds_who_is_still_inside_and_a_line_s_own_goes_before() -> None:
    inside = {key: value for key, value in KEPT.items() if key != "release"}
    lines = [
        inside,
        {"record": inside, "as_of": "2026-11-03T10:00-07:00", "id": "prompt"},
        {"record": inside, "as_of": "2026-11-03T10:00", "id": "no offset"},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    words = ["audit", "--records", "-", "--place", "us-az", "--json"]
    now = exeat(*words, "--as-of", "2026-11-05T09:00-07:00", stdin=text)
    kept, prompt, wrong = lines_out(now)
    assert "held-without-authority" in {one["kind"] for one in kept["findings"]}
    assert "held-without-authority" not in {one["kind"] for one in prompt["findings"]}
    assert {code for code, _ in faults(wrong)} == {"E402"}
    [left_out] = lines_out(exeat(*words, stdin=json.dumps(inside)))
    assert "held-without-authority" not in {one["kind"] for one in left_out["findings"]}


def test_clear_says_that_a_record_cannot_tell_what_was_known_when(tmp_path: Path) -> None:
    then = "2026-11-20T17:00-07:00"
    done = exeat("clear", str(RECORDS / "must-go.json"), "--place", "us", "--known-at", then)
    assert (done.returncode, done.stdout) == (2, "")
    told = " ".join(done.stderr.split())
    assert "--known-at: cannot be answered from a record" in told
    assert "ask the desk" in told
    [line] = lines_out(exeat("clear", file_of(tmp_path, NEXT_TO_IT | {"known_at": then}), "--json"))
    assert {code for code, _ in faults(line)} == {"E410"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["--records", "x.jsonl", "--out", "o", "--map", "m"],
            ["--out: does not go with", "--map: does not go with"],
        ),
        (["x.csv"], ["x.csv: cannot be opened"]),
        (["x.csv", "--map", "pierce", "--json"], ["--json: does not go with an export"]),
        ([], ["FILE: is missing"]),
        (["--records", "nowhere.jsonl"], ["nowhere.jsonl: cannot be read"]),
    ],
)
def test_audit_refuses_what_does_not_go_together(words: list[str], told: list[str]) -> None:
    done = exeat("audit", *words)
    assert done.returncode == 2
    assert all(words in done.stderr for words in told), done.stderr


def test_an_export_is_audited_up_to_a_day_for_those_who_are_still_inside(tmp_path: Path) -> None:
    export = tmp_path / "inside.csv"
    export.write_text(
        "booking_number,booked,released,charge,charge_end\n"
        "B-1,2026-03-02 09:00,,THEFT,2026-03-03 09:00\n"
        "B-2,2026-03-02 09:00,2026-03-03 10:00,THEFT,2026-03-03 09:00\n"
    )
    layout = str(tmp_path / "m.toml")
    assert exeat("map", str(export), "--out", layout).returncode == 0

    def found(*words: str) -> dict[str, float | None]:
        out = tmp_path / f"out{len(words)}"
        done = exeat(
            "audit", str(export), "--map", layout, "--place", "us-ca", "--out", str(out), *words
        )
        assert done.returncode == 0, done.stderr
        rows = json.loads((out / "findings.json").read_text(encoding="utf-8"))
        return {row["kind"]: row["hours"] for row in rows}

    assert found() == {"record-incomplete": None}
    # From the end of the charge on Tuesday to noon on Monday, the clocks an hour forward.
    assert found("--as-of", "2026-03-09T12:00-07:00") == {"held-without-authority": 146.0}


def test_the_module_runs_as_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "exeat", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == exeat("--version").stdout
    assert "Usage: exeat " in exeat("clear", "--help").stdout
