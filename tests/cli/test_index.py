"""`pharmakon index` as a user sees it."""

from pharmakon.cli.main import main


def test_a_library_becomes_an_index(capsys, tmp_path):
    (tmp_path / "lib.smi").write_text("CCO ethanol\nc1cc broken\n")
    command = ["index", str(tmp_path / "lib.smi"), "-o", str(tmp_path / "lib.index"), "--workers", "1"]
    assert main(command) == 0
    assert "2 rows, 1 with a problem" in capsys.readouterr().out
    assert main([*command, "--bits", "100"]) == 2


def test_a_library_does_not_replace_the_index_of_another(capsys, tmp_path):
    for name, text in (("lib.smi", "CCO ethanol\n"), ("tiny.smi", "CCN amine\n")):
        (tmp_path / name).write_text(text)
    place = ["-o", str(tmp_path / "lib.index"), "--workers", "1"]
    assert main(["index", str(tmp_path / "lib.smi"), *place]) == 0
    assert main(["index", str(tmp_path / "tiny.smi"), *place]) == 2
    assert "already holds an index of lib.smi" in capsys.readouterr().err
    (tmp_path / "lib.index" / "fold.npy").unlink()
    assert main(["index", str(tmp_path / "lib.smi"), *place, "--resume"]) == 0
    assert "was made again" in capsys.readouterr().err
    (tmp_path / "lib.index" / "index.json").write_text("[]")
    assert main(["similar", "CCO", "--index", str(tmp_path / "lib.index")]) == 1
    told = capsys.readouterr().err
    assert "index.json is damaged: make the index again" in told and "unexpected" not in told
