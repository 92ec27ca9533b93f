import json

from pharmakon.cli.main import main


def test_a_simulation_prints_the_models_side_by_side(cohort_file, tmp_path, capsys):
    import numpy as np

    sites = np.random.default_rng(3).choice(["north", "south"], 320).tolist()
    path = cohort_file(n=320, p=12, plate=sites)
    words = ["federate", "simulate", str(path), "--by", "plate", "-o", str(tmp_path / "out")]
    assert main(words) == 0
    shown = capsys.readouterr()
    assert "over all sites" in shown.out and "pooled" in shown.out
    assert "ledger" in shown.err
    assert main([*words, "--overwrite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measure"] == "auc"


def test_an_answer_says_what_leaves_the_site(cohort_file, tmp_path, capsys):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'name = "p"\nsites = ["a", "b"]\noutcome = "binary"\npositive = "R"\nblocks = ["rna"]\nfewest = 2\n'
    )
    words = ["federate", "answer", str(plan), str(cohort_file(n=120)), "--site"]
    for site in ("a", "b"):
        assert main([*words, site, "-o", str(tmp_path / f"{site}.json")]) == 0
    assert "the names of its features" in capsys.readouterr().out
    files = [str(tmp_path / f"{site}.json") for site in ("a", "b")]
    assert main(["federate", "combine", str(plan), *files, "-o", str(tmp_path / "state.json")]) == 0
    assert "--round state.json" in capsys.readouterr().out
    assert main([*words, "c", "-o", str(tmp_path / "c.json")]) == 2
    assert "no site named 'c'" in capsys.readouterr().err
