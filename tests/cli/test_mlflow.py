"""`pharmakon mlflow`."""

import sys

from pharmakon.cli.main import main
from pharmakon.record.crate import close
from pharmakon.record.ledger import Ledger
from pharmakon.store.runs import RunFolder


def test_without_the_extra_the_install_line_is_told(tmp_path, monkeypatch, capsys):
    folder = RunFolder.create(tmp_path / "made", verb="weigh", config={})
    close(Ledger(folder.path))
    monkeypatch.setitem(sys.modules, "mlflow", None)
    assert main(["mlflow", str(folder.path), "--uri", "file:x"]) == 2
    assert 'pip install "pharmakon[mlflow]"' in capsys.readouterr().err
