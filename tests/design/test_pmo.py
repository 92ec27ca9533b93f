import pytest
from rdkit import Chem

from pharmakon.chem.alerts import unwanted
from pharmakon.chem.precedent import unprecedented
from pharmakon.core.errors import DataError, UnknownName
from pharmakon.design import pmo

DRUGS = {
    "albuterol_similarity": (pmo.ALBUTEROL, 1.0),
    "celecoxib_rediscovery": (pmo.CELECOXIB, 1.0),
    "troglitazone_rediscovery": (pmo.TROGLITAZONE, 1.0),
    "thiothixene_rediscovery": (pmo.THIOTHIXENE, 1.0),
    "mestranol_similarity": (pmo.MESTRANOL, 1.0),
    "isomers_c7h8n2o2": ("COc1ccc(N)nc1C=O", 1.0),
}
MOLECULES = (
    pmo.SILDENAFIL,
    "CC(C)(C(=O)O)c1ccc(C(O)CCN2CCC(C(O)c3ccccc3)CC2)c(F)c1",
    "Fc1cc(c(F)cc1F)CC(N)CC(=O)N1CCn2c(C1)nnc2C(F)(F)F",
    "COc1cc2ncnc(Nc3ccc4ncsc4c3)c2cc1S(=O)(=O)C",
)
GUACAMOL = {  # scores of MOLECULES by guacamol 0.5.5 on rdkit 2026.09
    "albuterol_similarity": (0.22792022792, 0.346153846154, 0.217948717949, 0.192307692308),
    "amlodipine_mpo": (0.146013498964, 0.395004264274, 0.317363237412, 0.135336814542),
    "celecoxib_rediscovery": (0.164285714286, 0.162962962963, 0.166666666667, 0.188524590164),
    "deco_hop": (0.563157338407, 0.527332616923, 0.551701398048, 0.481501896111),
    "fexofenadine_mpo": (0.551538492085, 0.744296387091, 0.400952667226, 0.481600743247),
    "isomers_c7h8n2o2": (0.0, 0.0, 0.0, 1.2e-11),
    "isomers_c9h10n2o2pf2cl": (0.0, 0.0, 3.1202885e-05, 0.000241624667),
    "median1": (0.064749877095, 0.0899235974, 0.044499415949, 0.028285685567),
    "median2": (0.36237153767, 0.127304684097, 0.097243327665, 0.128505023652),
    "mestranol_similarity": (0.159021406728, 0.276324614353, 0.141843971631, 0.080503144654),
    "osimertinib_mpo": (0.729289351961, 0.145587404697, 0.308189890151, 0.379525591857),
    "perindopril_mpo": (0.133629108956, 0.38208035995, 0.270171613479, 0.003805312235),
    "qed": (0.553404610519, 0.589739229631, 0.621637774251, 0.574317264374),
    "ranolazine_mpo": (0.017263448255, 0.260796592951, 0.00121671575, 0.10606413071),
    "scaffold_hop": (0.428771089148, 0.374635954461, 0.411459890384, 0.333333333333),
    "sitagliptin_mpo": (1.28686e-07, 2.9e-11, 3.726653e-06, 0.000214884856),
    "thiothixene_rediscovery": (0.301470588235, 0.257352941176, 0.133802816901, 0.177777777778),
    "troglitazone_rediscovery": (0.17880794702, 0.139072847682, 0.087248322148, 0.142857142857),
    "valsartan_smarts": (0.0, 0.0, 0.0, 0.0),
    "zaleplon_mpo": (6.2294e-08, 1.441e-09, 0.133438330335, 0.196797284374),
}


@pytest.mark.parametrize("task", DRUGS)
def test_the_target_scores_one(task):
    smiles, score = DRUGS[task]
    assert pmo.oracle(task)(Chem.MolFromSmiles(smiles)) == pytest.approx(score)


