"""What several test packages share: small chemistry and a small cohort that the tests make themselves."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pharmakon.biomarkers.cohort import Cohort
    from pharmakon.workflows.discover import DiscoverResult

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

# No test asserts time: a busy machine is no failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


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
def few_trees() -> Callable[[], AbstractContextManager[None]]:
    """Makes a context in which a model is trained in a third of the time: a tenth of the trees, no approved drugs."""

    @contextmanager
    def few() -> Iterator[None]:
        from pharmakon.predict.forest import Forest
        from pharmakon.predict.trees import BoostedTrees

        with pytest.MonkeyPatch.context() as patch:
            for grower, trees in ((Forest, 20), (BoostedTrees, 50)):
                patch.setitem(grower.__init__.__kwdefaults__, "n_trees", trees)
            patch.delenv("PHARMAKON_DATA", raising=False)
            yield

    return few


@pytest.fixture(scope="session")
def trained(
    molecules: list[str],
    solubilities: list[float],
    few_trees: Callable[[], AbstractContextManager[None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The folder of a small regression model, trained once through the workflow."""
    from pharmakon.workflows.train import TrainConfig, run

    folder = tmp_path_factory.mktemp("trained")
    rows = [f"M{i},{s},{y}" for i, (s, y) in enumerate(zip(molecules, solubilities, strict=True))]
    table = folder / "assay.csv"
    table.write_text("id,smiles,logS\n" + "\n".join(rows) + "\n", encoding="utf-8")
    config = TrainConfig(data=table, value="logS", unit="log10(mol/L)", better="high", threshold=-1.0, workers=1)
    with few_trees():
        return run(config.model_copy(update={"output": folder / "model"})).folder


DESIGN = """
name = "soluble"
models = ["{model}"]
calls = 80
batch = 10
designs = 3
proposals = 4
start = ["CCOC(=O)c1ccccc1"]
goals = [
  {{ property = "logs", want = ">= 0.5", weight = 2 }},
  {{ property = "dili", want = "<= 0.3" }},
  {{ property = "logs", over = "logp", want = ">= 0" }},
  {{ property = "mw", want = "150..300", shape = "gaussian" }},
]
constraints = [{{ property = "sa_score", want = "<= 4.5" }}]
"""


@pytest.fixture(scope="session")
def design_run(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small design run: a model of its own, a shipped one, computed wishes and a constraint."""
    from pharmakon.workflows.design import DesignConfig, run

    folder = tmp_path_factory.mktemp("designed")
    goal = folder / "goal.toml"
    goal.write_text(DESIGN.format(model=trained), encoding="utf-8")
    run(DesignConfig.from_toml(goal), output=folder / "run", workers=1)
    return folder / "run"


COHORT = """
name = "toy"
context_of_use = "prognostic"
[clinical]
file = "clinical.csv"
patient = "patient"
[outcome]
kind = "binary"
column = "response"
positive = "R"
negative = "NR"
[design]
covariates = ["age", "sex"]
batch = "plate"
subgroups = ["sex"]
[[blocks]]
name = "rna"
file = "rna.csv"
"""


def write_cohort(folder: Path, *, n: int = 60, p: int = 20, toml: str = COHORT, seed: int = 0, **columns: list) -> Path:
    """Files of n samples, p genes of which G0 to G3 tell the response, G0 best; `columns` replace clinical ones."""
    import numpy as np

    random = np.random.default_rng(seed)
    response = (random.random(n) < 0.4).astype(int)
    genes = random.normal(size=(n, p)).round(3)
    genes[:, :4] += response[:, None] * np.array([2.0, -1.2, 1.2, -1.2])
    clinical = {
        "sample": [f"S{i}" for i in range(n)],
        "patient": [f"P{i}" for i in range(n)],
        "response": ["R" if one else "NR" for one in response],
        "time": random.exponential(10, n).round(2).tolist(),
        "dead": random.integers(0, 2, n).tolist(),
        "age": random.integers(30, 80, n).tolist(),
        "sex": random.choice(["F", "M"], n).tolist(),
        "plate": random.choice(["a", "b"], n).tolist(),
        "arm": random.choice(["drug", "placebo"], n).tolist(),
    } | columns
    rows = zip(*clinical.values(), strict=True)
    text = "\n".join([",".join(clinical), *(",".join(map(str, row)) for row in rows)])
    (folder / "clinical.csv").write_text(text + "\n")
    order = random.permutation(n)
    lines = [",".join(["", *(f"G{j}" for j in range(p))])]
    lines += [",".join([f"S{i}", *map(str, genes[i])]) for i in order]
    (folder / "rna.csv").write_text("\n".join(lines) + "\n")
    path = folder / "cohort.toml"
    path.write_text(toml)
    return path


@pytest.fixture
def cohort_file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a cohort's files; options are those of `write_cohort`."""
    return lambda **options: write_cohort(tmp_path, **options)


@pytest.fixture
def cohort(cohort_file: Callable[..., Path]) -> Cohort:
    """The toy cohort, read."""
    from pharmakon.biomarkers.cohort import read_cohort

    return read_cohort(cohort_file())


@contextmanager
def few_resamples() -> Iterator[None]:
    """A context in which a discovery takes few bootstrap samples, few halves inside its folds and few shadow models."""
    from pharmakon.biomarkers.recipe import Recipe

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pharmakon.workflows.study_scores.RESAMPLES", 60)
        patch.setattr("pharmakon.biomarkers.recipe.Recipe", partial(Recipe, inner_pairs=2))
        patch.setattr("pharmakon.workflows.attack_signature.ATTACKED", 4)
        yield


@pytest.fixture(scope="session")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> DiscoverResult:
    """A discovery in a toy cohort."""
    from pharmakon.workflows.discover import DiscoverConfig, run

    folder = tmp_path_factory.mktemp("discovered")
    cohort = write_cohort(folder, n=90, p=24)
    config = DiscoverConfig(
        cohort=cohort, output=folder / "run", folds=3, permutations=2, without=("trees",), workers=1
    )
    with few_resamples():
        return run(config)


@pytest.fixture(scope="session")
def wide(tmp_path_factory: pytest.TempPathFactory) -> DiscoverResult:
    """A discovery in a cohort of enough genes for sketches of its patients, whose age tells of the outcome too."""
    import numpy as np

    from pharmakon.workflows.discover import DiscoverConfig, run

    folder = tmp_path_factory.mktemp("wide")
    random = np.random.default_rng(0)
    response = random.random(90) < 0.4  # what write_cohort draws first
    age = (55 + 12 * response + 12 * random.normal(size=90)).round()
    cohort = write_cohort(folder, n=90, p=60, age=age.tolist())
    without = ("trees", "stability")
    config = DiscoverConfig(cohort=cohort, output=folder / "run", folds=3, permutations=1, without=without, workers=1)
    with few_resamples():
        return run(config)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests; they are skipped where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    pytest.importorskip("psycopg")
    bin = found[-1].parent
    folder = Path("/tmp") / f"pharmakon-pg-{uuid.uuid4().hex[:8]}"  # noqa: S108 - a socket's path is short
    folder.mkdir()
    as_user: list[str] = []
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    initialise = [*as_user, bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(initialise, check=True, capture_output=True)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60 -c fsync=off"
    control = [*as_user, bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True)
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Makes an empty database of a kind, sqlite or postgresql, and gives its address."""

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('database')}/server.db"
        server = request.getfixturevalue("postgresql")
        import psycopg

        name = f"t{uuid.uuid4().hex[:12]}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"{server}/{name}"

    return make
