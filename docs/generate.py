"""Write docs/reference from the code: what a machine can know, no hand keeps up to date.

`python docs/generate.py` writes the pages; tests/test_docs.py fails when they are out of date.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pharmakon.store.catalogue import DataFile, DataSet

REFERENCE = Path(__file__).parent / "reference"
AIMS = Path(__file__).parent / "aims.toml"
MORE = "more than each beside it"
"""An aim that is met by more than every rival that was run beside ours has."""
RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"
LESS_IS_BETTER = {"mae", "rmse", "cliff_rmse", "rae", "loss", "suppressed"}
NOTE = "<!-- Written by docs/generate.py; change the code, then run `make docs`. -->\n"


def pages() -> dict[str, str]:
    """File name -> text of every generated page."""
    return {
        "aims.md": aims(),
        "benchmarks.md": benchmarks(),
        "configuration.md": configuration(),
        "data.md": data(),
        "descriptors.md": descriptors(),
        "endpoints.md": endpoints(),
        "roles.md": roles(),
        "scale.md": scale(),
    }


def scale() -> str:
    """What a screen of billions takes, reckoned from benchmarks/results/scale.json."""
    from pharmakon.workflows import screen_scale as plan

    path = RESULTS / "scale.json"
    intro = (
        "Reckoned from the figures of `pharmakon benchmark scale` ([all results](benchmarks.md)) by "
        "`workflows/screen_scale.py`; [what the columns mean](../explanation/scale.md). Nobody has run these: they are "
        "sums of what was measured on thousands of molecules and two cores. Assumed, not measured: "
        f"{plan.CORE_HOUR:g} dollars a core and hour, {plan.GIGABYTE_MONTH:g} a gigabyte and month, "
        f"{plan.READING / 1e6:g} MB/s from the store to one machine.\n"
    )
    parts = [NOTE, "# Screens of billions\n", intro]
    if not path.is_file():
        return "\n".join([*parts, "Not measured yet.\n"])
    record = json.loads(path.read_text(encoding="utf-8"))
    columns = ["molecules", "cores", "reading, h", "shards, h", "first process, h", "merging, h", "whole, h", "limit"]
    columns += ["core hours", "library, GB", "output, GB", "dollars"]
    for profile in ("fast", "full"):
        measured = plan.Measured.of(record, profile)
        rows = [
            [
                f"{one.molecules:.0e}".replace("e+", "e"),
                f"{one.cores:,}",
                *(f"{hours:.3g}" for hours in (one.reading, one.working, one.writing, one.merging, one.whole)),
                one.limit,
                *(f"{figure:,.0f}" for figure in (one.core_hours, one.library, one.output, one.dollars)),
            ]
            for one in plan.plan(measured)
        ]
        told = (
            f"{measured.rate:,.0f} molecules a second and core while many work: {1e6 / measured.rate / 3600:.2f} core "
            f"hours a million. One first process keeps {plan.most_cores(measured):,} cores at work.\n"
        )
        parts += [f"## Profile {profile}\n", told, _table(columns, rows)]
    return "\n".join(parts)


def aims() -> str:
    """What was aimed at beside what came, from docs/aims.toml and benchmarks/results."""
    parts = [
        NOTE,
        "# Aims, met and missed\n",
        (
            "What this project set out to reach, beside what its benchmarks measured ([all results](benchmarks.md), "
            "[how they are made](../howto/benchmark.md), [how to read them](../../benchmarks/README.md)). What was "
            "missed stands here as missed, with what was tried.\n"
        ),
    ]
    by_part: dict[str, list[list[str]]] = {}
    for aim in tomllib.loads(AIMS.read_text(encoding="utf-8"))["aim"]:
        path = RESULTS / f"{aim['benchmark']}.json"
        record = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        whole = "summary" in aim
        what, figure, met = _summed(aim, record.get("summary", {})) if whole else _aimed(aim, record.get("tasks", {}))
        row = [what, aim["aim"], figure, met, aim.get("source", "") or _rivals(aim, record), aim.get("tried", "")]
        by_part.setdefault(aim["part"], []).append(row)
    for part, rows in by_part.items():
        parts += [f"## {part}\n", _table(["figure", "aim", "ours", "", "beside", "tried"], rows)]
    return "\n".join(parts)


def _aimed(aim: Mapping[str, str], tasks: Mapping[str, Any]) -> tuple[str, str, str]:
    """What was aimed at, what came, and whether that is met; an aim of words is met by what the benchmark said."""
    what = f"`{aim['benchmark']}`: {aim['task']}" + (f", {aim['metric']}" if "metric" in aim else "")
    if aim["task"] not in tasks:
        return what, "-", "not measured"
    task = tasks[aim["task"]]
    if "said" in aim:
        said = str(task["said"])
        return what, said.partition(";")[0].partition(", against")[0], _met(said.startswith(aim["said"]))
    score = task["scores"][aim["metric"]]
    figure = f"{score['value']:.4g}" + (f" ({_interval(score)})" if _interval(score) else "")
    if aim["aim"] == MORE:
        return what, figure, _met(score["value"] > max(task["anchors"][aim["metric"]].values()))
    return what, figure, _met(reached(score["value"], aim["aim"]))


def _rivals(aim: Mapping[str, str], record: Mapping[str, Any]) -> str:
    """What was run beside ours, of an aim that asks for more than each."""
    if aim["aim"] != MORE or aim["task"] not in record.get("tasks", {}):
        return ""
    beside = record["tasks"][aim["task"]]["anchors"][aim["metric"]]
    return ", ".join(f"{who} {value:.4g}" for who, value in beside.items())


def _summed(aim: Mapping[str, Any], summary: Mapping[str, Any]) -> tuple[str, str, str]:
    """The same of a number over all tasks, of which there are `of`: over fewer it is no answer yet."""
    what = f"`{aim['benchmark']}`: {aim['task']}, {aim['summary']}"
    value = summary.get(aim["summary"])
    if value is None:
        return what, "-", "not measured"
    if summary["tasks"] != aim["of"]:
        return what, f"{value:.4g} over {summary['tasks']} of {aim['of']}", "not measured"
    return what, f"{value:.4g}", _met(reached(value, aim["aim"]))


def _met(yes: object) -> str:
    return "met" if yes else "**missed**"


def reached(value: float, aim: str) -> bool:
    """Whether a figure is what an aim asks: ">= 0.9", "<= 2" or "0.45..0.55"."""
    if ".." in aim:
        low, high = map(float, aim.split(".."))
        return low <= value <= high
    sign, bound = aim.split()
    return value >= float(bound) if sign == ">=" else value <= float(bound)


def benchmarks() -> str:
    """Every published figure of ours beside the anchors, from benchmarks/results."""
    parts = [
        NOTE,
        "# Benchmark results\n",
        (
            "Each table is a file of `benchmarks/results`, made by the command above it "
            "([how](../howto/benchmark.md)). Intervals are 95 % bootstraps over the test molecules, and those "
            "of a coverage Wilson's. A figure in **bold** is at least as good as every one beside it; most test sets "
            "are so small that the interval says more than the rank.\n"
        ),
    ]
    for path in sorted(RESULTS.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        summary = "; ".join(f"{key}: {_spelt(value)}" for key, value in record["summary"].items())
        parts += [
            f"## {record['benchmark']}\n",
            f"    {record['command']}\n",
            f"{record['protocol']}.\n",
            f"{summary}.\n",
        ]
        rows = [_scored(task, found, metric) for task, found in record["tasks"].items() for metric in found["scores"]]
        parts.append(_table(["task", "metric", "ours", "interval", "n", "published", "note"], rows))
    return "\n".join(parts)


def _scored(task: str, found: dict[str, Any], metric: str) -> list[str]:
    score, rivals = found["scores"][metric], found["anchors"].get(metric, {})
    published = ", ".join(f"{who} {value}" for who, value in rivals.items())
    if elsewhere := bool(found.get("elsewhere")) and bool(rivals):
        published += " (on other molecules)"
    figure, n = _figure(metric, score, {} if elsewhere else rivals), str(score.get("n", ""))
    return [task, metric, figure, _interval(score), n, published, found.get("note", "")]


def _figure(metric: str, score: dict[str, Any], rivals: dict[str, float]) -> str:
    sign = -1 if metric in LESS_IS_BETTER else 1
    ranked = bool(rivals) and not metric.startswith("coverage")  # more than was promised is not better
    best = ranked and all(sign * score["value"] >= sign * value for value in rivals.values())
    text = f"{score['value']:.3f}" + (f" ± {score['sd']:.3f}" if "sd" in score else "")
    return f"**{text}**" if best else text


def _interval(score: dict[str, Any]) -> str:
    return f"{score['low']:.3f} to {score['high']:.3f}" if score.get("low") is not None else ""


def _spelt(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_spelt(inner)}" for key, inner in value.items())
    return str(value)


def configuration() -> str:
    """Every key of every verb."""
    from pharmakon.biomarkers.declaration import Declaration
    from pharmakon.workflows.audit import AuditConfig
    from pharmakon.workflows.audit_cohort import AuditCohortConfig
    from pharmakon.workflows.benchmark import BenchmarkConfig
    from pharmakon.workflows.counterfactuals import CounterfactualsConfig
    from pharmakon.workflows.crate import CrateConfig
    from pharmakon.workflows.data import FetchConfig
    from pharmakon.workflows.deidentify import DeidentifyConfig
    from pharmakon.workflows.design import DesignConfig
    from pharmakon.workflows.discover import DiscoverConfig
    from pharmakon.workflows.dose import DoseConfig
    from pharmakon.workflows.dossier import DossierConfig
    from pharmakon.workflows.dossier_plan import PlanConfig
    from pharmakon.workflows.explain import ExplainConfig
    from pharmakon.workflows.explain_molecules import ExplainMoleculesConfig
    from pharmakon.workflows.federate import AnswerConfig, CombineConfig
    from pharmakon.workflows.federate_plan import Plan
    from pharmakon.workflows.federate_simulate import SimulateConfig
    from pharmakon.workflows.index import IndexConfig
    from pharmakon.workflows.library import LibraryConfig
    from pharmakon.workflows.match import MatchConfig
    from pharmakon.workflows.mlflow import MlflowConfig
    from pharmakon.workflows.mutagenicity import MutagenicityConfig
    from pharmakon.workflows.predict import PredictConfig
    from pharmakon.workflows.recalibrate import RecalibrateConfig
    from pharmakon.workflows.reproduce import ReproduceConfig
    from pharmakon.workflows.route import RouteConfig
    from pharmakon.workflows.sample import SampleConfig
    from pharmakon.workflows.sbom import SbomConfig
    from pharmakon.workflows.screen import ScreenConfig
    from pharmakon.workflows.similar import SimilarConfig
    from pharmakon.workflows.slice import SliceConfig
    from pharmakon.workflows.substructure import SubstructureConfig
    from pharmakon.workflows.train import TrainConfig
    from pharmakon.workflows.train_prior import PriorConfig
    from pharmakon.workflows.train_response import ResponseConfig
    from pharmakon.workflows.validate import ValidateConfig

    parts = [
        NOTE,
        "# Configuration\n",
        (
            "A verb's configuration is one model: its keys are the flags of the command line (`max_points` is "
            "`--max-points`), the keyword options of the Python function and, for `design`, the keys of the goal file. "
            "A cohort is a file of its own. "
            "A key that does not exist is an error with a suggestion.\n"
        ),
    ]
    for verb, model in (
        ("audit", AuditConfig),
        ("audit of a cohort", AuditCohortConfig),
        ("train", TrainConfig),
        ("recalibrate", RecalibrateConfig),
        ("predict", PredictConfig),
        ("library", LibraryConfig),
        ("screen", ScreenConfig),
        ("index", IndexConfig),
        ("similar", SimilarConfig),
        ("substructure", SubstructureConfig),
        ("counterfactuals", CounterfactualsConfig),
        ("mutagenicity", MutagenicityConfig),
        ("design", DesignConfig),
        ("slice", SliceConfig),
        ("route", RouteConfig),
        ("train-prior", PriorConfig),
        ("sample", SampleConfig),
        ("cohort file", Declaration),
        ("discover", DiscoverConfig),
        ("validate", ValidateConfig),
        ("explain", ExplainMoleculesConfig),
        ("explain of a signature", ExplainConfig),
        ("train-response", ResponseConfig),
        ("match", MatchConfig),
        ("dose", DoseConfig),
        ("deidentify", DeidentifyConfig),
        ("crate", CrateConfig),
        ("reproduce", ReproduceConfig),
        ("sbom", SbomConfig),
        ("mlflow", MlflowConfig),
        ("dossier", DossierConfig),
        ("dossier-plan", PlanConfig),
        ("federated plan", Plan),
        ("federate answer", AnswerConfig),
        ("federate combine", CombineConfig),
        ("federate simulate", SimulateConfig),
        ("benchmark", BenchmarkConfig),
        ("data fetch", FetchConfig),
    ):
        parts += [f"## {verb}\n", _summary(model), *_keys(model)]
        for name, inner in _inner_models(model).items():
            parts += [f"### {verb}: `{name}`\n", _summary(inner), *_keys(inner)]
    return "\n".join(parts)


def endpoints() -> str:
    """The facts of each endpoint."""
    from pharmakon.predict.endpoints import endpoints

    parts = [
        NOTE,
        "# Endpoints\n",
        "What each shipped model estimates. Estimates and intervals never leave the range.\n",
    ]
    for name, item in endpoints().items():
        judged = "" if item.threshold is None else f"{item.threshold:g}: {item.meaning}"
        rows = [
            ("group", item.group),
            ("unit", item.unit),
            ("kind", item.kind),
            ("range", f"{item.low:g} to {item.high:g}"),
            ("better", item.better),
            ("threshold", judged or item.meaning or "none"),
            ("hazard", "yes: a design may penalise or forbid it, never reward it" if item.hazard else "no"),
            ("data", ", ".join(_set_link(name) for name in item.data.sets)),
            ("licence", item.data.licence),
            ("citation", item.data.citation),
            ("limits", "; ".join(item.data.limits) or "none stated"),
        ]
        parts += [f"## `{name}`: {item.title}\n", f"{item.what}\n", _table(("", ""), rows)]
    return "\n".join(parts)


def roles() -> str:
    """Who may do what on a server, from the table that it looks in."""
    from pharmakon.team.roles import permissions, roles, server_actions

    named = roles()
    rows = [
        [f"`{action}`", *("yes" if role in held else "" for role in named)] for action, held in permissions().items()
    ]
    return "\n".join(
        [
            NOTE,
            "# Roles\n",
            (
                "What each role may do in a project of a server with accounts. What is not here is allowed to nobody; "
                "every route of the server names its action, and one that names none is not served "
                "([how to set a team up](../howto/accounts.md)).\n"
            ),
            _table(["role", "for whom"], [[name, what] for name, what in named.items()]),
            "## In a project\n",
            _table(["action", *named], rows),
            "## On the server as a whole\n",
            _table(["action", "allowed to"], [[f"`{action}`", who] for action, who in server_actions().items()]),
        ]
    )


def _set_link(name: str) -> str:
    """To the source of a set; `name` may go on with a file of it."""
    from pharmakon.store.catalogue import data_set

    return f"[`{name}`](data.md#{data_set(name.partition('/')[0]).source})"


def data() -> str:
    """The catalogue of public data sets, by origin."""
    from itertools import groupby

    from pharmakon.store.catalogue import catalogue

    parts = [
        NOTE,
        "# Data sets\n",
        (
            "The public data sets that `pharmakon data list` shows. Ship: may weights trained on a set be given away? "
            "`ask`: a person has to settle it first; `-`: there is nothing to learn from. A file marked † was not "
            "compared with its source, so a download may be refused; one marked ‡ cannot be downloaded as it is.\n"
        ),
    ]
    for source, sets in groupby(catalogue().values(), key=lambda item: item.source):
        items = list(sets)
        parts += [f"## {source}\n", f"From {items[0].repository}.\n"]
        rows = [
            (
                f"`{item.name}`",
                f"{item.title}: {item.what}",
                f"{item.rows:,}",
                item.licence,
                item.ship,
                item.citation,
                _reading(item),
                "; ".join(item.caveats) or "-",
                ", ".join(_origin(file) for file in item.files),
            )
            for item in items
        ]
        headings = ("name", "what", "rows", "licence", "ship", "citation", "how it is read", "caveats", "files")
        parts.append(_table(headings, rows))
    return "\n".join(parts)


def _reading(item: DataSet) -> str:
    """Format, structure column, value columns with their units, split column."""
    values = ", ".join(f"`{column}` ({unit})" for column, unit in list(item.values.items())[:12])
    more = f" and {len(item.values) - 12} more" if len(item.values) > 12 else ""
    structure = f"structures in `{item.structure}`" if item.structure else ""
    split = f"split in `{item.split}`" if item.split else ""
    return "; ".join(part for part in (item.format, structure, values + more, split) if part)


def _origin(file: DataFile) -> str:
    """A link to the source of a file, at its commit, with the mark of what is not sure about it."""
    mark = "‡" if not file.can_be_fetched else "" if file.hash_of == "source" else "†"
    name = file.path.rsplit("/", maxsplit=1)[-1]
    return f"[{name}]({file.url}){mark}" if file.url else f"{name}{mark}"


def descriptors() -> str:
    """The computed properties a goal can name."""
    from pharmakon.chem.properties import NAMED, UNRANKED

    found = NAMED | UNRANKED
    rows = [(f"`{name}`", item.title, item.unit or "-", _range(item.low, item.high)) for name, item in found.items()]
    intro = (
        "Properties that are computed, not learnt: a goal of `pharmakon design` may name any of them, and any "
        'descriptor of RDKit with `rdkit.` before its name (`"rdkit.BertzCT"`), those of a conformer among them '
        '(`"rdkit.NPR1"`): they are of the lowest-energy conformer of a few, the same each time.\n'
    )
    return "\n".join([NOTE, "# Descriptors\n", intro, _table(("name", "what", "unit", "range"), rows)])


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    if low is not None:
        return f"{low:g} or more"
    return "-" if high is None else f"{high:g} or less"


def _summary(model: type[BaseModel]) -> str:
    return f"{(model.__doc__ or '').strip()}\n"


def _keys(model: type[BaseModel]) -> list[str]:
    rows = [
        (f"`{name}`", _type(field.annotation), _default(field), " ".join((field.description or "").split()))
        for name, field in model.model_fields.items()
    ]
    return [_table(("key", "type", "default", "what"), rows)]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "required"
    if value is None or value in ((), [], {}, ""):
        return "-"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, BaseModel):
        return "see below"
    return f"`{value}`"


def _type(annotation: Any) -> str:
    """`list of Goal`, `one of high, low`, `number`: the words a reader of a TOML file knows."""
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(part) for part in get_args(annotation) if part is not NoneType))
    if get_origin(annotation) in (tuple, list):
        inner = [part for part in get_args(annotation) if part is not Ellipsis]
        return f"list of {' or '.join(dict.fromkeys(_type(part) for part in inner))}"
    if get_origin(annotation) is dict:
        return f"table of {_type(get_args(annotation)[1])}"
    words = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}
    return words.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _inner_models(model: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The models that stand inside this one's fields, by class name, outermost first."""
    found: dict[str, type[BaseModel]] = {}
    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            found[inner.__name__] = inner
            found.update(_inner_models(inner))
    return found


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")
        print(REFERENCE / name)
