import math
import re

import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.core.log import data_root
from pharmakon.store.places import path_of
from pharmakon.therapy.dose import (
    EQUATIONS,
    dose,
    gaps,
    judged,
    published_error,
    refitted,
    root_dose,
    tables,
    usable,
    why_not,
)
from pharmakon.therapy.patients import RACES, Patient, read_patients

JOHN = Patient("J", 6, 175.0, 80.0, "White", "A/G", "*1/*2")


def made(n: int) -> list[Patient]:
    random = np.random.default_rng(0)
    found = []
    for i in range(n):
        patient = Patient(
            str(i),
            int(random.integers(2, 9)),
            float(random.normal(170, 8)),
            float(random.normal(75, 10)),
            RACES[i % 4],
            ("G/G", "A/G", "A/A", "")[int(random.integers(4))],
            ("*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3", "")[int(random.integers(7))],
            bool(random.random() < 0.2),
            bool(random.random() < 0.2),
        )
        truth = max(root_dose(patient, "pharmacogenetic") + random.normal() * 0.3, 0.5) ** 2
        found.append(Patient(**{name: getattr(patient, name) for name in patient.__slots__} | {"dose": truth}))
    return found


def test_the_published_equation_by_hand():
    root = 5.6044 - 0.2614 * 6 + 0.0087 * 175 + 0.0128 * 80 - 0.8677 - 0.5211
    found = dose(JOHN)
    assert found.value == pytest.approx(root**2)
    assert found.low < found.value < found.high
    assert found.error == published_error("pharmacogenetic", "White")
    clinical = dose(JOHN, "clinical")
    assert clinical.value == pytest.approx((4.0376 - 0.2546 * 6 + 0.0118 * 175 + 0.0134 * 80) ** 2)
    assert clinical.high - clinical.low > found.high - found.low


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        (Patient("A", None, 170.0, 70.0), "age is missing"),
        (Patient("A", 195, 170.0, 70.0), "age 1950 to 1959 years is out of range"),
        (Patient("A", 6, 170.0, 70.0, problem="weight '>70' is not understood"), "'>70' is not understood"),
        (Patient("A", 9, 124.0, 30.0, "Black", "A/A", "*3/*3", amiodarone=True), "below the doses that were studied"),
        (Patient("A", 6, 90.0, 70.0), "height 90 cm is outside"),
        (Patient("A", 6, 170.0, 70.0, cyp2c9="*1/*5"), r"CYP2C9 \*1/\*5 is not in the equation"),
    ],
)
def test_no_dose_is_told_outside_what_is_known(patient, reason):
    found = dose(patient)
    assert math.isnan(found.value)
    assert found.problem.startswith("cannot tell")
    assert re.search(reason, found.problem)
    assert not why_not(Patient("A", 6, 170.0, 70.0, cyp2c9="*1/*5"), "clinical")


def test_unknown_genotypes_and_race_are_said():
    found = dose(Patient("A", 6, 170.0, 70.0))
    assert len(found.notes) == 3
    assert dose(Patient("A", 6, 170.0, 70.0, notes=("race 'x' is not understood",))).notes[0].startswith("race 'x'")


def test_a_negative_root_is_no_dose():
    patient = Patient("A", 9, 124.0, 30.0, "Black", "A/A", "*3/*3", amiodarone=True)
    assert root_dose(patient, "pharmacogenetic") < 0
    assert math.isnan(dose(patient).value)


def test_every_race_has_an_error_in_both_equations():
    for equation in EQUATIONS:
        for race in RACES:
            error = published_error(equation, race)
            assert error.n >= 200
            assert 0 < error.half_width < 3
    assert set(tables()["range"]) == {"age", "height", "weight"}


def test_a_refit_finds_the_terms_again_and_judges_out_of_fold():
    patients = usable(made(600))
    terms, held_out = refitted(patients, "pharmacogenetic")
    assert terms["vkorc1 A/A"] == pytest.approx(-1.6974, abs=0.15)
    assert terms["inducer"] == pytest.approx(1.1816, abs=0.15)
    errors = judged(patients, held_out)
    assert set(errors) == {"all", *RACES}
    assert errors["all"].r2 > 0.8
    with pytest.raises(DataError, match="are needed"):
        refitted(patients[:50], "pharmacogenetic")


def test_a_race_that_fares_worse_is_named():
    patients = usable(made(600))
    roots = np.array([root_dose(p, "pharmacogenetic") for p in patients])
    spoilt = roots + np.where(
        [p.race == "Black" for p in patients], np.random.default_rng(1).normal(size=len(roots)), 0
    )
    errors = judged(patients, spoilt)
    found = gaps({"pharmacogenetic": errors, "clinical": errors})
    assert any(sentence.startswith("Black patients: the mean error") for sentence in found)


@pytest.mark.data
def test_the_published_errors_are_met():
    if data_root() is None:
        pytest.skip("PHARMAKON_DATA is not set")
    patients = usable(read_patients(path_of("pgx_warfarin_iwpc")))
    errors = judged(patients, np.array([root_dose(p, "pharmacogenetic") for p in patients]))
    assert errors["all"].mae == pytest.approx(8.35, abs=0.05)
    assert [errors[race].r2 for race in RACES[:3]] == pytest.approx([0.404, 0.220, 0.233], abs=0.01)
    assert errors["Black"].half_width == pytest.approx(published_error("pharmacogenetic", "Black").half_width, abs=1e-3)
