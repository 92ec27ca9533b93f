"""`pharmakon substructure` as a user sees it."""

import json

from pharmakon.cli.main import main
from pharmakon.workflows.index import IndexConfig, run


def test_molecules_are_printed_for_people_and_programs(capsys, tmp_path):
    (tmp_path / "lib.smi").write_text("CCO a\nCCN b\nNCCN c\n")
    run(IndexConfig(data=tmp_path / "lib.smi", output=tmp_path / "lib.index", workers=1))
    place = ["--index", str(tmp_path / "lib.index")]
    assert main(["substructure", "[NX3;H2]", *place]) == 0
    assert "2 of 3 molecules have it (" in capsys.readouterr().out
    assert main(["substructure", "[NX3;H2]", *place, "--limit", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"row": 2, "id": "b", "smiles": "CCN"}]
    assert main(["substructure", "c1cc", *place]) == 1
