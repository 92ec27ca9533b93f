"""`pharmakon screen` as a user sees it."""

from pharmakon.cli.main import main


def test_a_library_is_screened_and_said_so(tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,smiles\n{name}1,CCO\n{name}2,c1ccccc1O\n{name}3,no\n")
    (tmp_path / "goal.toml").write_text('calls = 9\ngoals = [{ property = "logp", want = ">= 1" }]\n')
    out = tmp_path / "out"
    command = ["screen", str(tmp_path / "*.csv"), "--objective", str(tmp_path / "goal.toml"), "-o", str(out)]
    assert main([*command, "--top", "2", "--workers", "1"]) == 0
    said = capsys.readouterr()
    assert "6 rows, 2 unreadable, 4 hold every constraint" in said.out
    assert "best score 1.000; 2 rows in" in said.out
    assert "calls is of a search" in said.err
    assert (out / "top.csv").read_text().count("\n") == 3
    assert main(["ledger", "verify", str(out)]) == 0
    assert main([*command, "--top", "2", "--workers", "1"]) == 2
    assert "--resume" in capsys.readouterr().err


def test_a_shell_may_expand_the_names(tmp_path, capsys):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(f"id,smiles\n{name}1,CCO\n")
    (tmp_path / "goal.toml").write_text('goals = [{ property = "logp", want = ">= 1" }]\n')
    files = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    out = ["-o", str(tmp_path / "out"), "--objective", str(tmp_path / "goal.toml"), "--workers", "1"]
    assert main(["screen", *files, *out]) == 0
    assert "2 rows, 0 unreadable" in capsys.readouterr().out


def test_something_has_to_be_asked(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("id,smiles\na1,CCO\n")
    assert main(["screen", str(tmp_path / "a.csv"), "-o", str(tmp_path / "out")]) == 2
    assert "objective" in capsys.readouterr().err
