"""dossier: the forms that regulators ask for, filled from a model and its predictions; who is needed for the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from pharmakon.core.config import Config
from pharmakon.core.errors import DataError, UnknownName, UsageError
from pharmakon.core.files import sha256, write_atomic
from pharmakon.core.types import Progress, silent
from pharmakon.record.checklist import CHECKLISTS
from pharmakon.record.discovery import RESULT
from pharmakon.record.dossier import FormPage, IndexPage, render_form, render_index
from pharmakon.record.filling import Answers, FilledForm, Fillers, read_answers, unanswered
from pharmakon.record.form import FORMS
from pharmakon.record.notebook import Shown
from pharmakon.store.runs import RUN

from .dossier_evidence import Evidence, of_model, of_run
from .dossier_facts import ModelFacts, is_qsar, load_facts, require_qsar
from .dossier_pdf import find_browser, print_pdf
from .dossier_plan import judge, registered, words

INDEX, ALL, OPEN = "index.html", "dossier.json", "answers-to-fill.toml"
OF_MODELS = ("qmrf", "qprf", "ich_m7")
M7_MODELS = ("ames", "mutagenicity_rules")


class DossierConfig(Config):
    """What it is about, which forms, where to."""

    subject: str = Field(description="a shipped model, a model folder or a run folder")
    output: Path = Field(description="folder for the forms")
    smiles: str | None = Field(None, description="a molecule: the prediction for it is documented too (QPRF, ICH M7)")
    parent: str | None = Field(None, description="ICH M7: the drug substance, known not to be mutagenic, as SMILES")
    forms: tuple[str, ...] = Field((), description="forms to write, joined by commas; all that apply otherwise")
    answers: Path | None = Field(None, description="a TOML of what people wrote, by form and field number")
    plan: Path | None = Field(
        None, description="folder of the ledger in which the plan was registered: the results are judged by its limits"
    )
    pdf: bool = Field(False, description="each page as PDF too, printed by a Chromium, Chrome or Edge on this machine")
    today: date | None = Field(None, description="the day of the report; that of the clock otherwise")


@dataclass(frozen=True, slots=True)
class DossierResult(Shown):
    """The forms by name, the folder, and the files in it."""

    folder: Path
    about: str
    forms: dict[str, FilledForm]
    files: list[Path]

    def plain(self) -> dict[str, Any]:
        """It, for JSON."""
        return {"about": self.about, "forms": {name: filled.plain() for name, filled in self.forms.items()}}


@dataclass(frozen=True)
class Asked:
    """What fillers may need, each read when a form asks for it."""

    config: DossierConfig
    today: date
    answers: Answers = field(default_factory=dict)

    @cached_property
    def is_run(self) -> bool:
        """Whether it is about a run folder and not a model."""
        return (Path(self.config.subject) / RUN).is_file()

    @cached_property
    def model(self) -> ModelFacts:
        """The facts of the model. UsageError where it is about a run."""
        if self.is_run:
            raise UsageError(f"{self.config.subject} is a run; the forms {', '.join(OF_MODELS)} are about models")
        return load_facts(self.config.subject, today=self.today)

    @cached_property
    def evidence(self) -> Evidence:
        """What it can show for itself, judged by the plan where there is one."""
        config = self.config
        found = of_run(Path(config.subject), today=self.today) if self.is_run else of_model(self.model)
        if config.plan is None:
            return found
        judged = judge(registered(config.plan), found.figures, found.settings, found.started)
        return replace(found, judged=judged)

    @cached_property
    def checklists(self) -> Mapping[str, Mapping[str, str]]:
        """Answers to reporting checklists by item, as the run left them; empty for a model."""
        file = Path(self.config.subject) / RESULT
        found = json.loads(file.read_bytes()).get("checklists", {}) if self.is_run and file.is_file() else {}
        return {name: said for name, said in found.items() if name in CHECKLISTS}

    @cached_property
    def about(self) -> str:
        """The title of every page."""
        name = self.evidence.title if self.is_run else self.model.title
        return f"{name}: {self.config.smiles}" if self.config.smiles else name


def _qmrf(asked: Asked) -> FilledForm:
    from .dossier_qmrf import QMRF
    from .dossier_qmrf_rules import RULES

    require_qsar(asked.model, "QMRF")
    return (RULES if asked.model.rules else QMRF).fill(asked.model, asked.answers)


def _qprf(asked: Asked) -> FilledForm:
    from .dossier_prediction import predict
    from .dossier_qprf import QPRF

    require_qsar(asked.model, "QPRF")
    if asked.model.rules:
        raise DataError(
            "the rules give calls and no number, so they have no QPRF; their calls stand in the form ich_m7"
        )
    return QPRF.fill(predict(asked.model, _molecule(asked, "qprf")), asked.answers)


def _ich_m7(asked: Asked) -> FilledForm:
    from .dossier_ich_m7 import ICH_M7, judge

    if not (asked.model.shipped and asked.model.name in M7_MODELS):
        raise DataError(f"ICH M7 is about mutagenicity; ask {' or '.join(M7_MODELS)} for it")
    return ICH_M7.fill(judge(_molecule(asked, "ich_m7"), parent=asked.config.parent), asked.answers)


def _from_evidence(name: str) -> Callable[[Asked], FilledForm]:
    """Fill a form that asks the same of a model and of a run."""

    def fill(asked: Asked) -> FilledForm:
        from .dossier_ai_act import AI_ACT
        from .dossier_cards import DATASHEET, MODEL_CARD
        from .dossier_credibility import CREDIBILITY
        from .dossier_principles import GMLP, PRINCIPLES

        all_of_them = {one.name: one for one in (CREDIBILITY, PRINCIPLES, GMLP, AI_ACT, MODEL_CARD, DATASHEET)}
        return all_of_them[name].fill(asked.evidence, asked.answers)

    return fill


def _quoted(said: str) -> Callable[[Asked], str]:
    return lambda _: said


def _checklist(name: str) -> Callable[[Asked], FilledForm]:
    """Fill a reporting checklist with what a discovery wrote into its result."""

    def fill(asked: Asked) -> FilledForm:
        found = asked.checklists.get(name)
        if found is None:
            raise DataError(f"{asked.config.subject} has no answers to {name}; a run of discover has, where it applies")
        fillers: Fillers[Asked] = Fillers(name)
        for number, said in found.items():
            fillers.fills(number)(_quoted(str(said)))
        return fillers.fill(asked, asked.answers)

    return fill


FILLED: Mapping[str, Callable[[Asked], FilledForm]] = {
    "qmrf": _qmrf,
    "qprf": _qprf,
    "ich_m7": _ich_m7,
    **{name: _from_evidence(name) for name in FORMS if name not in (*OF_MODELS, *CHECKLISTS)},
    **{name: _checklist(name) for name in CHECKLISTS},
}
"""How each form is filled, in the order they are listed."""


def run(config: DossierConfig, *, progress: Progress = silent) -> DossierResult:
    """Fill the forms and write each as HTML and JSON, with a page that lists them.

    Raises UnknownName for a model, form or field that there is not, DataError for a molecule that cannot be read or a
    form that does not apply, UsageError for a folder that holds something else, ConfigError for wrong answers.
    """
    answers = read_answers(config.answers) if config.answers else {}
    planned = words(registered(config.plan)) if config.plan else {}
    told = {name: {**planned.get(name, {}), **answers.get(name, {})} for name in (*planned, *answers)}
    asked = Asked(config, config.today or datetime.now(UTC).date(), told)
    names = config.forms or applicable(asked)
    for name in names:
        if name not in FILLED:
            raise UnknownName("form", name, FILLED)
    _check_place(config.output)
    browser = find_browser() if config.pdf else ""
    forms: dict[str, FilledForm] = {}
    for i, name in enumerate(names):
        progress(i, len(names), name)
        forms[name] = FILLED[name](asked)
    if strange := [name for name in answers if name not in forms]:
        raise UsageError(f"the answers are also for {', '.join(strange)}, which is not among the forms written")
    files = write(asked, forms)
    for page in [path for path in files if path.suffix == ".html"] if browser else []:
        progress(len(names), len(names), f"printing {page.name}")
        files.append(print_pdf(page, browser=browser))
    return DossierResult(config.output, asked.about, forms, files)


def applicable(asked: Asked) -> tuple[str, ...]:
    """The forms that apply to what is asked: those of the prediction first, where it is about one."""
    general = tuple(name for name in FORMS if name not in (*OF_MODELS, *CHECKLISTS))
    if asked.is_run:
        return (*general, *(name for name in CHECKLISTS if name in asked.checklists))
    qsar, rules = is_qsar(asked.model.card), asked.model.rules
    m7 = asked.model.shipped and asked.model.name in M7_MODELS
    found = [
        "qprf" if asked.config.smiles and qsar and not rules else "",
        "ich_m7" if asked.config.smiles and m7 else "",
        "qmrf" if qsar else "",
    ]
    return (*(name for name in found if name), *(general if not asked.config.smiles else ()))


def write(asked: Asked, forms: Mapping[str, FilledForm]) -> list[Path]:
    """Every file of the dossier."""
    folder = asked.config.output
    folder.mkdir(parents=True, exist_ok=True)
    for old in (folder / f"{name}.{kind}" for name in (*FORMS, Path(INDEX).stem) for kind in ("html", "json", "pdf")):
        old.unlink(missing_ok=True)  # of an earlier dossier: a form that is not listed would be read as of this one
    facts = _facts(asked)
    made = []
    for name, filled in forms.items():
        made.append(write_atomic(folder / f"{name}.html", render_form(FormPage(asked.about, filled, facts))))
        made.append(
            write_atomic(folder / f"{name}.json", _json(filled.plain() | {"about": asked.about, "made": facts}))
        )
    made.append(write_atomic(folder / OPEN, unanswered(list(forms.values()))))
    listed = [(f"{name}.html", filled) for name, filled in forms.items()]
    beside = [
        (OPEN, "what people have to say, to be filled in and handed back with --answers"),
        (ALL, "the numbers of this page"),
    ]
    made.append(write_atomic(folder / INDEX, render_index(IndexPage(asked.about, listed, beside, facts))))
    counts = {name: {k: v for k, v in filled.plain().items() if k != "sections"} for name, filled in forms.items()}
    made.append(write_atomic(folder / ALL, _json({"about": asked.about, "made": facts, "forms": counts})))
    return made


def _facts(asked: Asked) -> dict[str, str]:
    from pharmakon import __version__

    one = asked.evidence if asked.is_run else asked.model
    found = {
        "Run" if asked.is_run else "Model": one.name,
        f"SHA-256 of its {'run.json' if asked.is_run else 'card'}": one.digest,
        "Version": f"pharmakon {__version__}",
        "Date": asked.today.isoformat(),
    }
    if asked.config.plan:
        found["Hash of the plan's entry"] = registered(asked.config.plan).hash
    if asked.config.smiles:
        found["Molecule"] = asked.config.smiles
    if asked.config.answers:
        found["SHA-256 of the answers"] = sha256(asked.config.answers)
    return found


def _molecule(asked: Asked, name: str) -> str:
    if not asked.config.smiles:
        raise UsageError(f"the form {name} is about a prediction; name the molecule with --smiles")
    return asked.config.smiles


def _check_place(folder: Path) -> None:
    if folder.is_file():
        raise UsageError(f"{folder} is a file; name a folder with -o")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / ALL).is_file():
        raise UsageError(f"{folder} holds something else; name a new folder with -o")


def _json(plain: Mapping[str, Any]) -> str:
    return json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
