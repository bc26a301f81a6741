"""The command as a person meets it: started as a process, its words read."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

import polars as pl
import pytest

from tests.acceptance.readme import ROOT, exeat

RECORDS = ROOT / "src/exeat/sample/records"
HOLDS = ROOT / "src/exeat/sample/pierce-immigration-holds.csv"
AT = "2026-11-20T18:00:00-08:00"


@pytest.fixture(scope="module")
def pierce(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The audit of the real Pierce County holds, made once."""
    out = tmp_path_factory.mktemp("pierce")
    done = exeat(
        "audit", str(HOLDS), "--map", "pierce", "--place", "us-wa-pierce", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    (out / "printed.txt").write_text(done.stdout, encoding="utf-8")
    return out


def test_clear_answers_in_words_and_exits_with_0() -> None:
    done = exeat("clear", str(RECORDS / "must-go.json"), "--place", "us-wa-pierce", "--at", AT)
    assert done.returncode == 0
    assert done.stdout.startswith("RELEASE NOW.\n  when  Now; eligible for release since ")
    assert [line[:6].strip() for line in done.stdout.splitlines()[1:4]] == ["when", "why", "tell"]
    assert "because" in done.stdout
    assert "https://app.leg.wa.gov/RCW/default.aspx?cite=10.93.160" in done.stdout
    assert "research" in done.stdout
    assert "not legal advice" in done.stdout


def test_clear_reads_standard_input_and_prints_json() -> None:
    text = (RECORDS / "must-go.json").read_text(encoding="utf-8")
    done = exeat("clear", "-", "--place", "us-wa-pierce", "--at", AT, "--json", stdin=text)
    answer = json.loads(done.stdout)
    assert (answer["format"], answer["verdict"], answer["certainty"]) == (2, "release", "certain")
    assert "notify" in {ban["about"] for ban in answer["must_not"]}
    assert "notify" not in {option["about"] for option in answer["options"]}
    named = {rule for step in answer["because"] if (rule := step["rule"])} | set(
        answer["decided_by"]
    )
    assert named <= set(answer["rules"])
    assert all(rule["sources"] for rule in answer["rules"].values())


MISTAKES = [
    (
        "a file that is not there",
        ["clear", "nowhere.json", "--place", "us"],
        ["nowhere.json", "cannot be read"],
    ),
    (
        "a place that no law is known for",
        ["clear", str(RECORDS / "must-go.json"), "--place", "us-wa-peirce", "--at", AT],
        ["`us-wa-peirce`", "Did you mean `us-wa-pierce`?", "exeat law list"],
    ),
    (
        "a time without an offset",
        ["clear", str(RECORDS / "must-go.json"), "--place", "us", "--at", "2026-11-20T18:00"],
        ["`2026-11-20T18:00` has no offset", "2026-11-20T18:00-05:00"],
    ),
    (
        "an export that is no CSV",
        ["audit", str(ROOT / "LICENSE"), "--map", "pierce", "--out", "{out}"],
        ["booking_id"],
    ),
    (
        "a mapping that is not known",
        ["audit", str(HOLDS), "--map", "peirce", "--out", "{out}"],
        ["peirce", "pierce"],
    ),
    (
        "a rule that is not there",
        ["law", "show", "us-va", "va-no-such"],
        ["`va-no-such`", "exeat law show us-va"],
    ),
    ("a day that is none", ["law", "show", "us-va", "--on", "soon"], ["`soon` is no day"]),
]


@pytest.mark.parametrize(("name", "words", "says"), MISTAKES, ids=[row[0] for row in MISTAKES])
def test_a_mistake_gets_its_place_what_was_seen_and_what_would_do(
    name: str, words: list[str], says: list[str], tmp_path: Path
) -> None:
    done = exeat(*(word.replace("{out}", str(tmp_path / "out")) for word in words))
    assert done.returncode == 2
    assert done.stdout == ""
    flat = " ".join(done.stderr.split())
    assert [text for text in says if text not in flat] == []
    assert "help: " in flat
    assert "Traceback" not in done.stderr


def test_a_record_with_three_faults_names_all_three() -> None:
    bad = '{"id": "x", "zone": "Mars/Base", "booked": "soon", "colour": "red"}'
    done = exeat("clear", "-", "--place", "us", "--at", AT, stdin=bad)
    assert done.returncode == 2
    assert "field `booked`" in done.stderr
    assert "field `colour`" in done.stderr


def test_the_audit_counts_what_an_independent_count_found(pierce: Path) -> None:
    summary = json.loads((pierce / "summary.json").read_text(encoding="utf-8"))
    assert (summary["rows_read"], summary["rows_rejected"]) == (691, 0)
    assert summary["bookings_with_immigration_hold"] == 204
    assert summary["bookings_with_only_immigration_hold"] == 7
    assert summary["bookings_where_immigration_hold_ended_last"] == 47
    over = "bookings_where_immigration_hold_ended_last_by_over_48_running_hours"
    assert summary[over] == 7


def test_the_tables_hold_the_same_findings(pierce: Path) -> None:
    as_json = json.loads((pierce / "findings.json").read_text(encoding="utf-8"))
    as_parquet = pl.read_parquet(pierce / "findings.parquet")
    as_csv = pl.read_csv(pierce / "findings.csv")
    summary = json.loads((pierce / "summary.json").read_text(encoding="utf-8"))
    counted = sum(one["findings"] for kind in summary["findings"].values() for one in kind.values())
    assert len(as_json) == as_parquet.height == as_csv.height == counted
    assert [row["record_id"] for row in as_json] == as_parquet["record_id"].to_list()
    assert as_parquet["kind"].to_list() == as_csv["kind"].to_list()


def test_nothing_is_certain_of_a_list_that_nobody_calls_complete(
    pierce: Path, tmp_path: Path
) -> None:
    def of(folder: Path) -> dict[str, float]:
        rows = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
        held = [row for row in rows if row["kind"] == "held-past-authority"]
        mine = [row for row in held if row["record_id"] == "1dc76ff59da3be55"]
        return {row["certainty"]: row["hours"] for row in mine}

    # Held 64 hours over a weekend, and then on past every reading of the law.
    assert of(pierce) == {"possible": 1567.0}
    shipped = resources.files("exeat.intake").joinpath("maps/pierce.toml").read_text("utf-8")
    whole = tmp_path / "whole.toml"
    whole.write_text(shipped.replace("format = 1\n", "format = 1\nbases_complete = true\n", 1))
    export = str(resources.files("exeat.sample").joinpath("pierce-immigration-holds.csv"))
    done = exeat("audit", export, "--map", str(whole), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    # What warrants came along, the export does not say either.
    assert of(tmp_path / "out") == {"possible": 1567.0}


def test_the_report_asks_nothing_of_any_network_and_names_the_law(pierce: Path) -> None:
    page = (pierce / "index.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert 'src="http' not in page
    assert "us-hold-48-ceiling" in page
    assert "Pierce County, Washington" in page


def test_law_list_has_every_file_and_show_has_a_rule_with_its_source() -> None:
    listed = exeat("law", "list")
    assert listed.returncode == 0
    assert "88 jurisdictions" in listed.stdout
    shown = exeat("law", "show", "us-va", "va-transfer-5-days")
    assert "<http" in shown.stdout
    assert "accepts:" in shown.stdout


def test_schemas_are_printed_as_json() -> None:
    for what in ("record", "event", "codes", "facts", "forms"):
        assert json.loads(exeat("schema", what).stdout)


def test_map_proposes_a_mapping_that_audit_takes(tmp_path: Path) -> None:
    mapping = tmp_path / "mine.toml"
    proposed = exeat("map", str(HOLDS), "--out", str(mapping))
    assert proposed.returncode == 0, proposed.stderr
    assert "Look at these before you use it" in proposed.stderr


def test_counsel_adopts_corrects_and_sees_what_an_upgrade_would_change(tmp_path: Path) -> None:
    law = tmp_path / "law"
    drafted = exeat("law", "adopt", "us-az", "--law", str(law))
    assert "Working copy" in drafted.stdout
    draft = law / "drafts" / "us-az.toml"
    text = draft.read_text(encoding="utf-8")
    before, rule, after = text.partition('id = "az-hold-48"')
    corrected = before + rule + after.replace("hours = 48", "hours = 24", 1)
    draft.write_text(corrected, encoding="utf-8")
    signed = exeat(
        "law", "adopt", "us-az", "--law", str(law),
        "--by", "Ann Example", "--title", "County Attorney", "--on", "2026-11-25",
    )  # fmt: skip
    assert "adopted by Ann Example" in signed.stdout, signed.stderr
    words = ["clear", str(RECORDS / "may-be-held.json"), "--place", "us-az", "--at", AT, "--json"]
    adopted = json.loads(exeat(*words, "--law", str(law)).stdout)
    shipped = json.loads(exeat(*words).stdout)
    assert adopted["rests_on"]["us-az"] == "adopted by Ann Example on 2026-11-25"
    assert shipped["rests_on"]["us-az"] == "research"
    assert adopted["until"] < shipped["until"]
    assert "is as it was" in exeat("law", "upgrade", "us-az", "--law", str(law)).stdout
    (law / "shipped" / "us-az.toml").write_text(text.replace("Arizona", "Old Arizona", 1))
    assert '-name = "Old Arizona"' in exeat("law", "upgrade", "us-az", "--law", str(law)).stdout


def test_a_draft_with_a_fault_is_not_signed_and_nothing_is_written(tmp_path: Path) -> None:
    law = tmp_path / "law"
    exeat("law", "adopt", "us-az", "--law", str(law))
    draft = law / "drafts" / "us-az.toml"
    draft.write_text(draft.read_text(encoding="utf-8").replace("modality", "modalty", 1))
    signed = exeat("law", "adopt", "us-az", "--law", str(law), "--by", "A", "--title", "B")
    assert signed.returncode == 2
    assert "Did you mean `modality`?" in signed.stderr
    assert not (law / "us-az.toml").exists()


def test_every_command_has_help_with_examples() -> None:
    law = ("list", "show", "check", "coverage", "diff", "docs", "adopt", "upgrade")
    others = ("clear", "audit", "map", "schema", "demo")
    for words in (*([name] for name in others), *(["law", name] for name in law)):
        done = exeat(*words, "--help")
        assert done.returncode == 0
        assert f"exeat {' '.join(words)}" in done.stdout
        assert "Examples:" in done.stdout


def test_the_report_can_be_written_again_into_the_same_folder(pierce: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    shutil.copytree(pierce, out)
    done = exeat("audit", str(HOLDS), "--map", "pierce", "--out", str(out))
    assert done.returncode == 0
    old = (pierce / "findings.csv").read_bytes()
    assert (out / "findings.csv").read_bytes() == old


EXPORTS = ROOT / "tests" / "exports"


def test_an_audit_without_a_mapping_proposes_one_and_prints_what_decides_first(
    tmp_path: Path,
) -> None:
    export = str(EXPORTS / "no-release-column" / "export.csv")
    done = exeat("audit", export, "--place", "us-wa-pierce", "--out", str(tmp_path))
    assert done.returncode == 0
    assert done.stderr.startswith("! No column holds times of release")
    assert "release = " in (tmp_path / "map.toml").read_text()
    summary = json.loads((tmp_path / "summary.json").read_text())
    parts = [summary[key] for key in ("rows_used", "rows_duplicate", "rows_rejected")]
    assert summary["rows_read"] == sum(parts) == 3


def test_an_audit_writes_over_no_mapping_that_was_mended(tmp_path: Path) -> None:
    export = str(EXPORTS / "no-release-column" / "export.csv")
    again = ("audit", export, "--place", "us-wa-pierce", "--out", str(tmp_path))
    assert [exeat(*again).returncode for _ in range(2)] == [0, 0]
    mine = (tmp_path / "map.toml").read_text() + "# mended by hand\n"
    (tmp_path / "map.toml").write_text(mine)
    done = exeat(*again)
    assert done.returncode == 2 and f"--map {tmp_path / 'map.toml'}" in done.stderr
    assert (tmp_path / "map.toml").read_text() == mine


def test_an_audit_takes_nothing_away_before_it_has_read(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    rejects.write_text("booked,released\n2026-01-02,2026-01-03\n")
    done = exeat("audit", str(rejects), "--place", "us-wa-pierce", "--out", str(tmp_path))
    assert done.returncode == 2 and "E405" in done.stderr and rejects.exists()
    page = tmp_path / "index.html"
    page.write_text("mine")
    gone = exeat("audit", "nosuch.csv", "--map", "pierce", "--out", str(tmp_path))
    assert gone.returncode == 2 and page.read_text() == "mine"


def test_map_takes_the_zone_of_a_place_and_prints_the_mapping_alone(tmp_path: Path) -> None:
    export = str(EXPORTS / "title-lines-above" / "export.csv")
    done = exeat("map", export, "--place", "us-tx")
    assert 'zone = "America/Chicago"' in done.stdout and 'place = "us-tx"' in done.stdout
    assert done.stderr.startswith("! 3 lines stand above the header")


def test_an_audit_that_used_no_row_ends_with_2_and_says_where_to_look(tmp_path: Path) -> None:
    folder = EXPORTS / "csvmess"
    words = ("--map", str(folder / "map.toml"), "--place", "us-tx", "--out", str(tmp_path))
    done = exeat("audit", str(folder / "nul.csv"), *words)
    assert done.returncode == 2
    assert "no row could be used: 3 of 3 were rejected [E411]" in done.stderr
    assert "rejects.csv" in done.stderr
