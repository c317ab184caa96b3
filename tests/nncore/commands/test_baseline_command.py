import pytest


def test_the_memoires_figures(run):
    code, (answer,), _ = run("baseline", "--digit", "8", "--bias", "-45", "--threshold", "0.5")
    assert code == 0
    assert answer["accuracy_train"] == pytest.approx(0.682, abs=5e-5)
    assert answer["accuracy_test"] == 0.6694
    assert answer["accuracy_test_digit"] == 0.8193018480492813
    assert answer["always_no_accuracy_test"] == 0.9026
    # 798 of the 974 eights are found.
    assert answer["recall"] == pytest.approx(798 / 974)
    assert 0 < answer["precision"] < 1


def test_a_neuron_that_always_says_no_has_no_precision(run):
    _, (answer,), _ = run("baseline", "--digit", "3", "--bias", "-1000")
    assert answer["precision"] is None
    assert answer["accuracy_test"] == answer["always_no_accuracy_test"]


def test_a_digit_that_is_none_ends_with_code_2(run):
    with pytest.raises(SystemExit) as ended:
        run("baseline", "--digit", "10")
    assert ended.value.code == 2
