"""The attack finds nothing on the desk as it is, and each guard that is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

import psycopg
import pytest
from tests.attack import STEPS, Ground, attack, ground
from tests.attack.by_routes import _BODIES, filled, routes, things
from tests.attack.frame import order_of
from tests.attack.ground import API

from exeat.auth import signin
from exeat.auth.signin import SignIn
from exeat.desk.pages.routes import sign_in
from exeat.desk.pages.site import Site
from exeat.desk.service import _refusals, acts, gate, requests, rounds
from exeat.office import office
from exeat.office.context import Context

SEED = 11
Take = Callable[[Ground, pytest.MonkeyPatch], None]


@pytest.mark.slow
def test_sixty_steps_get_nowhere() -> None:
    with ground() as here:
        report = attack(here, SEED, 60)
    assert not report.through, str(report)
    assert len(report.tried) == 60


def test_the_same_seed_gives_the_same_attack() -> None:
    names = sorted(STEPS)
    first, again, other = (list(order_of(seed, 200, names)) for seed in (1, 1, 2))
    assert first == again != other
    assert set(first) == set(names), "each is tried before any is tried again"


def test_what_is_sent_to_each_route_is_not_refused_for_its_shape(shared: Ground) -> None:
    """Another agency would be refused a body that is no body, whatever it may do."""
    names = things(shared)
    shape = re.compile("Field required|Input should|Extra inputs|valid")
    for method, path in routes():
        if method != "POST":
            continue
        body = filled(_BODIES.get(path, {}), names)
        said = shared.send("POST", API + str(filled(path, names)), body, shared.key())
        assert not (said.status_code == 422 and shape.search(said.text)), (
            f"say in tests/attack/by_routes.py what to send to {path}: {said.text[:200]}"
        )


# --- a desk whose guard was taken away is found -------------------------------------------------


@pytest.fixture(scope="module")
def shared() -> Iterator[Ground]:
    with ground() as one:
        yield one


def without(where: object, name: str, instead: object) -> Take:
    return lambda _, patch: patch.setattr(where, name, instead)


def _no_marks(_: Ground, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Site, "same_mark", lambda *_: None)


def _no_right_is_asked(_: Ground, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Context, "may", lambda *_: True)


def _a_code_counts_again(here: Ground, patch: pytest.MonkeyPatch) -> None:
    db = here.town.desk.office.db
    said = "UPDATE exeat_desk.account SET last_code = %(step)s WHERE id = %(id)s"
    again = replace(db.queries["account_code"], sql=said)
    patch.setattr(db, "queries", {**db.queries, "account_code": again})


def _no_end_is_reviewed(_: Ground, patch: pytest.MonkeyPatch) -> None:
    for name in ("takes_a_hold_away", "ends_unread"):  # one stands behind the other
        patch.setattr(office, name, lambda *_, **__: False)


def _no_share_ends(here: Ground, patch: pytest.MonkeyPatch) -> None:
    db = here.town.desk.office.db
    nothing = replace(db.queries["take_back_share"], sql="SELECT %(record)s, %(agency)s::text")
    patch.setattr(db, "queries", {**db.queries, "take_back_share": nothing})


def _names_are_not_checked(_: Ground, patch: pytest.MonkeyPatch) -> None:
    for where in (acts, requests):
        patch.setattr(where, "check_personal", lambda *_: None)


GUARDS: dict[str, tuple[str, Take]] = {
    "what another lodged is its own": (
        "correct_what_another_lodged", without(acts, "_own_entry", lambda *_: None)
    ),
    "a correction is reviewed": (
        "correct_the_hold_away", without(office, "takes_a_hold_away", lambda *_, **__: False)
    ),
    "an end is reviewed": ("lift_what_another_sent", _no_end_is_reviewed),
    "a review is another's": (
        "review_ones_own_correction", without(rounds, "_not_by", lambda *_: set())
    ),
    "a review of an override is another's": (
        "review_ones_own_override", without(rounds, "_not_by", lambda *_: set())
    ),
    "names are folded": (
        "spell_the_name_otherwise", without(gate, "waiting_for", lambda *_: gate.Waiting())
    ),
    "two are two": (
        "override_by_a_ghost", without(signin, "may_be_one", lambda *_: False)
    ),
    "identifiers agree": ("wrong_person", without(_refusals, "matches", lambda *_: True)),
    "what is sent again is compared": (
        "another_person_under_one_id",
        without(acts, "another", lambda *_: ZeroDivisionError()),
    ),
    "forms carry a mark": ("form_from_elsewhere", _no_marks),
    "roles have rights": ("acts_of_another_role", _no_right_is_asked),
    "a code counts once": ("code_used_twice", _a_code_counts_again),
    "links are local": (
        "lead_to_another_site", without(sign_in, "_local", lambda path: path)
    ),
    "sessions end": ("session_that_ended", without(SignIn, "_over", lambda *_: False)),
    "a share ends": ("read_what_was_taken_back", _no_share_ends),
    "names are checked": ("mix_scripts", _names_are_not_checked),
}  # fmt: skip
"""What guards the desk, how it is taken away, and which step must see it."""


@pytest.mark.parametrize("name", GUARDS)
def test_a_guard_that_is_gone_is_found(
    shared: Ground, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, take = GUARDS[name]
    take(shared, monkeypatch)
    seen = attack(shared, SEED, 4, only=[step]).through
    assert any(f"`{step}`" in one for one in seen), f"{step} saw nothing"
    assert all("make attack SEED=11" in one for one in seen)


@pytest.mark.parametrize(
    ("step", "damage"),
    [
        ("damage_by_the_everyday_login", "GRANT UPDATE, DELETE ON exeat_desk.log TO exeat_app;"
         " ALTER TABLE exeat_desk.log DISABLE TRIGGER append_only"),
        ("damage_by_the_everyday_login", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
        ("damage_by_the_everyday_login", "GRANT exeat_owner TO exeat_app"),
        ("rows_of_another", "ALTER TABLE exeat_desk.task DISABLE ROW LEVEL SECURITY"),
        ("rows_of_another", "CREATE POLICY all_of_it ON exeat_desk.log TO exeat_app USING (true)"),
        ("writing_for_another",
         "CREATE OR REPLACE FUNCTION exeat_desk.lock_desk(p_agency text, p_alone boolean)"
         " RETURNS void LANGUAGE sql AS 'SELECT 1'"),
    ],
)  # fmt: skip
def test_a_database_that_was_opened_is_found(step: str, damage: str) -> None:
    with ground() as here:
        with psycopg.connect(here.town.admin, autocommit=True) as conn:
            conn.execute(damage.encode())
        try:
            report = attack(here, SEED, 2, only=[step])
        finally:
            with psycopg.connect(here.town.admin, autocommit=True) as conn:
                # Roles are the whole server's, and other tests' databases stand on it.
                conn.execute(b"REVOKE exeat_owner FROM exeat_app")
    assert any(f"`{step}`" in one for one in report.through), "it saw nothing"


def test_somebody_who_is_lost_is_found_at_the_end(shared: Ground) -> None:
    attack(shared, SEED, 1, only=["leave_in_custody"])
    with psycopg.connect(shared.town.admin, autocommit=True) as conn:
        conn.execute("UPDATE exeat.board SET open = false")
        seen = attack(shared, SEED, 0).through
        conn.execute("UPDATE exeat.board SET open = true")
    assert any("off the board" in one for one in seen)


def test_a_desk_that_breaks_is_found(shared: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(shared.town.desk.reading, "audit_log", broken)
    shared.begin(Random(1))
    shared.browse("GET", "/log", shared.session("sam"))
    assert shared.broke == ["GET /log -> 500"]
