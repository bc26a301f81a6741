"""Row 12: Brown v. Ramsay (S.D. Fla., May 2025): the request meant another Peter Brown,
with another middle name; the jail's own data said so; he was held for about three weeks.
"""

from tests.scenario.failures.kit import Town, date_of, person_of

from exeat.facts.codes import StatusProof, WarrantKind
from exeat.facts.record import Person
from exeat.office.models import TaskKind


def test_a_request_that_the_jails_own_record_contradicts(town: Town) -> None:
    desk, ctx = town.desk, town.ctx(agency="arizona")
    record = town.book("Brown", "P-1", agency="arizona", given_names="Peter Sean")
    desk.acts.enter(ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE))
    other = person_of("Brown", "", given_names="Peter Damian", born=date_of("1985-02-02"))
    sent = desk.requests.send_request(
        town.ice, facility="arizona", person=other, paper=town.paper()
    )
    town.match(sent.id, record, ctx, detainer="d1")
    desk.acts.enter(ctx, "serve", record, detainer="d1")
    town.bail(record, agency="arizona")

    page = desk.reading.person(ctx, record)
    assert page.record.detainers[0].names_this_person is False
    assert TaskKind.CONTRADICTION in [task.kind for task in page.tasks]
    # Nobody is held on it, and its issuer reads why.
    assert page.answer.verdict.value == "release"
    (back,) = desk.reading.person(town.ice, record).record.corrections
    assert back.of == "d1" and back.says == "record-differs"


def test_the_same_request_on_the_right_person_lets_them_be_held(town: Town) -> None:
    desk, ctx = town.desk, town.ctx(agency="arizona")
    record = town.book("Brown", "P-1", agency="arizona", given_names="Peter Damian")
    desk.acts.enter(ctx, "set_person_fact", record, person=Person(status_proof=StatusProof.NONE))
    person = person_of("Brown", "P-1", given_names="Peter Damian")
    sent = desk.requests.send_request(
        town.ice, facility="arizona", person=person, paper=town.paper()
    )
    detainer = desk.reading.person(ctx, record).record.detainers[0]
    assert detainer.names_this_person is True and detainer.id == sent.id
    desk.acts.enter(ctx, "serve", record, detainer=detainer.id)
    town.bail(record, agency="arizona")
    # The warrant that its issuer ticked counts once somebody has read it.
    assert desk.gate.clear(ctx, record).answer.verdict.value != "may-hold"
    read = {"warrants": (WarrantKind.I200,), "names_this_person": True}
    desk.acts.enter(ctx, "read_paper", record, detainer=detainer.id, **read)
    assert desk.gate.clear(ctx, record).answer.verdict.value == "may-hold"
