"""What tests of workflows share: a cohort of three hospitals, their federated study, evidence of models, a library."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from pharmakon.biomarkers.cohort import Cohort, read_cohort
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder
from pharmakon.workflows.dossier_evidence import Evidence, of_model
from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.federate_plan import Plan
from pharmakon.workflows.federate_simulate import split
from pharmakon.workflows.federate_site import Site, site_of
from pharmakon.workflows.index import IndexConfig
from pharmakon.workflows.index import run as make_index
from pharmakon.workflows.library import LibraryConfig
from pharmakon.workflows.library import run as make_library
from pharmakon.workflows.library_view import Library

NAMES = ("north", "south", "west")
N = 390


@pytest.fixture
def hospitals_file(cohort_file: Callable[..., Path]) -> Path:
    """390 patients of three hospitals, whose column is `plate`."""
    draw = np.random.default_rng(3)
    return cohort_file(n=N, p=24, plate=draw.choice(NAMES, N).tolist())


@pytest.fixture
def hospitals(hospitals_file: Path) -> dict[str, Cohort]:
    """The cohort of each hospital."""
    cohort = read_cohort(hospitals_file, levels={"sex": ["F", "M"]})
    return split(cohort, cohort.labels("plate"))


@pytest.fixture
def study() -> Plan:
    """A small plan for them."""
    return Plan(
        name="toy",
        sites=NAMES,
        outcome="binary",
        positive="R",
        blocks=("rna",),
        covariates=("age", "sex"),
        levels={"sex": ("F", "M")},
        kept=8,
        penalties=(1.0, 0.1, 0.03),
    )


@pytest.fixture
def sites(study: Plan, hospitals: Mapping[str, Cohort]) -> dict[str, Site]:
    """The hospitals as the plan wants them."""
    return {name: site_of(cohort, study, name) for name, cohort in hospitals.items()}


@pytest.fixture
def small_run(tmp_path: Path) -> Path:
    """A finished run of a verb that there is not, with an input, two outputs and a ledger, described as a crate."""
    (tmp_path / "table.csv").write_text("smiles,y\nCCO,1\n")
    folder = RunFolder.create(
        tmp_path / "made", verb="weigh", config={"name": "toy", "calls": 3}, inputs=[tmp_path / "table.csv"], seed=7
    )
    ledger = Ledger(folder.path)
    ledger.output(folder.path / "run.json")
    ledger.output(folder.write("weights.csv", "smiles,g/mol\nCCO,46.07\n"))
    ledger.append("weighed", molecules=1)
    ledger.output(folder.write("more/a report.html", "<p>46.07</p>\n"))
    close(ledger, best=46.07)
    return folder.path


@pytest.fixture(scope="session")
def evidence() -> Callable[[str], Evidence]:
    """What is known of a shipped model on a fixed day."""
    return lambda name: of_model(load_facts(name, today=date(2026, 7, 1)))


@pytest.fixture(scope="session")
def library_table(molecules: list[str]) -> str:
    """Sixty molecules with numbers and text beside them, as CSV: row 7 is no structure, row 9 is empty."""
    rows = [f'M{i},{smiles},{i / 2},"=HYPERLINK(1)"' for i, smiles in enumerate(molecules[:60])]
    rows[7] = "M7,c1ccc,3.5,broken"
    rows[9] = "M9,,,nothing"
    return "name,Smiles,MW,remark\n" + "\n".join(rows) + "\n"


@pytest.fixture(scope="session")
def library_folder(library_table: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library of that table, with two models."""
    place = tmp_path_factory.mktemp("library")
    with gzip.open(place / "set.csv.gz", "wt") as stream:
        stream.write(library_table)
    make_library(
        LibraryConfig(data=place / "set.csv.gz", output=place / "library", models=("herg", "ames"), workers=1, batch=25)
    )
    return place / "library"


@pytest.fixture(scope="session")
def library(library_folder: Path) -> Library:
    """The same library, open."""
    return Library(library_folder)


@pytest.fixture
def planted_task(tmp_path, monkeypatch):
    """Makes a task in the form of a published one: does a molecule have a nitrogen? The data folder it lies in."""
    from rdkit import Chem

    from pharmakon.workflows.attribution_tasks import place

    def make(task, cores, ends):
        table = tmp_path / place(task)
        table.parent.mkdir(parents=True)
        with gzip.open(table, "wt", encoding="utf-8", newline="") as file:
            out = csv.writer(file, delimiter="\t", quotechar="'")
            out.writerow(["id", "smiles", "y", "split", "atom_attributions"])
            for i, smiles in enumerate(core.format(end) for core in cores for end in ends):
                mask = [int(atom.GetAtomicNum() == 7) for atom in Chem.MolFromSmiles(smiles).GetAtoms()]
                out.writerow([i, smiles, float(any(mask)), "test" if i % 4 == 0 else "train", json.dumps([mask])])
        monkeypatch.setenv("PHARMAKON_DATA", str(tmp_path))
        return tmp_path

    return make


@pytest.fixture(scope="session")
def index_table(molecules: list[str]) -> str:
    """Small molecules with ids as CSV; the fourth row and the sixth cannot be read."""
    rows = [f"M{i},{smiles}" for i, smiles in enumerate(molecules)]
    rows[5] = f"M	5,{molecules[5]}"
    rows[3:3] = ["broken,C1CC"]
    rows[5:5] = ["empty,"]
    return "id,smiles\n" + "\n".join(rows) + "\n"


@pytest.fixture(scope="session")
def index_folder(index_table: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their index."""
    place = tmp_path_factory.mktemp("index")
    (place / "set.csv").write_text(index_table)
    make_index(IndexConfig(data=place / "set.csv", output=place / "lib.index", workers=1, batch=40))
    return place / "lib.index"
