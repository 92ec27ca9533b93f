"""Write a made-up trial, in which a marker tells little of the women: clinical.csv, risks.csv and cohort.toml."""

from pathlib import Path

import numpy as np

COHORT = """name = "St Anne trial"
context_of_use = "prognostic"

[clinical]
file = "clinical.csv"

[outcome]
kind = "binary"
column = "response"
positive = "R"
negative = "NR"

[design]
covariates = ["age"]

[[blocks]]
name = "blood"
features = ["marker", "crp"]

[fairness]
groups = ["sex", "race", "age"]
reference = "us-2020"
source = "St Anne hospital, trial 12 (made up)"
label = "the treating physician, by RECIST; women came later to their first scan"

[fairness.limits]
gap = { auc = 0.1, equalised_odds = 0.2 }
worst = { auc = 0.7 }
participation = 0.8
missing = 0.05
"""

random, n = np.random.default_rng(7), 900
sex = random.choice(["F", "M"], n, p=[0.32, 0.68])
race = random.choice(["White", "Black", "Asian", ""], n, p=[0.82, 0.09, 0.07, 0.02])
age = random.normal(62, 11, n).clip(22, 91).round().astype(int)
marker, crp = random.normal(size=n), random.normal(1, 0.4, n)
signal = 1.6 * marker * np.where(sex == "F", 0.25, 1) + 0.03 * (age - 62) - 0.3
response = np.where(random.random(n) < 1 / (1 + np.exp(-signal)), "R", "NR")
risk = 1 / (1 + np.exp(-(1.2 * marker + 0.03 * (age - 62) - 0.3)))
gone = random.random(n) < np.where(sex == "F", 0.25, 0.08)

folder = Path("trial")
folder.mkdir(exist_ok=True)
rows = [
    f"P{i:03d},{sex[i]},{race[i]},{age[i]},{'' if gone[i] else f'{crp[i]:.2f}'},{marker[i]:.3f},{response[i]}\n"
    for i in range(n)
]
(folder / "clinical.csv").write_text("id,sex,race,age,crp,marker,response\n" + "".join(rows))
(folder / "risks.csv").write_text("sample,risk\n" + "".join(f"P{i:03d},{risk[i]:.4f}\n" for i in range(n)))
(folder / "cohort.toml").write_text(COHORT)
