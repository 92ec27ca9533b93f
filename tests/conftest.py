"""What several test packages share: small chemistry that the tests make themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

CORES = (
    "c1ccc({})cc1{}",
    "c1cc({})ncc1{}",
    "C1CCC({})CC1{}",
    "c1ccc2nc({})ccc2c1{}",
    "O=C({})c1ccccc1{}",
    "c1sc({})cc1{}",
    "C1CN({})CCN1{}",
    "O=C({})NCC{}",
)
ARMS = ("C", "CC", "OC", "F", "Cl", "C(F)(F)F", "C#N", "N(C)C", "CO")
ENDS = ("", "C", "O", "N")


@pytest.fixture(scope="session", autouse=True)
def _no_cache_of_downloads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What somebody once downloaded on this machine does not decide a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHARMAKON_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def molecules() -> list[str]:
    """Some 250 small, distinct, readable molecules."""
    from rdkit import Chem

    made = (core.format(arm, end) for core, arm, end in product(CORES, ARMS, ENDS))
    return list(dict.fromkeys(Chem.CanonSmiles(smiles) for smiles in made))


@pytest.fixture(scope="session")
def strangers(molecules: list[str]) -> list[str]:
    """Some 250 molecules like `molecules`, none of them among these: what a laboratory measures."""
    from rdkit import Chem

    arms, ends = ("CCO", "S(C)(=O)=O", "C(N)=O", "CCC", "OCC", "NC", "Br", "C(C)=O"), ("CC", "F", "CN", "C=C")
    made = (core.format(arm, end) for core, arm, end in product(CORES, arms, ends))
    return list(dict.fromkeys(s for text in made if (s := Chem.CanonSmiles(text)) not in set(molecules)))


@pytest.fixture(scope="session")
def solubilities(molecules: list[str]) -> list[float]:
    """A value for each molecule that its structure decides: a made-up log solubility."""
    from rdkit import Chem
    from rdkit.Chem import Crippen, rdMolDescriptors

    mols = [Chem.MolFromSmiles(smiles) for smiles in molecules]
    return [round(0.5 - 0.9 * Crippen.MolLogP(m) - 0.3 * rdMolDescriptors.CalcNumAromaticRings(m), 3) for m in mols]


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of public data sets; the test is skipped where there is none."""
    path = Path(os.environ.get("PHARMAKON_DATA", ""))
    if not os.environ.get("PHARMAKON_DATA") or not path.is_dir():
        pytest.skip("PHARMAKON_DATA is not set: the public data sets are not here")
    return path


@pytest.fixture(autouse=True)
def _only_with_data(request: pytest.FixtureRequest) -> None:
    """A test marked `data` is skipped, saying so, where there is none."""
    if request.node.get_closest_marker("data"):
        request.getfixturevalue("data")


@pytest.fixture(scope="session")
def trained(molecules: list[str], solubilities: list[float], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small regression model, trained once through the workflow."""
    from pharmakon.workflows.train import TrainConfig, run

    folder = tmp_path_factory.mktemp("trained")
    rows = [f"M{i},{s},{y}" for i, (s, y) in enumerate(zip(molecules, solubilities, strict=True))]
    table = folder / "assay.csv"
    table.write_text("id,smiles,logS\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = TrainConfig(data=table, value="logS", unit="log10(mol/L)", better="high", threshold=-1.0, workers=1)
    return run(config.model_copy(update={"output": folder / "model"})).folder
