"""Counterfactuals as a page, a table or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pharmakon.core.files import write_atomic
from pharmakon.core.units import show, show_interval

from .counterfactuals_evidence import shortly

if TYPE_CHECKING:
    from pharmakon.record.counterfactuals import EditLine

    from .counterfactuals_result import Alternative, CounterfactualsResult, Value

COLUMNS = (
    "smiles",
    "edit",
    "similarity",
    "atoms_removed",
    "atoms_added",
    "value",
    "low",
    "high",
    "sure",
    "pairs",
    "pairs_mean",
    "pairs_sd",
    "pairs_low",
    "pairs_high",
    "seen",
    "no_longer_good",
    "now_good",
    "sentence",
)
SIZE = (260, 180)
NOTHING = "No edit was found that changes the answer and that nothing speaks against."


def write(result: CounterfactualsResult, output: Path) -> None:
    """The result to a file, by its ending."""
    ending = output.suffix.lower()
    if ending == ".csv":
        _table(result, output)
        return
    text = page(result) if ending == ".html" else json.dumps(result.plain(), indent=2, ensure_ascii=False) + "\n"
    write_atomic(output, text)


def _table(result: CounterfactualsResult, output: Path) -> None:
    from pharmakon.store.writers import CsvWriter

    formats = dict.fromkeys(("value", "low", "high", "pairs_mean", "pairs_sd", "pairs_low", "pairs_high"), ".5g")
    with CsvWriter(output, COLUMNS, formats=formats | {"similarity": ".3f"}) as writer:
        for one in result.found:
            writer.write(_row(one))


def _row(one: Alternative) -> dict[str, object]:
    pairs = one.pairs
    return {
        "smiles": one.smiles,
        "edit": one.words,
        "similarity": one.similarity,
        "atoms_removed": one.n_removed,
        "atoms_added": one.n_added,
        "value": one.after.value,
        "low": one.after.low,
        "high": one.after.high,
        "sure": "yes" if one.sure else "no",
        "pairs": pairs.n if pairs else "",
        **({f"pairs_{name}": getattr(pairs, name) for name in ("mean", "sd", "low", "high")} if pairs else {}),
        "seen": one.seen or "",
        "no_longer_good": "; ".join(one.lost),
        "now_good": "; ".join(one.gained),
        "sentence": one.sentence,
    }


def page(result: CounterfactualsResult) -> str:
    """The HTML page."""
    from rdkit import Chem, rdBase

    from pharmakon import __version__
    from pharmakon.chem.depict import svg
    from pharmakon.record.counterfactuals import CounterfactualsPage, render

    mol = Chem.MolFromSmiles(result.smiles)
    lines = [_line(one, result) for one in result.found]
    sure = sum(one.sure for one in result.found)
    figures = [(str(len(lines)), "edits shown"), (str(sure), "surely on the wanted side")]
    if lines:
        figures.append((f"{max(one.similarity for one in result.found):.2f}", "similarity of the nearest"))
    return render(
        CounterfactualsPage(
            title=f"What would change {result.property.title}?",
            summary=summary(result),
            figures=figures,
            svg=svg(mol, size=(380, 240)),
            smiles=result.smiles,
            value=_shown(result.before, result),
            interval=_interval(result.before),
            lines=lines,
            tried=result.tried,
            facts={"pharmakon": __version__, "RDKit": rdBase.rdkitVersion, "Model": result.model},
        )
    )


def summary(result: CounterfactualsResult) -> list[str]:
    """What was asked and found, in sentences."""
    before = f"{result.property.title} of the molecule: {_shown(result.before, result)} ({_interval(result.before)})"
    verdict = f", {result.before.verdict}" if result.before.verdict else ""
    asked = f"{before}{verdict}. Wanted: {result.wanted}."
    if result.withheld:
        return [asked, f"Nothing was looked for: {result.withheld}."]
    said = [asked, *([] if result.found else [NOTHING, result.tried])]
    if result.found and not any(one.sure for one in result.found):
        said.append("Every edit here is over the line by the point estimate only: the model is not sure of any.")
    return said


def effects(one: Alternative) -> str:
    """What an edit does to the other properties, shortly; "" for nothing."""
    lost = f"no longer good: {shortly(one.lost)}" if one.lost else ""
    gained = f"now good: {shortly(one.gained)}" if one.gained else ""
    return "; ".join(filter(None, (lost, gained)))


def _line(one: Alternative, result: CounterfactualsResult) -> EditLine:
    from rdkit import Chem

    from pharmakon.chem.depict import drawing
    from pharmakon.record.counterfactuals import EditLine

    before, there = drawing(Chem.MolFromSmiles(result.smiles), size=SIZE)
    after, here = drawing(Chem.MolFromSmiles(one.smiles), size=SIZE)
    return EditLine(
        words=f"{one.words[:1].upper()}{one.words[1:]}",
        before_svg=before,
        after_svg=after,
        going=[there[i] for i in one.changed],
        new=[here[i] for i in one.new],
        smiles=one.smiles,
        value=_shown(one.after, result),
        interval=_interval(one.after),
        sure=one.sure,
        similarity=f"{one.similarity:.2f}",
        atoms=f"{one.n_removed} out, {one.n_added} in",
        evidence=one.evidence,
        lost=shortly(one.lost),
        gained=shortly(one.gained),
        sentence=one.sentence,
    )


def _shown(value: Value, result: CounterfactualsResult) -> str:
    what = result.property
    return show(value.value, what.unit if what.kind == "regression" else "")


def _interval(value: Value) -> str:
    return show_interval(value.low, value.high)
