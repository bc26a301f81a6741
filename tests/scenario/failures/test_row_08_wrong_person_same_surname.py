"""Row 8: New Orleans, 25 July 2025: bond was posted for one man, and another with that surname, who
also had a warrant from elsewhere, was let go at 1:17; it was noticed at 11:10.
"""

from tests.scenario.failures.kit import Town, date_of

from exeat.desk.service.acts import NewBasis
from exeat.desk.service.models import RefusalKind, Refused, Released
from exeat.facts.codes import BasisKind


def test_the_man_at_the_door_is_not_the_one_whose_bond_was_posted(town: Town) -> None:
    bonded = town.book("Bryan", "N-1", given_names="One")
    grounds = [
        NewBasis(id="charge", kind=BasisKind.CHARGE),
        NewBasis(id="w", kind=BasisKind.WARRANT),
    ]
    other = town.book("Bryan", "N-2", given_names="Two", born=date_of("1988-05-05"), bases=grounds)
    town.bail(bonded)
    # The officer takes the papers of the one and stands before the other.
    taken = {"born": "1988-05-05", "booking_number": "N-2"}
    found = town.release(bonded, identifiers=taken, namesakes_seen=(other,))
    assert isinstance(found, Refused)
    assert {one.place for one in found.refusals} == {"born", "booking_number"}
    assert {one.kind for one in found.refusals} == {RefusalKind.IDENTIFIERS}


def test_a_namesake_in_the_house_is_shown_and_must_be_ruled_out(town: Town) -> None:
    bonded = town.book("Bryan", "N-1")
    other = town.book("bryan", "N-2", born=date_of("1988-05-05"))
    town.bail(bonded)
    clearance = town.desk.gate.clear(town.ctx(), bonded)
    assert [one.record for one in clearance.namesakes] == [other]
    found = town.release(bonded, "N-1")
    assert isinstance(found, Refused)
    assert [one.kind for one in found.refusals] == [RefusalKind.NAMESAKE]
    assert isinstance(town.release(bonded, "N-1", namesakes_seen=(other,)), Released)
