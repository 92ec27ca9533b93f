"""ICH M7 in a dossier."""

import pytest

from pharmakon.core.errors import DataError
from pharmakon.predict.mutagenicity import RuleCall
from pharmakon.workflows.dossier_ich_m7 import ICH_M7, ImpurityFacts, judge
from pharmakon.workflows.mutagenicity import ImpurityCall


def fields(**facts):
    call = ImpurityCall("CCO", "CCO", impurity_class="5", meaning="no concern", model="negative", **facts)
    form = ICH_M7.fill(ImpurityFacts(call, ""))
    assert form.empty == 0
    return {one.field.number: one for one in form}


def test_the_table_marks_the_cell_of_both_calls():
    found = fields(rules=RuleCall("out of domain", (), (1,)))
    said = found["2.3"].machine
    marked = [(row[0], said.columns[i]) for row in said.rows for i, cell in enumerate(row) if cell == "this impurity"]
    assert marked == [("rules out of domain", "statistical negative")]
    assert "surroundings of atoms 1" in found["2.2"].machine.sentences[1]


def test_an_expert_is_always_asked():
    found = fields(rules=RuleCall("negative", (), ()))
    assert found["3.1"].machine.sentences == ("Class 5: no concern.",)
    assert found["3.3"].state == "needed" and "toxicologist" in found["3.3"].needed


def test_a_real_impurity():
    one = judge("CN(N=O)CC1CC1", parent="CCO")
    found = {field.field.number: field for field in ICH_M7.fill(one)}
    assert found["3.1"].machine.sentences[0].startswith("Class 3")
    assert "N-nitroso" in found["3.2"].machine.sentences[0]
    assert "CCO" in found["1.3"].machine.sentences[0]


def test_a_mixture_is_refused():
    with pytest.raises(DataError, match="mixture"):
        judge("CCCCCCCCN.CCCCCCCCCl")
