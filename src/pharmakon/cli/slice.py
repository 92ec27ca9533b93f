"""`pharmakon slice "COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1"`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import slice as workflow

from .flags import from_config


@from_config(positional=("smiles",))
def slice(
    config: workflow.SliceConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the proposals as JSON")] = False,
) -> int:
    """Propose where to cut a molecule for a mode of design: [mode] tables to paste into a goal file, best first."""
    result = workflow.run(config)
    if as_json:
        print(json.dumps([one.plain() for one in result.molecules], indent=2, ensure_ascii=False))
    else:
        for one in result.molecules:
            _print(one)
    return 1 if all(one.problem for one in result.molecules) else 0


def _print(one: workflow.Sliced) -> None:
    print(f"# {f'{one.id}: ' if one.id else ''}{one.smiles}")
    if one.problem:
        print(f"# {one.problem}")
    for proposal in one.proposals:
        print(f"\n# {proposal.score:.2f}: {'; '.join(proposal.reasons)}")
        print(f"# cut off: {' and '.join(proposal.pieces)}")
        print(proposal.toml)
    print()