def test_there_are_twenty_tasks_and_a_wrong_name_is_told():
    assert len(pmo.TASKS) == 20
    with pytest.raises(UnknownName, match="did you mean 'median1'"):
        pmo.oracle("median_1")


@pytest.mark.parametrize("task", pmo.TASKS)
def test_scores_are_between_zero_and_one(task, molecules):
    scores = [pmo.oracle(task)(Chem.MolFromSmiles(s)) for s in molecules[::25]]
    assert min(scores) >= 0
    assert max(scores) <= 1


@pytest.mark.parametrize("task", GUACAMOL)
def test_scores_equal_guacamols(task):
    ours = [pmo.oracle(task)(Chem.MolFromSmiles(s)) for s in MOLECULES]
    assert ours == pytest.approx(GUACAMOL[task], abs=1e-9)


def reference_auc(scores, calls, top=10, step=100):
    """mol_opt's top_auc (main/optimizer.py), line by line."""
    area = previous = called = 0
    for index in range(step, min(len(scores), calls), step):
        now = sum(sorted(scores[:index])[::-1][:top]) / len(scores[:index][:top])
        area += step * (now + previous) / 2
        previous, called = now, index
    now = sum(sorted(scores)[::-1][:top]) / len(scores[:top])
    area += (len(scores) - called) * (now + previous) / 2
    return (area + max(0, calls - len(scores)) * now) / calls


@pytest.mark.parametrize(("n", "calls"), [(300, 300), (250, 300), (100, 10_000), (37, 100), (5, 200)])
def test_auc_is_the_benchmarks(n, calls):
    scores = [((i * 7919) % 1000) / 1000 for i in range(n)]
    assert pmo.auc_top(scores, calls=calls) == pytest.approx(reference_auc(scores, calls))


def test_auc_of_a_perfect_and_an_empty_run():
    assert pmo.auc_top([1.0] * 400, calls=400) == pytest.approx(1 - 50 / 400)  # the curve starts at 0
    assert pmo.auc_top([], calls=100) == 0.0


def test_a_small_run_counts_its_calls_and_reports(molecules):
    said = []
    done = pmo.run_task(
        "albuterol_similarity",
        calls=60,
        molecules=molecules,
        settings={"proposals": 5, "initial": 20, "generations": 2},
        progress=lambda done, total, note: said.append((done, total)),
    )
    assert done["calls"] == 60
    assert said[-1] == (60, 60)
    assert 0 < done["auc_top10"] <= done["top10"] <= done["top1"] <= 1
    assert done["auc_top100"] < done["auc_top10"] < done["auc_top1"] <= done["top1"]
    assert 0 < done["diversity"] < 1 < done["sa_score"] < 10
    assert pmo.oracle("albuterol_similarity")(Chem.MolFromSmiles(done["best"])) == done["top1"]


def test_a_sane_run_scores_no_absurd_molecule(molecules, monkeypatch):
    scored = []

    def watched(mol):
        scored.append(Chem.MolToSmiles(mol))
        return 1.0 / (1 + mol.GetNumHeavyAtoms())

    monkeypatch.setattr(pmo, "oracle", lambda task: watched)
    absurd = ["NOOC1CC1C=NN=NN", "C1=CC2=C1C1=C2C=C1"]
    settings = {"proposals": 5, "initial": 20, "generations": 2}
    for sane, odd in ((False, True), (True, False)):
        scored.clear()
        pmo.run_task("any", calls=60, sane=sane, molecules=[*absurd, *molecules], settings=settings)
        assert len(scored) == 60
        assert any(unwanted(mol) or unprecedented(mol) for mol in map(Chem.MolFromSmiles, scored)) is odd


def test_without_the_data_it_says_which(monkeypatch):
    monkeypatch.delenv("PHARMAKON_DATA", raising=False)
    with pytest.raises(DataError, match="ZINC250k"):
        pmo.pool()


@pytest.mark.data
def test_the_pool_is_zinc250k(data):
    assert len(pmo.pool()) == 249_455
