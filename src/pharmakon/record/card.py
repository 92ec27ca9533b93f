"""A model card for people: what the model says, of what it was made, how well it does, where it ends.

One outline of the card (a dict, as a model folder's card.json holds it) is written as Markdown or as HTML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pharmakon.core.units import show, show_interval

RIVALS = {
    "model": "this model",
    "tanimoto_kernel": "Tanimoto kernel (ECFP4)",
    "mean": "mean of the training set",
    "before": "before recalibration",
}
METRICS = {
    "rmse": "RMSE",
    "mae": "MAE",
    "r2": "R²",
    "spearman": "Spearman ρ",
    "auroc": "AUROC",
    "auprc": "AUPRC",
    "brier": "Brier",
    "mcc": "MCC",
}
WANTED = {"high": "higher is better", "low": "lower is better", "none": "neither direction is better in itself"}


@dataclass(frozen=True, slots=True)
class _Text:
    words: str


@dataclass(frozen=True, slots=True)
class _Points:
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


_Block = _Text | _Points | _Table


def markdown(card: Mapping[str, Any]) -> str:
    """The card as a Markdown document."""
    parts = [f"# {_md(_title(card))}"]
    for heading, blocks in _outline(card):
        parts.append(f"## {heading}")
        parts += [_md_block(block) for block in blocks]
    return "\n\n".join(parts) + "\n"


def html(card: Mapping[str, Any], *, level: int = 3) -> str:
    """The card as an HTML fragment whose title is a heading of `level`; everything in it is escaped."""
    parts = [f'<section class="model-card"><h{level}>{escape(_title(card))}</h{level}>']
    for heading, blocks in _outline(card):
        parts.append(f"<h{level + 1}>{escape(heading)}</h{level + 1}>")
        parts += [_html_block(block) for block in blocks]
    return "\n".join([*parts, "</section>"])


def _title(card: Mapping[str, Any]) -> str:
    title = str(_part(card, "property").get("title", ""))
    name = str(card.get("name", "model"))
    return f"{title} ({name})" if title and title != name else name


def _outline(card: Mapping[str, Any]) -> Iterator[tuple[str, list[_Block]]]:
    """Headings with their blocks; a part the card does not have is left out."""
    sections: dict[str, list[_Block]] = {
        "What it says": _meaning(card),
        "Data": _data(_part(card, "dataset")),
        "Method": _method(card),
        "Recalibration": _facts(_part(card, "recalibration")),
        "How well it does": _scores(_part(card, "scores"), _part(card, "property")),
        "What it scores on permuted values": _facts(_part(card, "y_scrambling")),
        "How honest its intervals are": _coverage(_part(card, "coverage"), _part(card, "property")),
        "Where it may be believed": _facts(_part(card, "domain")),
        "What it learnt from": _learnt(card),
        "What it writes": _facts(_part(card, "judged")),
        "Limits": [_Points([str(limit) for limit in card["limits"]])] if card.get("limits") else [],
        "Notes": [_Points([str(note) for note in card["notes"]])] if card.get("notes") else [],
        "Made": _made(card),
    }
    yield from ((heading, blocks) for heading, blocks in sections.items() if blocks)


def _learnt(card: Mapping[str, Any]) -> list[_Block]:
    """Of a language model: what became of the rows, and where they are from."""
    sources = [f"{one['set']}: {one['licence']}; {one['citation']}" for one in card.get("sources", ())]
    left_out = [_Text(f"Left out: {card['left out']}.")] if card.get("left out") else []
    return [*_facts(_part(card, "data")), *([_Points(sources)] if sources else []), *left_out]


def _meaning(card: Mapping[str, Any]) -> list[_Block]:
    what = _part(card, "property")
    if not what:
        return []
    unit = what.get("unit") or "no unit"
    points = [f"Unit: {unit}", f"Direction: {WANTED.get(str(what.get('better')), 'not said')}"]
    if what.get("low") is not None or what.get("high") is not None:
        ends = " to ".join("open" if what.get(end) is None else show(what[end]) for end in ("low", "high"))
        points.append(f"Range no answer leaves: {ends}")
    if what.get("threshold") is not None:
        points.append(f"Good and poor are divided at {show(what['threshold'])}")
    if what.get("meaning"):
        points.append(f"{'Probability of' if what.get('kind') == 'classification' else 'Meaning'}: {what['meaning']}")
    if what.get("hazard"):
        points.append("A hazard: a design may be penalised for it or barred by it, never rewarded")
    return [*([_Text(str(card["what"]))] if card.get("what") else []), _Points(points)]


def _data(data: Mapping[str, Any]) -> list[_Block]:
    if not data:
        return []
    counted = [f"{data[key]:,} {words}" for key, words in _COUNTS.items() if isinstance(data.get(key), int)]
    points = [f"{', '.join(counted)}"] if counted else []
    aside = data.get("set_aside") or {}
    if aside:
        points.append(
            "Set aside, with the number of rows: "
            + "; ".join(f"{reason}: {_number(count)}" for reason, count in aside.items())
        )
    known = {*_COUNTS, "set_aside", "name"}
    points += [
        f"{_words(key)}: {_said(value)}" for key, value in data.items() if key not in known and value not in ("", None)
    ]
    return [*([_Text(str(data["name"]))] if data.get("name") else []), _Points(points)]


_COUNTS = {"rows": "rows read", "used": "used", "molecules": "distinct molecules"}


def _method(card: Mapping[str, Any]) -> list[_Block]:
    out: list[_Block] = [_Text(str(card["method"]))] if card.get("method") else []
    return out + _facts(_part(card, "learned"))


def _scores(scores: Mapping[str, Any], what: Mapping[str, Any]) -> list[_Block]:
    """A table a split: the model beside its rivals, each number with its 95 % interval."""
    blocks: list[_Block] = []
    for split, found in scores.items():
        rivals = [name for name in found if isinstance(found[name], Mapping)]
        metrics = list(dict.fromkeys(metric for name in rivals for metric in found[name]))
        rows = [[RIVALS.get(name, _words(name)), *(_score(found[name].get(m)) for m in metrics)] for name in rivals]
        counted = f", {_number(found['n'])} molecules" if "n" in found else ""
        unit = f" RMSE and MAE in {what['unit']}." if {"rmse", "mae"} & set(metrics) and what.get("unit") else ""
        blocks.append(_Text(f"{_words(split)} split{counted}; in brackets the 95 % bootstrap interval.{unit}"))
        blocks.append(_Table(["", *(METRICS.get(m, m) for m in metrics)], rows))
    return blocks


def _coverage(coverage: Mapping[str, Any], what: Mapping[str, Any]) -> list[_Block]:
    if not coverage:
        return []
    classes = what.get("kind") == "classification"
    rows = [
        [
            _words(split),
            _percent(c.get("nominal")),
            _percent(c.get("observed")),
            show(c.get("mean_width", float("nan"))),
        ]
        for split, c in coverage.items()
    ]
    width = "mean number of classes given" if classes else "mean width"
    return [_Table(["split", "promised", "observed", width], rows)]


def _made(card: Mapping[str, Any]) -> list[_Block]:
    points = [
        f"{_words(key)}: {_said(card[key])}" for key in ("created", "seed", "versions") if card.get(key) is not None
    ]
    points += [f"{name}: SHA-256 {digest}" for name, digest in _part(card, "files").items()]
    return [_Points(points)] if points else []


def _facts(facts: Mapping[str, Any]) -> list[_Block]:
    points = [f"{_words(key)}: {_said(value)}" for key, value in facts.items() if value not in ("", None)]
    return [_Points(points)] if points else []


def _part(card: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = card.get(key)
    return found if isinstance(found, Mapping) else {}


def _score(found: Any) -> str:
    if not isinstance(found, Sequence) or len(found) != 3:
        return "-"
    value, low, high = (float("nan") if x is None else float(x) for x in found)
    return f"{show(value)} ({show_interval(low, high)})" if show(low) != "-" else show(value)


def _percent(value: Any) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return show(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_said(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_said(item) for item in value)
    return str(value)


def _words(key: str) -> str:
    words = str(key).replace("_", " ")
    return {"sha256": "SHA-256"}.get(words, words[:1].upper() + words[1:])


def _md_block(block: _Block) -> str:
    match block:
        case _Text(words):
            return _md(words)
        case _Points(items):
            return "\n".join(f"- {_md(item)}" for item in items)
        case _Table(head, rows):
            lines = [head, ["---"] * len(head), *rows]
            return "\n".join(
                f"| {' | '.join(_md(cell) if cell != '---' else cell for cell in line)} |" for line in lines
            )


def _md(text: str) -> str:
    """Text that Markdown shows as it is, in one line; escaped only where Markdown would read a mark."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


_MARKS = re.compile(r"[\\`*|\[]|(?<!\w)_|_(?!\w)|<(?=[\w/!?])|^[#>]|^[+-](?= )")


def _html_block(block: _Block) -> str:
    match block:
        case _Text(words):
            return f"<p>{escape(words)}</p>"
        case _Points(items):
            return f"<ul>{''.join(f'<li>{escape(item)}</li>' for item in items)}</ul>"
        case _Table(head, rows):
            top = "".join(f'<th scope="col">{escape(cell)}</th>' if cell else "<td></td>" for cell in head)
            body = "".join(f"<tr>{_html_row(row)}</tr>" for row in rows)
            inner = f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
            return f'<div class="scroll" tabindex="0">{inner}</div>'


def _html_row(row: Iterable[str]) -> str:
    first, *rest = row
    return f'<th scope="row">{escape(first)}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
