"""`pharmakon data list [WORDS]` and `pharmakon data fetch NAME -o DIR`."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from pharmakon.workflows import data as workflow

from . import render
from .flags import from_config
from .progress import progress

HEADINGS = ("name", "rows", "licence", "ship", "what", "here")
LICENCE_WIDTH = 32


def list_sets(
    *words: Annotated[str, Parameter(help="show only the sets whose name, title or licence has these words")],
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the whole catalogue as JSON")] = False,
) -> None:
    """List the public data sets: size, licence, whether weights may ship, and whether each is on this machine."""
    found = workflow.listing(" ".join(words))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    elif found:
        render.table(HEADINGS, (_row(item) for item in found))
    else:
        render.note(f"no data set has the words {' '.join(words)!r}; pharmakon data list shows all")


@from_config(positional=("name",), short={"output": "-o"})
def fetch(config: workflow.FetchConfig) -> None:
    """Find a data set on this machine or download it, and check it by its SHA-256.

    A download that stopped goes on where it was. Printed are the licence, how to cite the set, and where its files lie.
    """
    with progress(config.name) as advance:
        result = workflow.run(config, progress=advance)
    item = result.item
    print(f"{item.name}: {item.title}, {item.rows:,} rows")
    print(f"licence: {item.licence}")
    print(f"cite: {item.citation}")
    for caveat in item.caveats:
        print(f"caveat: {caveat}")
    for file in result.files:
        print(f"{file.how}: {file.path} ({file.bytes:,} bytes, SHA-256 as in the catalogue)")
    if result.warning:
        render.note(f"warning: {result.warning}")


def _row(item: Mapping[str, Any]) -> tuple[str, ...]:
    licence = re.sub(r" \([^)]*\)", "", str(item["licence"]))
    return (
        str(item["name"]),
        f"{item['rows']:,}",
        textwrap.shorten(licence, LICENCE_WIDTH, placeholder=" ..."),
        str(item["ship"]),
        str(item["title"]),
        "yes" if item["here"] else "no",
    )
