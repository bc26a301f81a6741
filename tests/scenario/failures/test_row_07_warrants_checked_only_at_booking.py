"""Row 7: Nueces, Texas: six wrong releases in three months; other counties check warrants twice."""

from tests.scenario.failures.kit import Town

from exeat.desk.service.models import RefusalKind, Refused, Released


def test_a_query_at_booking_does_not_do_for_the_release(town: Town) -> None:
    record = town.book()
    at_booking = town.now
    town.later(days=2)
    town.bail(record)
    for checked in (None, at_booking):
        found = town.release(record, warrants_checked=checked)
        assert isinstance(found, Refused)
        assert [one.kind for one in found.refusals] == [RefusalKind.WARRANTS_UNCHECKED]
    found = town.release(record, warrants_checked=town.now)
    assert isinstance(found, Released)
    assert found.answer["gate"]["warrants_checked"] == town.now.isoformat()
