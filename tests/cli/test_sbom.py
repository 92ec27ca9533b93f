"""`pharmakon sbom`."""

import json

from pharmakon.cli.main import main


def test_a_bill_goes_to_a_file_or_to_the_output(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["sbom", "-o", "sbom.json", "--time", "2026-01-02T00:00:00Z"]) == 0
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err.startswith("sbom.json: ")
    assert main(["sbom", "--time", "2026-01-02T00:00:00Z"]) == 0
    assert capsys.readouterr().out == (tmp_path / "sbom.json").read_text()
    assert json.loads((tmp_path / "sbom.json").read_text())["bomFormat"] == "CycloneDX"
