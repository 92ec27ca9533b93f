"""`pharmakon monitor`: a table of checks, and an exit code that a schedule can stop on."""

from __future__ import annotations

import json

from pharmakon.cli.main import main


def _table(path, values):
    lines = [f"CC{'C' * n}Oc1ccc(N)cc1F,{values(n)}" for n in range(30)]
    path.write_text("smiles,logS\n" + "\n".join(lines) + "\n")
    return str(path)


def test_absurd_measurements_pass_a_limit_and_the_exit_code_says_so(tmp_path, capsys):
    data = _table(tmp_path / "absurd.csv", lambda n: 5.0)
    code = main(["monitor", "solubility", data, "--value", "logS", "-o", str(tmp_path / "watch"), "--domain", "0"])
    said = capsys.readouterr().out
    assert code == 1 and "passed" in said and "change control:" in said and "report.html" in said


def test_inputs_alone_as_json(tmp_path, capsys):
    data = _table(tmp_path / "inputs.csv", lambda n: "")
    code = main(["monitor", "solubility", data, "-o", str(tmp_path / "watch"), "--domain", "0", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert code == 0 and [c["verdict"] for c in found["checks"]] == ["held", *["cannot tell"] * 3]


def test_an_unknown_model_is_a_request_that_is_not_understood(tmp_path, capsys):
    data = _table(tmp_path / "x.csv", lambda n: 1)
    assert main(["monitor", "solubilty", data, "-o", str(tmp_path / "watch")]) == 2
    assert "solubility" in capsys.readouterr().err
