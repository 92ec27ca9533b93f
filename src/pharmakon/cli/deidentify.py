"""`pharmakon deidentify IN ... -o OUT`."""

from __future__ import annotations

import json
from typing import Annotated

from cyclopts import Parameter

from pharmakon.workflows import deidentify as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("inputs",), short={"output": "-o"})
def deidentify(
    config: workflow.DeidentifyConfig,
    *,
    as_json: Annotated[bool, Parameter("--json", negative=(), help="print the result as JSON")] = False,
) -> int:
    """Take identifiers out of tables, FHIR bundles and DICOM headers, by the 18 of HIPAA Safe Harbor.

    The same person has the same token in every file and every call with the same key. The results are searched for what
    was removed, and deleted if anything is left. Free texts are removed as a whole unless --texts tag.
    """
    with progress("deidentify") as advance:
        result = workflow.run(config, progress=advance)
    said = result.plain()
    for kind, reason in sorted(set(result.refused)):
        render.note(f"refused a file ({kind}): {reason}")
    if as_json:
        print(json.dumps(said, indent=2, ensure_ascii=False))
    else:
        _print(said)
    if not result.safe_harbor:
        render.note("NOT Safe Harbor: dates were shifted, not cut to the year")
    if result.key is not None:
        render.note(f"key: {result.key} (keep it apart from the results; with it tokens can be linked back)")
    render.note(f"written: {result.folder / 'report.html'} (ledger {result.head[:16]})")
    return 0


def _print(said: dict[str, object]) -> None:
    places, looks = said["places"], said["look_at"]
    rows = [
        (str(one["where"]), str(one["identifier"]), str(one["done"]), f"{one['values']:,}")
        for one in places[:30]  # type: ignore[index]
    ]
    render.table(("column or path", "identifier", "done", "values"), rows)
    if len(places) > 30:  # type: ignore[arg-type]
        print(f"... and {len(places) - 30:,} more places, in result.json")  # type: ignore[arg-type]
    for one in looks:  # type: ignore[attr-defined]
        print(f"look at {one['where'] or 'the files'}: {one['why']}")
