"""What speaks against a new password before the server is asked."""

import pytest

from tms_tui.core.new_password import Unfit, unfit
from tms_tui.domain.secret import Secret
from tms_tui.wording import own_password


@pytest.mark.parametrize(
    ("current", "new", "again", "expected"),
    [
        ("old one", "new one", "new one", None),
        ("", "new one", "new one", Unfit.NO_CURRENT),
        ("old one", "", "", Unfit.NO_NEW),
        ("old one", "   ", "   ", Unfit.NO_NEW),
        ("old one", "new one", "new on", Unfit.DIFFER),
        ("old one", "new one", "", Unfit.DIFFER),
        ("old one", "old one", "old one", Unfit.SAME),
        (" ", "new one", "new one", None),
    ],
)
def test_what_is_typed_is_looked_at_first(current: str, new: str, again: str, expected: Unfit | None) -> None:
    assert unfit(Secret(current), Secret(new), Secret(again)) is expected


@pytest.mark.parametrize("problem", Unfit)
def test_each_has_its_words(problem: Unfit) -> None:
    assert own_password.unfit(problem).startswith("Not changed: ")
