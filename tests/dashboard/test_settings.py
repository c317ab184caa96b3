import pytest

from dashboard.settings import Settings


def test_without_an_environment_the_defaults_hold(monkeypatch):
    for name in ("RUNNING_JOBS", "JOB_MINUTES", "CLUSTER"):
        monkeypatch.delenv(f"NEURONS_{name}", raising=False)
    assert Settings.from_environment() == Settings()


def test_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("NEURONS_RUNNING_JOBS", "3")
    monkeypatch.setenv("NEURONS_JOB_MINUTES", "7")
    monkeypatch.setenv("NEURONS_CLUSTER", " tcp://127.0.0.1:8786 ")
    settings = Settings.from_environment()
    assert (settings.running_jobs, settings.job_minutes) == (3, 7)
    assert settings.cluster == "tcp://127.0.0.1:8786"
    assert settings.waiting_jobs == Settings().waiting_jobs


@pytest.mark.parametrize("value", ["", "0", "-1", "two", "1.5", "inf", "²"])
def test_what_is_not_a_positive_whole_number_leaves_the_default(monkeypatch, value):
    monkeypatch.setenv("NEURONS_RUNNING_JOBS", value)
    assert Settings.from_environment() == Settings()
