import numpy as np
from rdkit import Chem

from pharmakon.explain.methods import methods
from pharmakon.workflows import benchmark_explanations as module
from pharmakon.workflows.explanation_shortcuts import SETS


def test_every_member_is_judged_beside_masking(monkeypatch):
    monkeypatch.setattr(module, "own_names", lambda: ["hydration"])
    mols = [Chem.MolFromSmiles(text) for text in ("CC(=O)Nc1ccc(OCC)cc1", "CCOC(=O)c1ccc(N)cc1C")]
    scores = module._members(mols, np.random.default_rng(0), lambda note: None)
    for member in (module.WHOLE, *methods()):
        for words in ("", ", by masking"):
            assert -1 <= scores[f"faithfulness, {member}{words}"]["value"] <= 1
    graph = scores["faithfulness, graph"], scores["faithfulness, graph, by masking"]
    assert graph[0] == graph[1]  # masking is its way
    assert scores["additivity error"]["value"] < 1e-6
    assert scores["additivity error"]["n"] == 2


def test_its_tasks():
    assert module.EXPLANATIONS.tasks() == ["members", "speed", *SETS]
