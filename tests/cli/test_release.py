import json

import pytest

from pharmakon.cli.main import main
from pharmakon.workflows.benchmark_release import example

pytest.importorskip("opendp")


def test_a_release_from_the_shell(tmp_path, capsys):
    cohort, request = map(str, example(tmp_path, epsilon=0.6, budget=1.0))
    assert main(["release", cohort, "--config", request, "--plan"]) == 0
    said = capsys.readouterr().out
    assert "nothing was spent" in said
    assert "95 % error" in said
    assert main(["release", cohort, "--config", request, "-o", str(tmp_path / "out")]) == 0
    assert "left of epsilon 1: epsilon 0.4" in capsys.readouterr().out
    assert main(["release", cohort, "--config", request, "--plan", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left"]["epsilon"] == pytest.approx(0.4)
    assert main(["release", cohort, "--config", request, "--plan"]) == 0
    assert "REFUSED" in capsys.readouterr().out
    assert main(["release", cohort, "--config", request, "-o", str(tmp_path / "more")]) == 1
    assert "nothing was released" in capsys.readouterr().err
