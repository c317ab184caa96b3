"""The short form of every campaign; `make fuzz` runs the long one."""

import numpy as np
import pytest

from tests.fuzz.campaign import MOST_CPU_S_IF_BUSY, Campaign, run
from tests.fuzz.campaigns import CAMPAIGNS


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", CAMPAIGNS)
def test_bad_input_gives_documented_errors_within_limits(name):
    campaign = CAMPAIGNS[name]
    report = run(campaign, campaign.n_short, most_cpu_s=MOST_CPU_S_IF_BUSY)
    assert not report.faults
    # One that is always read, or never, would not reach half of the reader.
    assert "read" in report.outcomes


def test_a_campaign_sees_other_errors_and_what_costs_too_much():
    def read(case):
        if case < 0.2:
            raise KeyError(case)
        if case < 0.4:
            raise ValueError(case)
        if case < 0.6:
            np.ones(2**24)

    report = run(Campaign(np.random.Generator.random, read, (ValueError,), 0, 0), 30)
    assert report.outcomes["ValueError"]
    n_key_errors = sum(n for outcome, n in report.outcomes.items() if "KeyError" in outcome)
    assert n_key_errors
    assert len(report.faults) > n_key_errors


def test_the_same_seed_makes_the_same_cases():
    make_case = CAMPAIGNS["models"].make_case
    first, second = (make_case(np.random.default_rng([0, 3])) for _ in range(2))
    assert first == second
