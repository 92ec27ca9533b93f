"""`pharmakon dossier-plan`."""

from pharmakon.cli.main import main


def test_a_plan_is_registered_and_its_hash_told(tmp_path, capsys):
    file = tmp_path / "plan.toml"
    limit = '[[limits]]\nfigure = "scaffold rmse"\nmost = 0.1\n'
    file.write_text(f'question = "Q?"\ncontext = "C."\nby = "A. Person"\n{limit}', encoding="utf-8")
    assert main(["dossier-plan", str(file), "-o", str(tmp_path / "plans")]) == 0
    shown = capsys.readouterr().out
    assert "plan: 1 limit, entry 1" in shown and "hash: " in shown
    file.write_text("question = 'Q?'", encoding="utf-8")
    assert main(["dossier-plan", str(file), "-o", str(tmp_path / "plans")]) == 2
