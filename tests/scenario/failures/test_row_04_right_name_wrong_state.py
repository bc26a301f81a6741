"""Row 4: a published list had `HAMILTON CO. JAIL (TENN)` at an address in Cincinnati, Ohio."""

import pytest
from tests.scenario.failures.kit import Town

from exeat.desk.service.setup import system_context
from exeat.office.errors import BadInput


def test_a_facility_of_one_state_does_not_carry_the_codes_of_another(town: Town) -> None:
    house = {
        "code": "hamilton-tn",
        "name": "Hamilton Co. Jail (Tenn)",
        "kind": "facility",
        "place": "us-tn",
        "zone": "America/New_York",
    }
    root = system_context(town.now)
    with pytest.raises(BadInput, match="`39061` lies in another state"):
        town.desk.accounts.add_agency(root, **house, facility={"fips": "39061"})
    assert town.desk.accounts.add_agency(root, **house, facility={"fips": "47065"})
