"""`pharmakon VERB ...`: finds the verb, runs it, and turns every failure into one line and an exit code.

Exit codes: 0 done, 1 failed, 2 the request was not understood, 130 stopped by the user.
The verbs are named by strings and imported when they are called, so `--help` loads nothing heavy.
"""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pharmakon import __version__
from pharmakon.core.errors import Cancelled, PharmakonError, UnknownName, UsageError
from pharmakon.core.words import uncapitalised

if TYPE_CHECKING:
    from cyclopts import App

VERBS = {
    "audit": "Find what is wrong with a table before a model is made of it.",
    "train": "Make a model from a table of structures and measurements.",
    "recalibrate": "Fit a model's intervals and values to your own measurements, without training it again.",
    "predict": "Estimate properties of molecules, each with an interval and a domain flag.",
    "screen": "Send millions of molecules through models and an objective, and list the best.",
    "library": "Make a table of a file of up to a million molecules, to sort, filter, plot and search.",
    "index": "Make a library of millions of molecules searchable: neighbours and substructures in a second.",
    "similar": "Find the molecules of an index that are most like some queries, exactly.",
    "substructure": "Find the molecules of an index that have a part.",
    "counterfactuals": "Find the smallest believable edits of a molecule that change a model's answer.",
    "mutagenicity": "Judge impurities as ICH M7 asks: by a statistical and an expert-rule method, apart.",
    "design": "Find new molecules that meet the goals of a TOML file.",
    "passport": "Say where designed molecules come from, what their scores are made of, and what speaks against them.",
    "slice": "Propose where to cut a molecule for a mode of design.",
    "route": "Find how molecules can be made from your building blocks, by named reactions.",
    "train-prior": "Train a chemical language model on a collection of molecules.",
    "sample": "Write molecules from a language model.",
    "discover": "Find biomarkers in a cohort, judged on patients that the model has not seen.",
    "train-response": "Train a model of how tumours respond to drugs, on a screen of cell lines.",
    "match": "Rank treatments for a patient by the tumour's expression, mutations and copy number.",
    "dose": "Estimate doses of warfarin from genotype and patient, with interval and error by race.",
    "validate": "Apply a frozen signature to other cohorts and say how well it does.",
    "explain": "Say why molecules get their numbers, part by part, or why a signature gives a patient this risk.",
    "export": "Take a signature out of its run folder, to be handed on.",
    "sign": "Sign a finished run or a model electronically: reviewed, approved, released, withdrawn.",
    "attack": "Try to tell whose data a model was made with, and say how far that gets.",
    "anonymise": "Generalise a table until nobody can be singled out, at the least loss.",
    "release": "Publish counts, means, histograms and curves with differential privacy, from a kept budget.",
    "deidentify": "Take what identifies out of tables, FHIR bundles and DICOM headers.",
    "reproduce": "Run a recorded run again and compare what comes out, file by file.",
    "compare": "Say where runs or models differ: in what was asked, read and found, and in versions.",
    "sbom": "Write a software bill of materials, CycloneDX.",
    "mlflow": "Copy a finished run into an MLflow store.",
    "dossier-plan": "Register acceptance limits in a ledger, before the run that is judged by them.",
    "dossier": "Fill the forms that regulators ask for, from a model and its predictions.",
    "monitor": "Compare new data with what a model was made of, check after check, in one record.",
    "models": "List the shipped models, or show one model's card.",
    "serve": "Start the workbench: pages and an API over all of this, in a browser.",
    "worker": "Take jobs of a server, on this machine or another.",
    "mcp": "Offer a running workbench to an AI assistant, as the user of a token.",
    "benchmark": "Score the learners on public benchmarks.",
}

LEDGER = "ledger"
DATA = "data"
VAULT = "vault"
FEDERATE = "federate"
IDENTITY = "identity"
CRATE = "crate"
SERVER = "server"
GROUPS = (LEDGER, DATA, VAULT, FEDERATE, IDENTITY, CRATE, SERVER)

EVERYWHERE = {"--user": "PHARMAKON_USER", "--signed-by": "PHARMAKON_IDENTITY"}
"""Options of every verb, and the environment variables that they stand for."""


