"""Whole pages and parts of them run when it is their turn."""

import pytest

from dashboard import shell, turns
from dashboard.turns import LONGEST_TURN_S, SCRIPTS_AT_ONCE, Turns


class CountedTurns(Turns):
    """Turns that count how often one was taken, and given back."""

    n_taken = n_given_back = 0

    def take(self):
        self.n_taken += 1
        return super().take()

    def give_back(self, ticket):
        self.n_given_back += 1
        super().give_back(ticket)


@pytest.fixture
def counted(monkeypatch):
    monkeypatch.setattr(turns, "_turns", CountedTurns(SCRIPTS_AT_ONCE, LONGEST_TURN_S))
    return turns._turns


@pytest.mark.parametrize("page", [page.path for page in shell.PAGES[1:]])
def test_a_page_takes_one_turn(open_app, counted, page):
    app = open_app(page)
    assert not app.exception
    # The home page, by which it is entered, and the page.
    assert (counted.n_taken, counted.n_given_back) == (2, 2)


def test_a_page_that_ends_in_a_fault_gives_its_turn_back(open_app, counted, monkeypatch):
    monkeypatch.setattr(shell.housekeeping, "look_after_session", lambda: 1 / 0)
    assert open_app().exception
    assert (counted.n_taken, counted.n_given_back) == (1, 1)
