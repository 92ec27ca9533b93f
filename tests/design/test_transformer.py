"""The module looks back, never ahead."""

import math

import pytest

torch = pytest.importorskip("torch")


def test_a_token_changes_nothing_before_it():
    from pharmakon.design.grammar import SIZE
    from pharmakon.design.transformer import Transformer

    torch.manual_seed(0)
    module = Transformer(20, width=16, depth=2, heads=2, context=10).eval()
    line = torch.tensor([[1, 5, 6, 7, 8]])
    other = torch.tensor([[1, 5, 6, 9, 8]])
    states = torch.zeros(1, 5, SIZE)
    told = states.clone()
    told[0, 3:] = 1
    with torch.no_grad():
        one, two = module(line, states), module(other, states)
        three = module(line, told)
    assert one.shape == (1, 5, 20)
    assert torch.equal(one[:, :3], two[:, :3])
    assert not torch.equal(one[:, 3:], two[:, 3:])
    assert torch.equal(one[:, :3], three[:, :3])
    assert not torch.equal(one[:, 3:], three[:, 3:])


def test_a_fresh_module_knows_nothing():
    from pharmakon.design.grammar import SIZE
    from pharmakon.design.transformer import Transformer

    torch.manual_seed(0)
    module = Transformer(50, width=32, depth=2, heads=4, context=10)
    line, states = torch.randint(0, 50, (20, 10)), torch.zeros(20, 10, SIZE)
    with torch.no_grad():
        cost = torch.nn.functional.cross_entropy(module(line, states).flatten(0, 1), torch.randint(0, 50, (200,)))
    assert 0 <= float(cost) - math.log(50) < 0.6
