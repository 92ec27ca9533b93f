"""Verbs that write a file or a model leave a record beside it: a crate is made of it, and it comes out again."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from pharmakon.biomarkers.cohort import read_cohort
from pharmakon.core.errors import NotPermitted, UsageError
from pharmakon.record.beside import record_beside
from pharmakon.workflows import (
    audit,
    audit_cohort,
    dose,
    explain,
    explain_molecules,
    export,
    index,
    library,
    passport,
    predict,
    route,
    similar,
    substructure,
    train,
)
from pharmakon.workflows.crate import CrateConfig
from pharmakon.workflows.crate import run as crate
from pharmakon.workflows.crate_verify import verify
from pharmakon.workflows.ledger import verify as verify_ledger
from pharmakon.workflows.reproduce import ReproduceConfig
from pharmakon.workflows.reproduce import run as reproduce

PATIENT = "PATIENT-7719"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def assay(here, molecules, solubilities):
    rows = [f"M{i},{s},{y}" for i, (s, y) in enumerate(zip(molecules[:30], solubilities, strict=False))]
    (here / "assay.csv").write_text("id,smiles,logS\n" + "\n".join(rows) + "\n")
    return here / "assay.csv"


@pytest.fixture
def patients(here):
    lines = [f"{PATIENT}-{i},{40 + i},170,70,White,*1/*1,G/G,{30 + i}" for i in range(5)]
    (here / "patients.csv").write_text("id,age,height,weight,race,cyp2c9,vkorc1,dose\n" + "\n".join(lines) + "\n")
    return here / "patients.csv"


def repeated(result, *, elsewhere, **options):
    """Crate, check and repeat what left `result`, where nothing else of it is."""
    made = crate(CrateConfig(run=result, output=elsewhere / "c.zip", **options))
    checked = verify(made.place)
    assert checked.ok, checked.problems
    given = elsewhere / "inputs"
    given.mkdir()
    return made.place, given


def test_predict_train_and_audit(assay, trained, few_trees, tmp_path_factory):
    with few_trees():
        _predict_train_and_audit(assay, trained, tmp_path_factory)


def _predict_train_and_audit(assay, trained, tmp_path_factory):
    train.run(train.TrainConfig(data=assay, value="logS", output=assay.parent / "model"))
    predict.run(predict.PredictConfig(data=assay, models=(str(trained),), output=assay.with_name("p.csv")))
    both = (assay.with_name("a.html"), assay.with_name("a.csv"))
    audit.run(audit.AuditConfig(data=assay, value="logS", model=str(trained), output=both, fail_on="never"))
    content = assay.read_bytes()
    for result in (assay.parent / "model", assay.with_name("p.csv"), both[0]):
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        place, given = repeated(result, elsewhere=elsewhere)
        (given / "any.csv").write_bytes(content)
        shutil.copytree(trained, given / "model")
        found = reproduce(ReproduceConfig(run=place, inputs=given))
        assert found.ok, found.compared.different
        with zipfile.ZipFile(place) as archive:
            inside = set(archive.namelist())
        assert set(found.compared.same) <= inside, "what is no patient's goes with the crate"
    assert (found.compared.same, found.compared.quoting) == (["a.csv"], ["a.html"])  # it says where the model lay


def test_patients_stay_out_of_the_crate(patients, tmp_path_factory):
    result = patients.with_name("doses.csv")
    dose.run(dose.DoseConfig(drug="warfarin", patients=patients, output=result))
    place, given = repeated(result, elsewhere=tmp_path_factory.mktemp("elsewhere"))
    with zipfile.ZipFile(place) as archive:
        assert not any(PATIENT.encode() in archive.read(name) for name in archive.namelist())
    assert "not beside the record" in verify(place).remarks[0]
    shutil.copy(patients, given)
    assert reproduce(ReproduceConfig(run=place, inputs=given)).compared.same == ["doses.csv"]
    with pytest.raises(NotPermitted, match="people's data"):
        crate(CrateConfig(run=result, output=given / "whole", with_inputs=True))
    crate(CrateConfig(run=result, output=given / "whole", with_inputs=True, permission="mine"))
    assert (given / "whole" / "doses.csv").read_bytes() == result.read_bytes()


def test_an_audit_of_a_cohort(cohort_file, here, tmp_path_factory):
    cohort = cohort_file(n=90, p=6)
    result = here / "cohort.json"
    audit_cohort.run(audit_cohort.AuditCohortConfig(data=cohort, groups=("plate",), output=(result,)))
    place, given = repeated(result, elsewhere=tmp_path_factory.mktemp("elsewhere"))
    shutil.copytree(cohort.parent, given, dirs_exist_ok=True)
    assert reproduce(ReproduceConfig(run=place, inputs=given)).compared.same == ["cohort.json"]


def test_what_is_said_of_molecules(here, molecules, trained, index_folder, design_run):
    (here / "in.csv").write_text("smiles\nO=C(c1ccncc1)N1CCOCC1\n")
    (here / "stock.csv").write_text("smiles,id\nC1COCCN1,M1\nOC(=O)c1ccncc1,P7\n")
    asked = {"molecules": tuple(molecules[:2]), "models": ("toxicity", str(trained)), "profile": "fast"}
    explain_molecules.run(explain_molecules.ExplainMoleculesConfig(**asked, output=here / "why.csv"))
    route.run(route.RouteConfig(data=here / "in.csv", stock=here / "stock.csv", output=here / "routes.csv", workers=1))
    near = {"queries": (molecules[3], "in.csv"), "index": index_folder, "top": 3}
    similar.run(similar.SimilarConfig(**near, output=here / "near.csv"))
    substructure.run(substructure.SubstructureConfig(smarts="c1ccccc1", index=index_folder, output=here / "part.csv"))
    passport.run(passport.PassportConfig(run=design_run, designs=("1",), quick=True, output=here / "one.json"))
    for name in ("why.csv", "routes.csv", "near.csv", "part.csv", "one.json"):
        assert crate(CrateConfig(run=here / name, output=here / f"{name}.zip")).files
        found = reproduce(ReproduceConfig(run=here / name))
        assert found.ok and found.compared.same == [name], (name, found.compared)
    read = json.loads((here / "why.csv.record" / "run.json").read_text())["inputs"]
    assert {Path(one["path"]).parent.name for one in read} >= {"screen", trained.name}  # a group's models are named
    made = crate(CrateConfig(run=here / "near.csv", output=here / "whole", with_inputs=True))
    (here / "in.csv").unlink()
    with pytest.raises(UsageError, match="only beside the index"):
        reproduce(ReproduceConfig(run=made.place))


def test_a_table_of_queries_at_an_address_is_read_there(here, molecules, index_folder):
    import fsspec

    with fsspec.open("memory://recorded/q.csv", "w") as out:
        out.write(f"smiles\n{molecules[3]}\n")
    asked = {"queries": ("memory://recorded/q.csv",), "index": index_folder, "top": 3}
    assert similar.run(similar.SimilarConfig(**asked, output=here / "near.csv")).hits == 3
    read = json.loads((here / "near.csv.record" / "run.json").read_text())["inputs"]
    assert "memory://recorded/q.csv" in {one["path"] for one in read}


def test_what_is_said_of_a_signature(discovered, here, tmp_path_factory):
    cohort = discovered.folder.parent / "cohort.toml"
    patient = read_cohort(cohort).ids[0]
    asked = {"signature": discovered.folder, "cohort": cohort, "patient": patient}
    explain.run(explain.ExplainConfig(**asked, output=here / "why.csv"))
    export.run(export.ExportConfig(signature=discovered.folder, output=here / "given", accept_risk=True))
    for result, same in (("why.csv", ["why.csv"]), ("given", ["given/card.json", "given/signature.npz"])):
        place, _ = repeated(here / result, elsewhere=tmp_path_factory.mktemp("elsewhere"))
        with zipfile.ZipFile(place) as archive:
            assert not any(name.endswith(("why.csv", "signature.npz")) for name in archive.namelist())
            assert not any(f'"{patient}"'.encode() in archive.read(name) for name in archive.namelist())
        assert set(same) <= set(reproduce(ReproduceConfig(run=here / result)).compared.same)


def test_a_library_and_an_index(assay, tmp_path_factory):
    here = assay.parent
    library.run(library.LibraryConfig(data=assay, output=here / "lib", models=("solubility",), profile="fast"))
    index.run(index.IndexConfig(data=assay, output=here / "idx"))
    for result, some in (("lib", "lib/molecules.parquet"), ("idx", "idx/ecfp4.npy")):
        place, given = repeated(here / result, elsewhere=tmp_path_factory.mktemp("elsewhere"), with_inputs=True)
        found = reproduce(ReproduceConfig(run=place, inputs=given))
        assert found.ok and some in found.compared.same, (result, found.compared)


@pytest.mark.parametrize("missing", ["in.csv", "stock.csv"])
def test_a_file_that_is_not_there_is_said_as_ever_and_nothing_is_left(here, missing):
    for name in {"in.csv", "stock.csv"} - {missing}:
        (here / name).write_text("smiles,id\nC1COCCN1,M1\n")
    with pytest.raises(UsageError, match=missing):
        route.run(route.RouteConfig(data=here / "in.csv", stock=here / "stock.csv", output=here / "routes.csv"))
    assert len(list(here.iterdir())) == 1


def test_a_result_that_was_changed_is_found(patients):
    result = patients.with_name("doses.csv")
    config = dose.DoseConfig(drug="warfarin", patients=patients, output=result)
    dose.run(config)
    assert verify_ledger(result).ok and not verify_ledger(result).remarks
    result.write_text(result.read_text().replace("White", "white"))
    assert verify_ledger(result).problems == ("../doses.csv was changed after it was recorded",)
    dose.run(config)  # written anew, recorded anew
    assert verify_ledger(result).ok
    result.unlink()
    assert verify_ledger(result).ok and "doses.csv is not beside" in verify_ledger(result).remarks[0]


def test_a_record_is_not_written_over_what_is_none_nor_over_a_signed_one(patients):
    result = patients.with_name("doses.csv")
    config = dose.DoseConfig(drug="warfarin", patients=patients, output=result)
    place = record_beside(result)
    place.mkdir()
    (place / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        dose.run(config)
    assert not result.exists() and (place / "mine.txt").is_file()
    shutil.rmtree(place)
    dose.run(config)
    (place / "signatures.jsonl").write_text("")
    with pytest.raises(UsageError, match="somebody signed"):
        dose.run(config)


def test_work_that_fails_leaves_no_record(assay):
    with pytest.raises(Exception, match="too few"):
        train.run(train.TrainConfig(data=_cut(assay, 5), output=assay.with_name("model")))
    assert not list(assay.parent.glob("*.record")) and not list(assay.parent.glob(".*"))


def _cut(table, rows):
    short = table.with_name("short.csv")
    short.write_text("\n".join(table.read_text().splitlines()[: rows + 1]) + "\n")
    return short
