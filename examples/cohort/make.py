"""Writes the two made-up cohorts of this folder: patients of two hospitals, 60 proteins, response to a treatment.

    python examples/cohort/make.py

Three proteins and the stage tell who responds, two others only go with the sex; the second hospital measures a little
higher. Nothing here is anybody's data.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from pharmakon.core.random import stream

HERE = Path(__file__).parent
PROTEINS = [f"P{j:02}" for j in range(1, 61)]
TOML = """# {title}: {n} made-up patients. What everything means: docs/howto/discover.md
name = "{title}"
context_of_use = "response"  # what the marker is for, in BEST's words

[clinical]
file = "{name}_clinical.csv"
id = "sample"
patient = "patient"

[outcome]
kind = "binary"
column = "response"
positive = "yes"
negative = "no"

[design]
covariates = ["age", "sex", "stage"]  # effects are adjusted for these, and a model of them alone is the bar
batch = "plate"
subgroups = ["sex", "hospital"]

[[blocks]]
name = "proteins"
file = "{name}_proteins.csv"
"""


def write(name: str, title: str, *, n: int, shift: float, seed: int) -> None:
    """One cohort: its clinical table, its proteins and its declaration."""
    draw = stream(seed, name)
    sex, stage = draw.integers(0, 2, n), draw.choice([1, 2, 3], n, p=[0.3, 0.4, 0.3])
    pathway = draw.normal(size=(n, 6))
    values = 0.6 * pathway[:, np.arange(60) % 6] + 0.8 * draw.normal(size=(n, 60))
    values[:, [20, 21]] += 1.2 * sex[:, None]
    signal = 1.4 * values[:, 0] - 1.3 * values[:, 7] + 1.2 * values[:, 14] - 0.8 * (stage - 2) - 0.2
    response = draw.random(n) < 1 / (1 + np.exp(-signal))
    plate = draw.integers(1, 4, n)
    values = values + shift + 0.15 * plate[:, None]
    values[draw.random(values.shape) < 0.01] = np.nan
    age = draw.normal(62, 9, n).round().astype(int)
    head = "sample,patient,age,sex,stage,hospital,plate,response"
    rows = [
        f"{name[0].upper()}{i:03},{name[0].upper()}P{i:03},{age[i]},{'FM'[sex[i]]},{'I' * int(stage[i])},"
        f"{draw.choice(['north', 'south'])},{plate[i]},{('no', 'yes')[int(response[i])]}"
        for i in range(n)
    ]
    (HERE / f"{name}_clinical.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    lines = [",".join(["sample", *PROTEINS])]
    for i in range(n):
        cells = ("" if np.isnan(x) else f"{x:.2f}" for x in values[i])
        lines.append(",".join([f"{name[0].upper()}{i:03}", *cells]))
    (HERE / f"{name}_proteins.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (HERE / f"{name}.toml").write_text(TOML.format(title=title, name=name, n=n), encoding="utf-8")


if __name__ == "__main__":
    write("trial", "A trial", n=180, shift=0.0, seed=1)
    write("clinic", "A clinic", n=120, shift=0.2, seed=2)
