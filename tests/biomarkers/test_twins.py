from dataclasses import replace

import numpy as np

from pharmakon.biomarkers.block import Block
from pharmakon.biomarkers.twins import alikeness, twins

N = 30
VALUES = np.random.default_rng(0).normal(size=(N, 60))
IDS = tuple(f"S{i}" for i in range(N))
PATIENTS = np.array([f"P{i}" for i in range(N)])


def check(values, patients=PATIENTS, **changes):
    block = replace(Block("rna", values, tuple(f"g{j}" for j in range(values.shape[1]))), **changes)
    return twins(block, IDS, patients)


def test_strangers_pass():
    assert check(VALUES).severity == "passed"


def test_one_sample_under_two_names_is_refused():
    values = VALUES.copy()
    values[4] = values[9]
    found = check(values)
    assert found.severity == "refused"
    assert "S4 = S9" in found.sentence


def test_a_few_measured_features_are_enough_for_the_very_same_values():
    values = VALUES[:, :6].copy()
    values[4] = values[9]
    assert "S4 = S9" in check(values).sentence
    assert check(np.round(VALUES[:, :6])).severity == "info"  # counts and stages are shared by many


def test_two_samples_of_one_patient_may_be_the_same():
    values, patients = VALUES.copy(), PATIENTS.copy()
    values[4], patients[4] = values[9], patients[9]
    assert check(values, patients).severity == "passed"


def test_replicates_are_warned_of():
    values = VALUES.copy()
    values[4] = values[9] + 0.3 * VALUES[20]
    assert check(values).severity == "warning"


def test_mutations_are_no_fingerprint():
    values = np.zeros((N, 60))
    values[:, 3] = 1
    assert check(values, kind="binary").severity == "info"


def test_gaps_do_no_harm():
    values = VALUES.copy()
    values[::2, 5] = np.nan
    values[3] = np.nan
    found = alikeness(values)
    assert np.isfinite(found).all()
    assert found[3].max() < 0.5


def test_strangers_of_whom_one_pathway_was_measured_are_no_replicates():
    random = np.random.default_rng(1)
    pathways = np.repeat(random.normal(size=(N, 4)), 15, axis=1)
    found = check(pathways + 0.3 * random.normal(size=(N, 60)))
    assert found.severity == "passed"
    assert "alike, as chance gives" in found.sentence
