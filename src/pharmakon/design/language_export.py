"""A trained transformer as an ONNX file that takes one step: the next token's logits, given keys and values so far."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import torch
from onnx import load_from_string, numpy_helper
from torch import Tensor

from pharmakon.design.grammar import SIZE
from pharmakon.learn.onnx_nodes import FLOAT, INT64, Nodes, Shape

from .transformer import Block, Transformer


def exported(module: Transformer) -> bytes:
    """The module for one token of n molecules, all at the same place.

    Inputs: `ids` (n,), `place` (1,), `state` (n, grammar.SIZE) after these ids, and for each block the `key` and
    `value` of what came before, (n, t, size).
    Outputs: `logits` (n, vocabulary) and the keys and values with the new ones, (n, t + 1, size). Weights are whole
    numbers of one byte.
    """
    net, blocks = Nodes(), cast("list[Block]", list(module.blocks))
    table = net.byte("token", module.token.weight.detach().numpy().T)
    table = net.add("Transpose", table, to="token_rows", perm=[1, 0])
    token = net.add("Gather", table, "ids", to="token_now")
    place = net.add("Gather", net.half("places", module.place.weight.detach().numpy()), "place", to="place_now")
    owed = net.add("MatMul", "state", net.half("states", module.state.weight.detach().numpy().T), to="state_now")
    x = net.add("Add", net.add("Add", token, place, to="placed"), owed, to="x")
    inputs: dict[str, Shape] = {"ids": (INT64, ["n"]), "place": (INT64, [1]), "state": (FLOAT, ["n", SIZE])}
    outputs: dict[str, Shape] = {"logits": (FLOAT, ["n", len(module.token.weight)])}
    for depth, block in enumerate(blocks):
        x = _stepped(net, block, x, depth)
        for kept in ("key", "value"):
            inputs[f"{kept}{depth}"] = (FLOAT, ["n", "t", block.size])
            outputs[f"{kept}{depth}_out"] = (FLOAT, ["n", "u", block.size])
    net.add("MatMul", _normed(net, module.last, x, to="last"), "token", to="logits")
    return net.file("transformer", inputs, outputs)


def imported(onnx: bytes) -> Transformer:
    """The module an exported file was made of, to be trained on; its weights are as coarse as the file's."""
    found = {
        one.name: torch.from_numpy(numpy_helper.to_array(one).copy())
        for one in load_from_string(onnx).graph.initializer
    }

    def matrix(name: str) -> Tensor:
        return (found[f"{name}.byte"].float() * found[f"{name}.unit"]).T

    weights = {
        "token.weight": matrix("token"),
        "place.weight": found["places.half"].float(),
        "state.weight": found["states.half"].float().T,
    }
    depth = sum(name.startswith("heads") for name in found)
    for name, kept in [("last", "last")] + [
        (f"blocks.{i}.{part}", f"{part}{i}") for i in range(depth) for part in ("before", "between")
    ]:
        weights |= {f"{name}.weight": found[f"{kept}.weight"], f"{name}.bias": found[f"{kept}.bias"]}
    for i in range(depth):
        for part in ("ask", "tell", "join", "widen", "narrow"):
            weights[f"blocks.{i}.{part}.weight"] = matrix(f"{part}{i}.weight")
            weights[f"blocks.{i}.{part}.bias"] = found[f"{part}{i}.bias"]
    (vocabulary, width), context = weights["token.weight"].shape, len(weights["place.weight"])
    module = Transformer(vocabulary, width=width, depth=depth, heads=int(found["heads0"][1]), context=context)
    module.load_state_dict(weights)
    return module


def _stepped(net: Nodes, block: Block, x: str, depth: int) -> str:
    """One block for one token: its query asks the keys of all tokens so far."""
    seen = _normed(net, block.before, x, to=f"before{depth}")
    told = _linear(net, block.tell, seen, to=f"tell{depth}")
    told = net.add("Unsqueeze", told, _whole(net, f"one{depth}", [1]), to=f"told{depth}")
    new = net.split(told, to=(f"new_key{depth}", f"new_value{depth}"), axis=2)
    key, value = (
        net.add("Concat", f"{kept}{depth}", fresh, to=f"{kept}{depth}_out", axis=1)
        for kept, fresh in zip(("key", "value"), new, strict=True)
    )
    query = _linear(net, block.ask, seen, to=f"ask{depth}")
    query = net.add("Reshape", query, _whole(net, f"heads{depth}", [-1, block.heads, block.size]), to=f"query{depth}")
    across = net.add("Transpose", key, to=f"across{depth}", perm=[0, 2, 1])
    scale = net.exact(f"scale{depth}", np.array(block.size**-0.5, np.float32))
    score = net.add("Mul", net.add("MatMul", query, across, to=f"score{depth}"), scale, to=f"scaled{depth}")
    heard = net.add("MatMul", net.add("Softmax", score, to=f"weight{depth}", axis=-1), value, to=f"heard{depth}")
    heard = net.add("Reshape", heard, _whole(net, f"flat{depth}", [-1, block.heads * block.size]), to=f"joined{depth}")
    x = net.add("Add", x, _linear(net, block.join, heard, to=f"join{depth}"), to=f"x{depth}")
    wide = _linear(net, block.widen, _normed(net, block.between, x, to=f"between{depth}"), to=f"widen{depth}")
    wide = net.add("Relu", wide, to=f"relu{depth}")
    wide = net.add("Mul", wide, wide, to=f"square{depth}")
    return net.add("Add", x, _linear(net, block.narrow, wide, to=f"narrow{depth}"), to=f"x{depth}_out")


def _normed(net: Nodes, norm: Any, x: str, *, to: str) -> str:
    scale, shift = (net.exact(f"{to}.{name}", getattr(norm, name).detach().numpy()) for name in ("weight", "bias"))
    return net.add("LayerNormalization", x, scale, shift, to=to, axis=-1, epsilon=norm.eps)


def _linear(net: Nodes, layer: Any, of: str, *, to: str) -> str:
    weight = net.byte(f"{to}.weight", layer.weight.detach().numpy().T)
    bias = net.exact(f"{to}.bias", layer.bias.detach().numpy())
    return net.add("Add", net.add("MatMul", of, weight, to=f"{to}.product"), bias, to=to)


def _whole(net: Nodes, name: str, values: list[int]) -> str:
    return net.exact(name, np.array(values, np.int64))
