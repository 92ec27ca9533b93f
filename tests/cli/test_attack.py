"""`pharmakon attack` prints what it found, and its exit code says whether there is a leak."""

import json

from pharmakon.cli.main import main


def scores(path, values):
    path.write_text("score\n" + "".join(f"{v}\n" for v in values))
    return str(path)


def test_a_leak_is_printed_and_fails(tmp_path, capsys):
    members = scores(tmp_path / "m.csv", [i + 500 for i in range(1_000)])
    others = scores(tmp_path / "o.csv", range(1_000))
    argv = ["attack", "--members", members, "--others", others, "-o", str(tmp_path / "out")]
    assert main(argv) == 1
    out = capsys.readouterr().out
    assert "gives away" in out
    assert "LEAKS" in out


def test_none_is_none_and_json_is_json(tmp_path, capsys):
    same = scores(tmp_path / "m.csv", range(1_000))
    argv = ["attack", "--members", same, "--others", same, "-o", str(tmp_path / "out"), "--json"]
    assert main(argv) == 0
    assert json.loads(capsys.readouterr().out)["leaks"] is False


def test_nothing_to_attack_is_a_usage_error(capsys):
    assert main(["attack"]) == 2
    assert "--members" in capsys.readouterr().err
