import gzip

import numpy as np
import pytest

from pharmakon.workflows.explanation_shortcuts import place, read, shown

CHAINS = [f"{'C' * n}{x}" for n in range(2, 12) for x in ("", "(C)C", "C(C)C")]


@pytest.fixture
def written(tmp_path):
    """A is an ester, B a benzene ring; half of each kind is for training."""
    table, patterns = (tmp_path / path for path in place("ester-benzene"))
    table.parent.mkdir(parents=True)
    patterns.write_text("label,role,smarts\nester,A,C(=O)OC\nbenzene,B,c1ccccc1\n")
    lines = ["smiles,train,A,B"]
    for i, chain in enumerate(CHAINS):
        for a, ester in ((False, ""), (True, "C(=O)OC")):
            for b, ring in ((False, ""), (True, "c1ccccc1")):
                train = (i % 2 == 0 or not (a or b)) and (a or not b)
                lines.append(f"{ring}{chain}{ester},{train},{a},{b}")
    with gzip.open(table, "wt") as file:
        file.write("\n".join(lines) + "\n")
    return tmp_path


def test_an_explanation_points_at_the_shortcut_that_a_model_takes(written):
    found = read("ester-benzene", written)
    assert found.a.sum() == found.b.sum() == 60
    models = [one for one in shown(found, np.random.default_rng(0), limit=12) if one.family == "linear"]
    assert [one.share for one in models] == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert models[-1].fooled > models[0].fooled
    assert models[-1].pointed > models[0].pointed
