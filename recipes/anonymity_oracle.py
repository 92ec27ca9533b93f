"""What pycanon and anjana say of the tables that this package is checked against.

Both pin old versions of NumPy and pandas, so they live in an environment of their own and never beside pharmakon:

    python3 -m venv /tmp/oracle
    /tmp/oracle/bin/pip install anjana==1.2.3 pycanon==1.3.5
    /tmp/oracle/bin/python recipes/anonymity_oracle.py DATA/privacy/adult src/pharmakon/workflows/anonymity_oracle.json

DATA is the folder of public data sets. The file that it writes holds small tables made here by arithmetic, with every
measure of pycanon; the same measures of Adult, as it is and generalised; and the levels at which anjana arrives.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pandas as pd
from anjana.anonymity import _k_anonymity
from pycanon import anonymity

ADULT = {
    "age": "age",
    "education": "education",
    "marital-status": "marital",
    "occupation": "occupation",
    "sex": "sex",
    "native-country": "country",
}
LEVELS = ((4, 2, 0, 1, 0, 1), (4, 1, 1, 2, 0, 2), (5, 3, 2, 2, 1, 2))
"""Levels of the six columns at which Adult is measured."""
ASKED = ((10, 5), (5, 5), (10, 50), (5, 50), (11, 5), (20, 2))
"""k and the largest percentage of rows that anjana may suppress."""


def made(rows: int, seed: int) -> pd.DataFrame:
    """A table by a linear congruential generator, so that it is the same everywhere."""
    state, cells = seed, []
    for _ in range(rows):
        row = []
        for among in (3, 2, 4, 5, 7):
            state = (1103515245 * state + 12345) % 2**31
            row.append((state >> 16) % among)
        a, b, c, d, e = row
        cells.append((f"a{a}", f"b{b}", f"c{c}", "abcde"[min(d, e % 4)], 10 * e + a))
    return pd.DataFrame(cells, columns=["first", "second", "third", "word", "number"])


def measured(data: pd.DataFrame, quasi: list[str], sensitive: str) -> dict:
    """Everything that pycanon says of a table."""
    columns = (data, quasi, [sensitive])
    alpha, k = anonymity.alpha_k_anonymity(*columns)
    return {
        "k": int(k),
        "alpha": float(alpha),
        "l": int(anonymity.l_diversity(*columns)),
        "entropy_l": int(anonymity.entropy_l_diversity(*columns)),
        "t": float(anonymity.t_closeness(*columns)),
        "basic_beta": float(anonymity.basic_beta_likeness(*columns)),
        "enhanced_beta": float(anonymity.enhanced_beta_likeness(*columns)),
        "delta": float(anonymity.delta_disclosure(*columns)),
    }


def main(folder: Path, output: Path) -> None:
    """Ask both, of everything, and write it down."""
    adult = pd.read_csv(folder / "adult.csv.gz", skipinitialspace=True).rename(columns=str.strip)
    hierarchies = {
        column: dict(pd.read_csv(folder / "hierarchies" / f"{name}.csv", header=None, skipinitialspace=True))
        for column, name in ADULT.items()
    }
    quasi = list(ADULT)
    found: dict = {"versions": {name: version(name) for name in ("anjana", "pycanon", "numpy", "pandas")}}
    found |= {"anjana": [], "adult": [], "hospital": [], "made": [], "tables": []}
    for rows, seed in ((24, 1), (60, 2), (200, 3), (200, 4)):
        table = made(rows, seed)
        found["tables"].append([" ".join(row) for row in table.astype(str).to_numpy().tolist()])
        for columns in (["first", "second"], ["first", "second", "third"], ["second"]):
            for sensitive in ("word", "number"):
                found["made"].append(
                    {
                        "quasi": columns,
                        "sensitive": sensitive,
                        "measures": measured(table, columns, sensitive),
                        "table": len(found["tables"]) - 1,
                    }
                )
    hospital = pd.read_csv(folder / "hospital_extended.csv")
    found["hospital"] = [
        {"quasi": columns, "sensitive": "disease", "measures": measured(hospital, columns, "disease")}
        for columns in (["gender"], ["city"], ["gender", "city"], ["age", "gender", "city"])
    ]
    for k, percent in ASKED:
        out, suppressed, reached = _k_anonymity.k_anonymity_inner(
            adult.copy(), [], list(quasi), k, percent, hierarchies
        )
        found["anjana"].append(
            {
                "k": k,
                "percent": percent,
                "levels": [int(reached[column]) for column in quasi],
                "suppressed": int(suppressed),
                "classes": int(out.groupby(quasi).ngroups) if len(out) else 0,
            }
        )
    for levels in LEVELS:
        table = adult.copy()
        for column, level in zip(quasi, levels, strict=True):
            table[column] = table[column].map(
                dict(zip(hierarchies[column][0], hierarchies[column][level], strict=True))
            )
        for sensitive in ("salary-class", "hours-per-week", "workclass"):
            found["adult"].append(
                {"levels": levels, "sensitive": sensitive, "measures": measured(table, quasi, sensitive)}
            )
    output.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
