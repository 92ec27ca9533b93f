from rdkit import Chem

from pharmakon.chem.alerts import unwanted
from pharmakon.chem.descriptors import named
from pharmakon.core.random import stream
from pharmakon.design.assemble import RANGES, assemble
from pharmakon.design.diversity import internal_diversity


def test_assembled_molecules_are_druglike_different_and_repeatable():
    made = assemble(40, stream(0, "assemble"))
    mols = [Chem.MolFromSmiles(s) for s in made]
    assert len(set(made)) == 40
    assert [Chem.MolToSmiles(m) for m in mols] == made
    for name, (low, high) in RANGES.items():
        values = named(mols, name)
        assert low <= values.min()
        assert values.max() <= high
    assert not any(unwanted(m) for m in mols)
    assert internal_diversity(made) > 0.85
    assert assemble(40, stream(0, "assemble")) == made
    assert assemble(40, stream(1, "assemble")) != made


def test_too_few_tries_give_fewer():
    assert len(assemble(5, stream(0, "few"), tries=1)) < 5
