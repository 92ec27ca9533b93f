"""What a discovery leaves behind: markers, risks, result and report as files, each in the ledger."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from pharmakon.core.files import write_atomic
from pharmakon.record.crate import close
from pharmakon.record.discovery import MARKERS_FILE, REPORT, RESULT, RISKS_FILE, SIGNATURE
from pharmakon.record.ledger import Ledger
from pharmakon.store.plain import document
from pharmakon.store.plain import plain as plain_data
from pharmakon.store.writers import write_csv

from .group_performance import GROUPS, for_whom, said_of
from .study_markers import MARKERS

if TYPE_CHECKING:
    from pharmakon.biomarkers.judging import Estimate
    from pharmakon.fairness.performance import Performance

    from .discover import DiscoverConfig, DiscoverResult


def write(result: DiscoverResult, config: DiscoverConfig, ledger: Ledger) -> DiscoverResult:
    """Write every file, record it, close the ledger; the result with the ledger's head."""
    from .study_checklists import answers
    from .study_report import page

    folder = result.folder
    performance = by_group(result, config)
    if performance:
        write_atomic(folder / GROUPS, document(performance))
        result.notes.extend(said_of(performance, result.cohort.outcome.kind))
    markers = result.markers()
    write_csv(folder / MARKERS_FILE, MARKERS, ({k: _cell(v) for k, v in row.items()} for row in markers))
    files = [MARKERS_FILE]
    if result.nested is not None:
        write_csv(folder / RISKS_FILE, ("sample", "patient", "fold", *result.nested.models), _risks(result))
        files.append(RISKS_FILE)
    write_atomic(folder / RESULT, document(plain(result) | {"checklists": answers(result, config)}))
    for name in (*files, RESULT, *([GROUPS] if performance else [])):
        ledger.output(folder / name)
    if result.signature is not None:
        for path in sorted((folder / SIGNATURE).iterdir()):
            ledger.output(path)
    head = ledger.append("analysed", markers=len(markers), notes=result.notes).hash
    result = replace(result, head=head)
    write_atomic(folder / REPORT, page(result, config))
    ledger.output(folder / REPORT)
    return replace(result, head=close(ledger).hash)


def by_group(result: DiscoverResult, config: DiscoverConfig) -> dict[str, Performance]:
    """The nested risks of the signature in every group, by column; nothing without a signature."""
    if result.nested is None or result.scores is None or result.signature is None:
        return {}
    risks = result.nested.risks(result.scores.main)
    return for_whom(result.cohort, risks, config.cohort, horizon=result.signature.horizon, seed=config.seed)


def plain(result: DiscoverResult) -> dict[str, Any]:
    """The result as plain data, without patients and without single markers, which markers.csv has."""
    cohort = result.cohort
    said: dict[str, Any] = {
        "cohort": cohort.declaration.name,
        "hash": cohort.hash,
        "context_of_use": cohort.declaration.context_of_use,
        "samples": len(cohort),
        "patients": len({*cohort.patients}),
        "events": cohort.outcome.events,
        "flow": [list(step) for step in cohort.flow],
        "checks": [asdict(check) for check in result.checks],
        "univariable": {
            name: {
                "method": table.method,
                "effect": table.meaning,
                "adjusted for": list(table.adjusted_for),
                "patients": table.patients,
                "tested": table.adjusted.tested,
                "not tested": len(table.features) - table.adjusted.tested,
                "found": int((table.adjusted.q < 0.05).sum()),
            }
            for name, table in result.differential.items()
        },
        "notes": result.notes,
    }
    if result.scores is not None:
        scores = result.scores
        said["measure"] = scores.leading
        said["models"] = {
            model: {
                "scores": {name: _estimate(found) for name, found in metrics.items()},
                "over clinical": {name: _estimate(found) for name, found in scores.added.get(model, {}).items()},
                "permuted outcomes": list(scores.null[model].values),
                "stability": {b: asdict(a) for b, a in scores.stability.get(model, {}).items()},
            }
            for model, metrics in scores.models.items()
        }
        said["subgroups"] = {
            column: [{"level": g.level, "inside": _estimate(g.inside), "gap": _estimate(g.gap)} for g in groups]
            for column, groups in scores.groups.items()
        }
    if result.signature is not None:
        said["signature"] = {"markers": [list(marker) for marker in result.signature.markers]}
        said["stable markers"] = {name: list(found.names) for name, found in result.stability.items()}
    whole: dict[str, Any] = plain_data(said)
    return whole


def _estimate(found: Estimate) -> dict[str, float]:
    return asdict(found)


def _risks(result: DiscoverResult) -> Iterator[dict[str, object]]:
    """Each sample's out-of-fold risks of the first repeat."""
    assert result.nested is not None  # noqa: S101  the caller has looked
    models = {model: result.nested.risks(model) for model in result.nested.models}
    fold = next(iter(models.values())).fold
    for i, sample in enumerate(result.cohort.ids):
        row: dict[str, object] = {"sample": sample, "patient": result.cohort.patients[i], "fold": int(fold[i])}
        yield row | {model: _cell(float(risks.value[i])) for model, risks in models.items()}


def _cell(value: Any) -> Any:
    """A number with six digits; nothing where there is none."""
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    return value