def app() -> App:
    """The command tree."""
    from cyclopts import App

    tree = App(
        name="pharmakon",
        version=__version__,
        help="Predict what molecules do, design new ones, and show the working.",
        help_epilogue=(
            "Every verb has its own --help. --user NAME says who is at work, --signed-by FILE whose identity signs the "
            "run's ledger; --traceback shows where an unexpected failure came from."
        ),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for verb, summary in VERBS.items():
        place = verb.replace("-", "_")
        tree.command(f"pharmakon.cli.{place}:{place}", name=verb, help=summary)
    ledger = App(name=LEDGER, help="The record that a run left behind: check it, say where it stands, copy it.")
    ledger.command("pharmakon.cli.ledger:verify", name="verify", help="Find edited, missing or reordered records.")
    ledger.command("pharmakon.cli.ledger:state", name="state", help="Draft, reviewed, approved...; who signed what.")
    ledger.command("pharmakon.cli.ledger:amend", name="amend", help="Record a change made on purpose, and why.")
    ledger.command("pharmakon.cli.ledger:checkpoint", name="checkpoint", help="Sign one that goes on, up to here.")
    ledger.command("pharmakon.cli.ledger:export", name="export", help="Copy ledgers to a database, CSV or JSONL.")
    ledger.command("pharmakon.cli.ledger:replay", name="replay", help="Make every designed molecule again.")
    tree.command(ledger)
    tree.command("pharmakon.cli.crate:app", name=CRATE, help="A finished run as an RO-Crate: write one, verify one.")
    tree.command("pharmakon.cli.server:app", name=SERVER, help="Copies, accounts and projects of a server.")
    identity = App(name=IDENTITY, help="A key with your printed name, to sign with.")
    identity.command("pharmakon.cli.identity:new", name="new", help="Make one, locked by a passphrase.")
    identity.command("pharmakon.cli.identity:show", name="show", help="What everybody may know of one.")
    tree.command(identity)
    data = App(name=DATA, help="The public data sets: which there are, and a checked copy of one.")
    data.command("pharmakon.cli.data:list_sets", name="list", help="List them: size, licence, whether each is here.")
    data.command("pharmakon.cli.data:fetch", name="fetch", help="Find or download one, checked by its SHA-256.")
    tree.command(data)
    vault = App(name=VAULT, help="Files encrypted at rest: lock, unlock, list, change the key, erase.")
    vault.command("pharmakon.cli.vault:lock", name="lock", help="Encrypt files, each under a key of its own.")
    vault.command("pharmakon.cli.vault:unlock", name="unlock", help="Decrypt one to a file or standard output.")
    vault.command("pharmakon.cli.vault:list_vaults", name="list", help="What can be said of them without a secret.")
    vault.command("pharmakon.cli.vault:rotate", name="rotate", help="Give them another key; the data stays.")
    vault.command("pharmakon.cli.vault:erase", name="erase", help="Destroy their key, and so what they hold.")
    tree.command(vault)
    federate = App(name=FEDERATE, help="One model of several hospitals that share sums and no rows.")
    federate.command("pharmakon.cli.federate:answer", name="answer", help="A site's answer to a round: sums, no rows.")
    federate.command("pharmakon.cli.federate:combine", name="combine", help="All answers into the next round's state.")
    federate.command(
        "pharmakon.cli.federate:simulate", name="simulate", help="A cohort split into sites, pooled beside."
    )
    tree.command(federate)
    return tree


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (sys.argv by default); the exit code."""
    from cyclopts import CycloptsError

    words = list(sys.argv[1:] if argv is None else argv)
    traceback = "--traceback" in words or os.environ.get("PHARMAKON_TRACEBACK", "") not in {"", "0"}
    words = [word for word in words if word != "--traceback"]
    before = {name: os.environ.get(name) for name in EVERYWHERE.values()}
    try:
        words = _who(words)
        _known_verb(words)
        _ask_at_a_terminal()
        code = int(app()(words, exit_on_error=False, print_error=False) or 0)
        sys.stdout.flush()  # here, where a reader that has gone away can be caught
        return code
    except CycloptsError as error:
        verb = f"{words[0]} " if words and not words[0].startswith("-") else ""
        return _complain(f"{_sentence(error)} (see: pharmakon {verb}--help)", 2)
    except KeyboardInterrupt:
        return _complain("stopped", 130)
    except BrokenPipeError:  # `pharmakon models | head`: the reader has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except PharmakonError as error:
        if traceback:
            _show_traceback()
        advice = _how_to_go_on(words) if isinstance(error, Cancelled) else ""
        return _complain(f"{error}{advice}", error.exit_code)
    except Exception as error:  # noqa: BLE001  the last line of defence: a user gets a sentence, not a stack
        if traceback:
            _show_traceback()
        return _unexpected(error, hint=not traceback)
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            os.environ.update({name: value} if value is not None else {})


def _who(words: Sequence[str]) -> list[str]:
    """The words without those that say who is at work, which stand in the environment from here on."""
    rest, given = [], iter(words)
    for word in given:
        flag, sign, value = word.partition("=")
        if flag not in EVERYWHERE:
            rest.append(word)
            continue
        value = value if sign else next(given, "")
        if not value:
            raise UsageError(f"{flag} needs a value")
        os.environ[EVERYWHERE[flag]] = value
    return rest


def _known_verb(words: Sequence[str]) -> None:
    """A mistyped verb is told off here: the parser would import every verb to find a suggestion."""
    if words and not words[0].startswith("-") and words[0] not in {*VERBS, *GROUPS}:
        raise UnknownName("command", words[0], sorted([*VERBS, *GROUPS]))


def _ask_at_a_terminal() -> None:
    """A vault's passphrase is asked for where somebody can answer, without showing it."""
    from pharmakon.store.keys import ask_with

    if sys.stdin is not None and sys.stdin.isatty():
        from getpass import getpass

        ask_with(getpass)
    else:
        ask_with(None)


def _how_to_go_on(words: Sequence[str]) -> str:
    """What to do after a verb was stopped that can go on; "" where it cannot."""
    verb = words[0].replace("-", "_") if words else ""
    handler = getattr(sys.modules.get(f"pharmakon.cli.{verb}"), verb, None)
    resumes = callable(handler) and "resume" in inspect.signature(handler).parameters
    return "; the same command with --resume goes on" if resumes else ""


def _unexpected(error: Exception, *, hint: bool) -> int:
    if "pydantic" in sys.modules:
        from pydantic import BaseModel, ValidationError

        if isinstance(error, ValidationError):
            from pharmakon.core.config import explain

            return _complain(explain(error, BaseModel), 2)
    where = " (--traceback shows where)" if hint else ""
    return _complain(f"unexpected {type(error).__name__}: {error}{where}", 1)


def _sentence(error: Exception) -> str:
    return uncapitalised(" ".join(str(error).split()).rstrip("."))


def _show_traceback() -> None:
    import traceback

    traceback.print_exc()


def _complain(message: str, code: int) -> int:
    print("pharmakon:", " ".join(message.split()), file=sys.stderr)
    return code
