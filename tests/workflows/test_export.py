"""A signature leaves its run folder alone, and only where nobody is given away or that is accepted."""

import pytest

from pharmakon import export_signature
from pharmakon.core.errors import GivesAway, NotPermitted, RecordError, UsageError
from pharmakon.record.ledger import Ledger
from pharmakon.store.models import load_folder, save_folder
from pharmakon.workflows.study_signature import KIND

ATTACK = {"name": "loss", "auc": {"value": 0.6, "low": 0.58, "high": 0.62}}


@pytest.fixture
def run_with(tmp_path):
    def made(**card):
        card = {"kind": KIND, "name": "a-trial", **card}
        save_folder(tmp_path / "run" / "signature", card=card, arrays={"signature": {"x": [1.0]}}, texts={})
        (tmp_path / "run" / "risks.csv").write_text("patient,risk\n")
        return tmp_path / "run"

    return made


def test_the_signature_leaves_and_its_patients_stay(run_with, tmp_path):
    run = run_with(membership={"attacks": [ATTACK], "leaks": False})
    found = export_signature(run, output=tmp_path / "out")
    assert sorted(path.name for path in found.folder.iterdir()) == ["SHA256SUMS", "card.json", "signature.npz"]
    card = load_folder(found.folder).card
    assert card["membership"]["attacks"] == [ATTACK]
    assert card["handed on"] == {"risk": "none was shown"}


@pytest.mark.parametrize(
    ("membership", "why"),
    [
        ({"attacks": [ATTACK], "leaks": True}, "gives away whom it was made with"),
        ({"attacks": [], "leaks": False, "problem": "12 patients are too few"}, "12 patients are too few"),
        (None, "its card has no attack"),
    ],
)
def test_one_that_leaks_or_was_not_tried_is_refused_unless_that_is_accepted(run_with, tmp_path, membership, why):
    run = run_with(**({} if membership is None else {"membership": membership}))
    with pytest.raises(GivesAway, match=why):
        export_signature(run, output=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    found = export_signature(run, output=tmp_path / "out", accept_risk=True)
    assert found.card["handed on"] == {"risk": "accepted"}


def test_a_card_that_was_rewritten_after_the_run_is_not_believed(run_with, tmp_path):
    run = run_with(membership={"attacks": [ATTACK], "leaks": True})
    ledger = Ledger(run / "ledger.jsonl")
    ledger.output(run / "signature" / "card.json")
    with pytest.raises(GivesAway, match="gives away"):
        export_signature(run, output=tmp_path / "out")
    run_with(membership={"attacks": [ATTACK], "leaks": False})
    for risk in (False, True):
        with pytest.raises(RecordError, match="not as the run recorded"):
            export_signature(run, output=tmp_path / "out", accept_risk=risk)
    assert not (tmp_path / "out").exists()


def test_it_is_not_written_over_itself_and_nothing_else_is_exported(run_with, tmp_path):
    run = run_with(membership={"attacks": [ATTACK], "leaks": False})
    with pytest.raises(UsageError, match="choose another place"):
        export_signature(run, output=run / "signature")
    save_folder(tmp_path / "other", card={"kind": "language"}, arrays={}, texts={})
    with pytest.raises(UsageError, match="is not a signature"):
        export_signature(tmp_path / "other", output=tmp_path / "out")


@pytest.mark.parametrize("access", ["controlled", "restricted"])
def test_controlled_data_leave_with_a_named_permission_alone(run_with, tmp_path, access):
    said = {"attacks": [ATTACK], "leaks": False}
    run = run_with(membership=said, declaration={"access": access, "terms": "DAC of the trial"})
    with pytest.raises(NotPermitted, match=rf"{access} access \(DAC of the trial\)"):
        export_signature(run, output=tmp_path / "out", permission="  ")
    assert not (tmp_path / "out").exists()
    card = export_signature(run, output=tmp_path / "out", permission="DAC, 3 May 2026, letter 7").card
    assert card["handed on"]["permission"] == "DAC, 3 May 2026, letter 7"
    assert card["handed on"]["access"] == access
    assert card["handed on"]["by"]["user"]


def test_open_data_need_none(run_with, tmp_path):
    run = run_with(membership={"attacks": [ATTACK], "leaks": False}, declaration={"access": "open"})
    assert export_signature(run, output=tmp_path / "out").card["handed on"]["access"] == "open"
