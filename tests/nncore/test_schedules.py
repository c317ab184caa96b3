import pytest

from nncore.schedules import SCHEDULES


@pytest.mark.parametrize(
    ("name", "factors"),
    [
        ("constant", [1, 1, 1, 1, 1]),
        ("step", [1, 1, 0.1, 0.01, 0.01]),
        ("cosine", [1, 0.5 + 0.5 * 0.5**0.5, 0.5, 0.5 - 0.5 * 0.5**0.5, 0]),
    ],
)
def test_factors_at_each_quarter(name, factors):
    found = [SCHEDULES[name](progress) for progress in (0, 0.25, 0.5, 0.75, 1)]
    assert found == pytest.approx(factors)
