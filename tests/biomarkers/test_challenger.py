import numpy as np
import pytest

from pharmakon.biomarkers.challenger import challenge
from pharmakon.biomarkers.simulate import simulate


@pytest.mark.parametrize("kind", ["binary", "continuous", "survival"])
def test_trees_learn_and_are_the_same_again(kind):
    cohort = simulate(300, 40, true=3, effect=1.2, kind=kind, random_state=0)
    train, test = np.arange(200), np.arange(200, 300)
    made = [
        challenge(
            {"omics": cohort.block.take(train)}, cohort.outcome.take(train), train, {"omics": cohort.block.take(test)},
            horizon=0.5,
        )
        for _ in range(2)
    ]  # fmt: skip
    (risk, score), again = made
    np.testing.assert_array_equal(risk, again[0])
    assert np.corrcoef(score, cohort.signal[test])[0, 1] > 0.4
    if kind != "continuous":
        assert ((risk > 0) & (risk < 1)).all()
