"""`pharmakon similar` as a user sees it."""

import json

from pharmakon.cli.main import main
from pharmakon.workflows.index import IndexConfig, run


def test_hits_are_printed_for_people_and_programs(capsys, tmp_path):
    (tmp_path / "lib.smi").write_text("".join(f"{'C' * n}O alcohol{n}\n" for n in range(2, 16)))
    run(IndexConfig(data=tmp_path / "lib.smi", output=tmp_path / "lib.index", workers=1))
    place = ["--index", str(tmp_path / "lib.index")]
    assert main(["similar", "CCCO", *place]) == 0
    shown = capsys.readouterr()
    assert "1.000" in shown.out and "alcohol3" in shown.out and "and 4 more" in shown.err
    assert main(["similar", "CCCO", *place, "--top", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == "alcohol3"
    assert main(["similar", "c1cc", *place]) == 1
    assert "unclosed ring" in capsys.readouterr().err
    assert main(["similar", "CCCO", "--index", str(tmp_path)]) == 1
    assert "no index" in capsys.readouterr().err
