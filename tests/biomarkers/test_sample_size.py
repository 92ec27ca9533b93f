import pytest

from pharmakon.biomarkers.sample_size import binary, continuous, expected_shrinkage, survival
from pharmakon.core.errors import UsageError


def test_the_papers_example_of_a_class():
    found = binary(24, prevalence=0.174, r2=0.288)
    assert (found.shrinkage, found.optimism, found.overall, found.patients) == (623, 662, 221, 662)
    assert found.events_per_parameter == pytest.approx(4.8, abs=0.01)


def test_the_papers_example_of_survival():
    found = survival(30, rate=0.065, follow_up=2.07, horizon=2, r2=0.051)
    assert (found.shrinkage, found.optimism, found.patients) == (5143, 1039, 5143)
    assert found.events_per_parameter == pytest.approx(23.07, abs=0.01)


def test_the_papers_example_of_a_number():
    found = continuous(25, r2=0.2)
    assert (found.shrinkage, found.optimism, found.overall, found.patients) == (918, 401, 259, 918)


def test_expected_shrinkage_undoes_the_first_criterion():
    assert expected_shrinkage(623, 24, r2=0.288) == pytest.approx(0.9, abs=0.001)
    assert expected_shrinkage(100, 20_000, r2=0.2) < 0.25


def test_what_cannot_be_is_refused():
    for ask in (
        lambda: binary(10, prevalence=0.05, r2=0.5),
        lambda: binary(10, prevalence=1.5, r2=0.1),
        lambda: binary(0, prevalence=0.5, r2=0.1),
        lambda: survival(10, rate=-1, follow_up=1, horizon=1, r2=0.1),
    ):
        with pytest.raises(UsageError):
            ask()
