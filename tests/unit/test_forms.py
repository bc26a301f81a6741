"""What is known of each form stands on sources that the federal file has."""

from __future__ import annotations

import pytest

from exeat.facts.codes import FORMS, DetainerForm
from exeat.rules.library import shipped


@pytest.mark.parametrize("form", [form for form in DetainerForm if form is not DetainerForm.OTHER])
def test_every_form_has_sources_days_and_what_it_must_state(form: DetainerForm) -> None:
    facts = FORMS[form]
    assert facts.source
    assert set(facts.source) <= set(shipped()["us"].sources)
    assert facts.issued
    assert facts.must_state


def test_every_form_is_in_the_table() -> None:
    assert set(FORMS) == set(DetainerForm)


def test_two_forms_ask_for_notice_only_and_none_asks_for_nothing() -> None:
    notice_only = {form for form, facts in FORMS.items() if facts.asks_hold is False}
    assert notice_only == {DetainerForm.I247N, DetainerForm.I247G}
    assert all(facts.asks_notice is not False for facts in FORMS.values())
