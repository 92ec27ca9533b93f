import json

from pharmakon.cli.main import main


def test_a_table_from_the_shell(tmp_path, capsys):
    rows = [f"{i},{20 + i % 40},{'FM'[i % 2]},{'abc'[i % 3]}" for i in range(120)]
    data, rules = tmp_path / "t.csv", tmp_path / "r.toml"
    data.write_text("\n".join(["id,age,sex,what", *rows]) + "\n")
    rules.write_text(
        '[[quasi]]\ncolumn = "age"\nintervals = [10, 20]\n[[quasi]]\ncolumn = "sex"\n'
        '[[sensitive]]\ncolumn = "what"\n[[cells]]\ncolumns = ["sex", "what"]\n'
    )
    out = str(tmp_path / "out")
    assert main(["anonymise", str(data), "--config", str(rules), "-o", out, "--k", "8"]) == 0
    said = capsys.readouterr()
    for text in ("smallest class (k)", "distinct l", "suppressed rows", "counts by sex and what", "left out: id"):
        assert text in said.out
    assert "ledger" in said.err
    assert main(["anonymise", str(data), "--config", str(rules), "-o", out, "--k", "8", "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["risk"]["after"]["smallest"] >= 8
    assert main(["anonymise", str(data), "--config", str(rules), "-o", out]) == 2
    assert "already holds a run" in capsys.readouterr().err
