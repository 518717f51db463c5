"""Customers of one name: found however it is spelt, and told apart."""

import pytest

from tests.core.desk import conversation
from tms_tui.core.namesakes import mark, shared_names
from tms_tui.domain.ids import SessionId
from tms_tui.domain.value import replace


@pytest.mark.parametrize("other", ["J\u00fcrgen", "Ju\u0308rgen", "J\u00dcRGEN"])
def test_one_name_in_any_spelling_is_told_apart_by_the_end_of_the_id(other: str) -> None:
    first = replace(conversation(name="J\u00fcrgen"), id=SessionId("abc-0001"))
    second = replace(conversation(name=other), id=SessionId("abc-0002"))
    shared = shared_names([first, second])
    assert [mark(one, shared) for one in (first, second)] == ["#0001", "#0002"]


def test_a_name_that_stands_once_has_no_mark() -> None:
    first, second = conversation(name="Anna"), conversation(name="Anne")
    assert [mark(one, shared_names([first, second])) for one in (first, second)] == ["", ""]
