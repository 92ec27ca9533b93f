"""`pharmakon sample priors/ours -n 1000 -o samples.csv`."""

from __future__ import annotations

from pharmakon.workflows import sample as workflow

from . import render
from .flags import from_config
from .progress import progress


@from_config(positional=("prior",), short={"output": "-o", "n": "-n"})
def sample(config: workflow.SampleConfig) -> None:
    """Write molecules from a prior: valid, different, and none that a treaty forbids."""
    with progress("sample") as advance:
        result = workflow.run(config, progress=advance)
    rest = ", ".join(f"{number:,} {what}" for what, number in result.rest.items() if number)
    print(f"{result.molecules:,} molecules of {result.texts:,} texts{f' ({rest})' if rest else ''}")
    if result.withheld:
        render.note(f"{len(result.withheld)} were withheld: chemicals of the Chemical Weapons Convention's schedules")
    if result.molecules < config.n:
        odd = result.rest.get(workflow.ODD, 0) > result.molecules  # such as all that begin with a prefix that is odd
        more = "--unfiltered leaves in what is odd" if odd else "a higher --temperature finds more"
        render.note(f"only {result.molecules:,} of {config.n:,} were found; {more}")
    print(f"molecules: {result.output}")
