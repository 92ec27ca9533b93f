"""The file takes one step as the module does, and holds no path."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")


def test_a_step_is_the_modules_and_the_bytes_are_the_same_twice():
    import torch

    from pharmakon.design.grammar import Draft, Grammar
    from pharmakon.design.language import LanguageModel
    from pharmakon.design.language_export import exported
    from pharmakon.design.tokens import Tokens
    from pharmakon.design.transformer import Transformer

    torch.manual_seed(1)
    module = Transformer(len(Tokens()), width=32, depth=3, heads=2, context=9).eval()
    onnx = exported(module)
    assert onnx == exported(module)
    assert b"/" not in onnx.replace(b"//", b"")[:200]
    language = LanguageModel(onnx, Tokens(), context=9, threads=1)
    lines = np.array([[1, 40, 50, 60], [1, 44, 10, 19]])  # the second opens a branch and a ring
    grammar, drafts = Grammar(language.tokens), [Draft(), Draft()]
    with torch.no_grad():
        wanted = module(torch.from_numpy(lines), torch.from_numpy(grammar.along(lines))).numpy()
    cache = language._empty(2)
    for place in range(4):
        logits, cache = language._step(lines[:, place], place, drafts, cache)
        assert logits[:, 2:] == pytest.approx(wanted[:, place, 2:], abs=0.02)
    assert {kept.shape for kept in cache.values()} == {(2, 4, 16)}
    assert len(cache) == 6


def test_a_file_becomes_the_module_it_was():
    import torch

    from pharmakon.design.grammar import SIZE
    from pharmakon.design.language_export import exported, imported
    from pharmakon.design.transformer import Transformer

    torch.manual_seed(1)
    module = Transformer(120, width=32, depth=3, heads=4, context=9)
    again = imported(exported(module))
    assert (again.context, again.blocks[0].heads) == (9, 4)
    ids, states = torch.tensor([[1, 40, 50, 60, 7]]), torch.rand(1, 5, SIZE)
    with torch.no_grad():
        assert again(ids, states).numpy() == pytest.approx(module(ids, states).numpy(), abs=0.02)
    assert exported(imported(exported(again))) == exported(again)
