import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.predict.endpoints import endpoints
from pharmakon.predict.panel import target_names
from pharmakon.therapy.targets import _tables, endpoint_of, genes_of, objectives, read_targets


@pytest.fixture
def targets(tmp_path):
    table = tmp_path / "targets.csv"
    table.write_text(
        'Drug Id, Name, Synonyms, Targets\n1,Erlotinib,Tarceva,EGFR\n2,AZD-8055,,"MTORC1, MTORC2"\n'
        "3,Cisplatin,,DNA crosslinker\n4,Gefitinib,Iressa,EGFR\n"
    )
    return read_targets(table)


def test_targets_become_genes_and_names_fold(targets):
    assert targets.of("erlotinib") == {"EGFR"}
    assert targets.of("TARCEVA") == {"EGFR"}
    assert targets.of("azd8055") == {"MTOR"}
    assert targets.of("Cisplatin") == targets.of("nobody") == frozenset()
    assert targets.drugs("egfr") == ["Erlotinib", "Gefitinib"]


def test_a_gene_becomes_an_objective(targets):
    first, second = objectives(["EGFR", "NOTHING", "MTOR"], targets)
    assert (first.gene, first.endpoint, first.drugs) == ("EGFR", "egfr_pic50", ("Erlotinib", "Gefitinib"))
    assert second.endpoint == "chembl2842"


def test_every_endpoint_is_a_shipped_model():
    shipped = {*endpoints(), *target_names()}
    assert set(_tables()["endpoints"].values()) <= shipped
    assert endpoint_of("p53") == ""


def test_words_are_no_genes():
    assert genes_of("MEK1") == ["MAP2K1"]
    assert genes_of("Microtubule stabiliser") == genes_of("") == []


def test_a_missing_column_is_named(tmp_path):
    table = tmp_path / "targets.csv"
    table.write_text("Name,Other\na,b\n")
    with pytest.raises(UnknownName, match="targets"):
        read_targets(table)
