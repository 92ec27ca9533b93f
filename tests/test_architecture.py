"""The rules of ARCHITECTURE.md that a machine can check."""

import ast
import importlib
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from importlinter import cli as importlinter

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "pharmakon"
MIGRATIONS = SOURCE / "team" / "migrations"
"""Files that Alembic reads: no package, and tested by tests/team/test_database.py."""
MODULES = sorted(p.relative_to(SOURCE) for p in SOURCE.rglob("*.py") if not p.is_relative_to(MIGRATIONS))
PACKAGES = sorted({path.parts[0] for path in MODULES if len(path.parts) > 1})

LONGEST = 400
FORBIDDEN_NAMES = {"common", "helper", "helpers", "manager", "misc", "util", "utils"}
HEAVY = {
    "duckdb",
    "fastapi",
    "jinja2",
    "lightgbm",
    "numpy",
    "onnx",
    "onnxruntime",
    "pandas",
    "rdkit",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "torch",
}

UNTESTED = {
    "__main__.py",  # two lines, run by tests/cli/test_main.py
    "core/log.py",  # one look at an environment variable, used by every test that needs data
}
"""Files without a test file of their own, and why."""

SERIALISERS = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}
BETWEEN_PROCESSES = {"engine/local.py"}
"""Objects cross from process to process in memory; nothing is read from a file."""


def text(module):
    return (SOURCE / module).read_text(encoding="utf-8")


def test_layers_hold_and_nothing_forms_a_cycle(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    code = importlinter.lint_imports(no_cache=True)
    logging.getLogger("pharmakon").disabled = False  # the linter's own logging switches off everybody else's
    assert code == importlinter.EXIT_STATUS_SUCCESS, capsys.readouterr().out


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_file_is_one_concept_with_a_telling_name(module):
    assert len(text(module).splitlines()) <= LONGEST
    assert module.stem not in FORBIDDEN_NAMES
    assert len(module.parts) <= 2, "packages are one deep"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_file_has_a_test_file_of_its_own(module):
    if module.name == "__init__.py" or module.as_posix() in UNTESTED:
        return
    mirror = ROOT / "tests" / module.parent / f"test_{module.name}"
    assert mirror.is_file(), f"{mirror.relative_to(ROOT)} is missing"


def test_a_test_file_mirrors_a_file():
    mirrored = {Path("tests") / module.parent / f"test_{module.name}" for module in MODULES}
    for path in (ROOT / "tests").glob("*/test_*.py"):
        if path.parent.name in PACKAGES:
            assert path.relative_to(ROOT) in mirrored, f"{path.name} tests a file that is not there"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_nothing_is_loaded_that_could_run_code(module):
    tree = ast.parse(text(module))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    serialisers = {name.split(".")[0] for name in imported} & SERIALISERS
    assert not serialisers or module.as_posix() in BETWEEN_PROCESSES
    assert "allow_pickle=True" not in text(module)
    assert "torch.load(" not in text(module)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_exports_are_sorted_and_there(module):
    name = ".".join(("pharmakon", *module.with_suffix("").parts)).removesuffix(".__init__")
    exports = [
        node.value
        for node in ast.parse(text(module)).body
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
    ]
    for found in exports:
        names = ast.literal_eval(found)
        assert names == sorted(names)
        loaded = importlib.import_module(name)
        assert all(hasattr(loaded, exported) for exported in names)


@pytest.mark.parametrize(
    "start",
    [
        "import pharmakon.cli.main",
        "import pharmakon.cli.main as m; m.main(['--help'])",
        "import pharmakon.cli.main as m; m.main(['--version'])",
        "import pharmakon.cli.main as m; m.main(['desing'])",
        "import pharmakon; dir(pharmakon)",
    ],
)
def test_a_cold_start_loads_nothing_heavy(start):
    """What keeps `pharmakon --help` under 0.4 s, checked without a clock."""
    code = f"import sys; {start}; print('loaded:', *sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_one_prediction_loads_no_more_than_it_needs():
    """What keeps `pharmakon predict -s CCO` near a second: these cost as much again and serve training and reports."""
    spared = {"sklearn", "pandas", "duckdb", "jinja2", "torch", "sqlalchemy", "scipy.stats"}
    code = (
        "import sys; from pharmakon.cli.main import main; assert main(['predict', '-s', 'CCO', '--json']) == 0; "
        f"print('loaded:', *sorted({spared!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_the_public_names_are_sorted_and_cheap():
    import pharmakon

    assert pharmakon.__all__ == sorted(pharmakon.__all__)
    assert set(dir(pharmakon)) >= set(pharmakon.__all__)


def test_constraints_are_exact_and_pin_the_tested_torch():
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert "torch==2.13.0" in lines
    assert all(line.count("==") == 1 and " " not in line and "://" not in line for line in lines)


def test_the_shipped_weights_stay_small():
    models = ROOT / "src/pharmakon/models"
    assert sum(path.stat().st_size for path in models.rglob("*") if path.is_file()) < 40_000_000
