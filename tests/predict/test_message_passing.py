from __future__ import annotations

import numpy as np
import pytest
import torch

from pharmakon.chem.graphs import ATOM_WIDTH, BOND_WIDTH, Joined
from pharmakon.predict.features import Features
from pharmakon.predict.message_passing import Batch, MessagePassing, arriving, leaving, reverse, summed

TEXTS = ["CC(=O)Oc1ccccc1C(=O)O", "O", "CC(C)(C)N", "c1ccncc1"]


@pytest.fixture
def batch() -> Batch:
    return Batch.of(Joined.of([one for one in Features.from_smiles(TEXTS).graphs if one is not None]))


def test_sums_over_neighbours_are_what_their_names_say(batch: Batch) -> None:
    random = np.random.default_rng(0)
    atoms, arrows = (torch.tensor(random.normal(size=(len(x), 3))) for x in (batch.atoms, batch.bonds))
    into = torch.zeros(len(atoms), 3, dtype=arrows.dtype).index_add(0, batch.target, arrows)
    assert torch.allclose(arriving(arrows, batch), into)
    assert torch.equal(leaving(atoms, batch), atoms[batch.source])
    whole = torch.zeros(len(TEXTS), 3, dtype=atoms.dtype).index_add(0, batch.molecule, atoms)
    assert torch.allclose(summed(atoms, batch), whole)
    assert torch.equal(reverse(reverse(arrows)), arrows)
    assert torch.equal(batch.source, reverse(batch.target[:, None])[:, 0])


@pytest.mark.parametrize(("step", "of"), [(leaving, "atoms"), (arriving, "bonds"), (summed, "atoms")])
def test_their_gradients_are_right(batch: Batch, step: object, of: str) -> None:
    given = torch.randn(len(getattr(batch, of)), 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: step(x, batch), given)  # type: ignore[operator]


def test_a_molecule_is_read_as_if_it_were_alone(batch: Batch) -> None:
    torch.manual_seed(0)
    module = MessagePassing(quick=57, described=5, tasks=2, hidden=8, depth=4, head=8, dropout=0.0)
    quick = torch.randn(len(TEXTS), 57)
    together, _ = module(batch, quick)
    for place, text in enumerate(TEXTS):
        (one,) = Features.from_smiles([text]).graphs
        assert one is not None
        alone, _ = module(Batch.of(Joined.of([one])), quick[place : place + 1])
        assert torch.allclose(alone[0], together[place], atol=1e-6)
    assert module.start_atom.in_features == ATOM_WIDTH and module.start_bond.in_features == BOND_WIDTH
