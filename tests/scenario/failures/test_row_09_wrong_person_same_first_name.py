"""Row 9: Pope, Arkansas, 2015: he signed the other man's papers. Cass, North Dakota: two wrong men,
one of two named Todd, among eleven improper releases.
"""

from tests.scenario.failures.kit import Town, date_of, shut

from exeat.desk.service.models import RefusalKind, Refused


def test_whoever_answers_to_the_first_name_has_another_number_and_birth_date(town: Town) -> None:
    freed = town.book("Alpha", "T-1", given_names="Todd")
    town.book("Beta", "T-2", given_names="Todd", born=date_of("1971-07-07"))
    town.bail(freed)
    # He answers to "Todd" and signs; what he says of himself is of the other one.
    found = town.release(freed, identifiers={"born": "1971-07-07", "fingerprint_id": "F-T-2"})
    assert isinstance(found, Refused)
    assert {one.kind for one in found.refusals} == {RefusalKind.IDENTIFIERS}


def test_a_name_and_a_signature_are_not_two_identifiers(town: Town) -> None:
    freed = town.book("Alpha", "T-1", given_names="Todd")
    town.bail(freed)
    found = town.release(freed, identifiers={"name": "Todd Alpha", "signature": "yes"})
    assert isinstance(found, Refused)
    assert "0 of 2 identifiers" in shut(found)
