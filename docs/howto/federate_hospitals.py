"""Write three made-up hospitals, each with a folder of its own: patients.csv and cohort.toml."""

from pathlib import Path

import numpy as np

COHORT = """name = "{name}"
context_of_use = "prognostic"

[clinical]
file = "patients.csv"

[outcome]
kind = "binary"
column = "intensive_care"
positive = "yes"
negative = "no"

[design]
covariates = ["age", "sex"]

[[blocks]]
name = "blood"
features = [{features}]
"""
MARKERS = [f"M{j:02}" for j in range(1, 31)]
WEIGHTS = np.array([0.9, -0.8, 0.7, -0.6, 0.5] + 25 * [0.0])

random = np.random.default_rng(11)
for name, size, severity in (("north", 150, -0.8), ("south", 190, 0.0), ("west", 240, 0.4)):
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    values = random.normal(size=(size, len(MARKERS))) + 0.3 * random.normal(size=len(MARKERS))
    age, sex = random.normal(62, 12, size).round().astype(int), random.choice(["F", "M"], size)
    score = values @ WEIGHTS + 0.03 * (age - 62) + severity
    came = random.random(size) < 1 / (1 + np.exp(-score))
    lines = [",".join(["id", "age", "sex", "intensive_care", *MARKERS])]
    for i in range(size):
        row = [f"{name}-{i:03}", age[i], sex[i], "yes" if came[i] else "no", *(f"{x:.3f}" for x in values[i])]
        lines.append(",".join(map(str, row)))
    (folder / "patients.csv").write_text("\n".join(lines) + "\n")
    features = ", ".join(f'"{marker}"' for marker in MARKERS)
    (folder / "cohort.toml").write_text(COHORT.format(name=f"hospital {name}", features=features))
