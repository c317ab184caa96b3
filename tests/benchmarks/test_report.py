import math

import pytest

from benchmarks.report import markdown_table, median_ratio, spread


def test_table_aligns_numbers_to_the_right():
    assert (
        markdown_table(["", "s"], [["nncore", "3.5"]])
        == "|  | s |\n| --- | ---: |\n| nncore | 3.5 |"
    )


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([3.0, 1.0, 2.345], "2.35 (1 to 3)"),
        ([2.0], "2"),
        ([1.0, 2.0, math.inf], "2 (1 to not reached)"),
        ([math.inf, math.inf], "not reached"),
    ],
)
def test_spread_is_the_median_and_the_range(values, text):
    assert spread(values) == text


def test_ratio_compares_rounds_not_medians():
    # The ratio of the medians would be 1.
    assert median_ratio([1.0, 2.0, 3.0], [2.0, 4.0, 1.0]) == "0.50"


def test_ratio_with_what_was_not_reached_is_no_number():
    assert median_ratio([1.0], [math.inf]) == "–"
    assert median_ratio([math.inf], [math.inf]) == "–"
