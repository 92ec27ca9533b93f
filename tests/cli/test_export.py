"""`pharmakon export`."""

from pharmakon.cli.main import main
from pharmakon.store.models import save_folder
from pharmakon.workflows.study_signature import KIND


def test_a_signature_that_leaks_is_refused_and_named(tmp_path, capsys):
    membership = {"attacks": [{"name": "loss"}], "leaks": True}
    save_folder(tmp_path / "s", card={"kind": KIND, "name": "s", "membership": membership}, arrays={}, texts={})
    words = ["export", str(tmp_path / "s"), "-o", str(tmp_path / "out")]
    assert main(words) == 1
    assert "gives away" in capsys.readouterr().err
    assert main([*words, "--accept-risk"]) == 0
    assert (tmp_path / "out" / "card.json").is_file()
