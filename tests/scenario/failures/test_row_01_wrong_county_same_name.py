"""Row 1: an official list blamed Franklin in Iowa, New York and Pennsylvania, and Montgomery in
Iowa, for requests that had gone to places of a similar name (January 2017).
"""

import pytest
from tests.scenario.failures.kit import Town, person_of

from exeat.office.errors import BadInput


def test_a_paper_that_names_one_franklin_does_not_reach_another(town: Town) -> None:
    paper = town.paper(addressed_to="36033")  # Franklin County, New York
    with pytest.raises(BadInput, match="is not `franklin-pa`"):
        town.desk.requests.send_request(
            town.ice, facility="franklin-pa", person=person_of("Example", "9"), paper=paper
        )
    assert town.desk.requests.requests(town.ctx(agency="franklin-pa")) == []
    sent = town.desk.requests.send_request(
        town.ice, facility="franklin-ny", person=person_of("Example", "9"), paper=paper
    )
    assert sent.facility == "franklin-ny" and "to franklin-ny" in sent.receipt


def test_a_name_is_no_address(town: Town) -> None:
    with pytest.raises(BadInput, match="is no agency's code"):
        town.desk.requests.send_request(
            town.ice, facility="Franklin", person=person_of("Example", "9"), paper=town.paper()
        )
