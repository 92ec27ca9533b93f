from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pharmakon.core.errors import ConfigError, PharmakonError, RecordError, RefusedGoal, UnknownName, UsageError
from pharmakon.record.entry import Head, write_head
from pharmakon.record.ledger import verify
from pharmakon.workflows.design import DesignConfig, run

GOAL = """
name = "soluble"
models = ["{model}"]
calls = 70
batch = 10
designs = 8
proposals = 4
goals = [
  {{ property = "logs", want = ">= 0.5" }},
  {{ property = "mw", want = "150..300" }},
]
constraints = [{{ property = "sa_score", want = "<= 4.5" }}]
"""


@pytest.fixture(scope="module")
def goal(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("goal") / "goal.toml"
    path.write_text(GOAL.format(model=trained))
    return path


@pytest.fixture(scope="module")
def undisturbed(goal: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "undisturbed"
    result = run(DesignConfig.from_toml(goal), output=folder, workers=1)
    assert result.designs == 8
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "designs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_designs_are_new_valid_diverse_and_better_than_the_start(undisturbed: Path) -> None:
    from rdkit import Chem

    from pharmakon.chem.fingerprints import bits
    from pharmakon.chem.similarity import tanimoto

    designs = rows(undisturbed)
    mols = [Chem.MolFromSmiles(row["smiles"]) for row in designs]
    assert all(mols)
    likeness = tanimoto(bits(mols), bits(mols))
    assert max(likeness[i, j] for i in range(8) for j in range(i)) <= 0.7 + 1e-6
    calls = [json.loads(line) for line in (undisturbed / "calls.jsonl").read_text().splitlines()]
    molecules = [m for batch in calls for m in batch["molecules"]]
    assert len(molecules) == 70 == len({m["smiles"] for m in molecules})
    best_of_start = max(m["score"] for m in calls[0]["molecules"])
    assert float(designs[0]["score"]) > best_of_start


def test_the_score_can_be_rebuilt_from_its_parts(undisturbed: Path) -> None:
    for row in rows(undisturbed):
        parts = [float(row[f"desirability:{name}"]) for name in ("logs", "mw")]
        low, high = (
            (max(parts[0] + step, 0) * max(parts[1] + step, 0)) ** 0.5 for step in (-5e-5, 5e-5)
        )  # four digits are told
        assert low - 5e-5 <= float(row["score"]) <= high + 5e-5


def test_every_design_descends_from_the_start(undisturbed: Path) -> None:
    calls = [json.loads(line) for line in (undisturbed / "calls.jsonl").read_text().splitlines()]
    known = {m["smiles"]: m for batch in calls for m in batch["molecules"]}
    for row in rows(undisturbed):
        name, steps = row["smiles"], 0
        while known[name]["parents"]:
            assert known[name]["operators"]
            parent = known[name]["parents"][0]
            if parent not in known:  # one that visited the search
                break
            assert known[parent]["call"] < known[name]["call"]
            name, steps = parent, steps + 1
        assert steps <= int(row["steps"])


def test_the_ledger_names_a_changed_byte(undisturbed: Path, tmp_path: Path) -> None:
    assert verify(undisturbed).ok
    for file in undisturbed.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert verify(tmp_path).ok
    text = (tmp_path / "designs.csv").read_text()
    (tmp_path / "designs.csv").write_text(text.replace("D001", "D00l"))
    problems = verify(tmp_path).problems
    assert len(problems) == 1
    assert "designs.csv" in problems[0]


def test_workers_change_no_byte(goal: Path, undisturbed: Path, tmp_path: Path) -> None:
    run(DesignConfig.from_toml(goal), output=tmp_path / "two", workers=2)
    assert (tmp_path / "two" / "designs.csv").read_bytes() == (undisturbed / "designs.csv").read_bytes()


@pytest.mark.parametrize("batches", [1, 6])
def test_a_killed_run_resumes_to_the_same_bytes(batches: int, goal: Path, undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    command = [sys.executable, "-m", "pharmakon", "design", str(goal), "-o", str(folder), "--workers", "1"]
    environment = os.environ | {"PHARMAKON_TRACEBACK": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal = folder / "calls.jsonl"
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if journal.is_file() and journal.read_bytes().count(b"\n") >= batches:
            break
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (folder / "report.html").exists()
    result = run(DesignConfig.from_toml(goal), output=folder, resume=True, workers=1)
    assert result.designs == 8
    for name in ("calls.jsonl", "designs.csv", "designs.sdf"):
        assert (folder / name).read_bytes() == (undisturbed / name).read_bytes(), name
    assert verify(folder, expect=result.head).ok
    assert verify(folder).closed
    assert verify(folder).head == result.head


def test_a_changed_call_is_named_when_the_run_is_resumed(goal: Path, undisturbed: Path, tmp_path: Path) -> None:
    for name in ("run.json", "calls.jsonl"):
        (tmp_path / name).write_bytes((undisturbed / name).read_bytes())
    lines = (undisturbed / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    batches = [i for i, line in enumerate(lines) if b'"event":"batch"' in line]
    kept = lines[: batches[1] + 1]
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(kept))
    write_head(tmp_path / "ledger.jsonl", Head(len(kept), json.loads(kept[-1])["hash"]))
    calls = (tmp_path / "calls.jsonl").read_text().splitlines(keepends=True)[:2]
    batch = json.loads(calls[0])
    batch["molecules"][0]["score"] = 0.999
    (tmp_path / "calls.jsonl").write_text(json.dumps(batch) + "\n" + calls[1])
    with pytest.raises(RecordError, match=r"batch 0 of calls\.jsonl was changed"):
        run(DesignConfig.from_toml(goal), output=tmp_path, resume=True, workers=1)
    (tmp_path / "calls.jsonl").write_text("")
    with pytest.raises(RecordError, match="put back the whole"):
        run(DesignConfig.from_toml(goal), output=tmp_path, resume=True, workers=1)


def test_a_finished_run_is_only_reported_again(goal: Path, undisturbed: Path) -> None:
    before = {file.name: file.read_bytes() for file in undisturbed.iterdir()}
    result = run(DesignConfig.from_toml(goal), output=undisturbed, resume=True, workers=1)
    assert result.designs == 8
    assert {file.name: file.read_bytes() for file in undisturbed.iterdir()} == before


def test_a_taken_folder_is_not_overwritten(goal: Path, undisturbed: Path) -> None:
    with pytest.raises(UsageError, match="--resume"):
        run(DesignConfig.from_toml(goal), output=undisturbed, workers=1)
    with pytest.raises(UsageError, match="calls"):
        run(DesignConfig.from_toml(goal, calls=50), output=undisturbed, resume=True, workers=1)


def test_harm_cannot_be_asked_for(tmp_path: Path) -> None:
    config = DesignConfig.model_validate({"goals": [{"property": "herg", "want": ">= 8"}]})
    with pytest.raises(RefusedGoal, match="hazard"):
        run(config, output=tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()


def test_a_search_that_cannot_begin_leaves_nothing_behind(tmp_path: Path) -> None:
    wishes = {
        "goals": [{"property": "qed", "want": ">= 0.5"}],
        "constraints": [{"property": "mw", "want": "9000..9999"}],
    }
    with pytest.raises(UsageError, match=r"nothing to start from: .*all break "):
        run(DesignConfig.model_validate(wishes), output=tmp_path / "run", workers=1)
    assert not (tmp_path / "run").exists()


def test_mistakes_in_a_goal_file_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "goal.toml"
    path.write_text('goals = [{ property = "qed", wants = ">= 0.5" }]')
    with pytest.raises(ConfigError, match=r"unknown key 'wants' in goal 1; did you mean 'want'"):
        DesignConfig.from_toml(path)
    path.write_text('goals = [{ property = "qedd", want = ">= 0.5" }]')
    with pytest.raises(UnknownName, match="did you mean 'qed'"):
        run(DesignConfig.from_toml(path), output=tmp_path / "run", workers=1)
    path.write_text('start = ["C1CC"]\ngoals = [{ property = "qed", want = ">= 0.5" }]')
    with pytest.raises(ConfigError, match="C1CC"):
        DesignConfig.from_toml(path)
    path.write_text('goals = [{ property = "qed", want = "lots" }]')
    with pytest.raises(ConfigError, match="lots"):
        DesignConfig.from_toml(path)


MODE = """
[mode]
kind = "decorate"
scaffold = "C[C@H](N)c1ccc([*:1])c([*:2])c1"
"""


@pytest.fixture(scope="module")
def decorated(goal: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A goal file with a mode, and its run."""
    folder = tmp_path_factory.mktemp("modes")
    path = folder / "goal.toml"
    path.write_text(goal.read_text().replace("calls = 70", "calls = 60") + MODE)
    result = run(DesignConfig.from_toml(path), output=folder / "run", workers=1)
    assert any(line.startswith("Mode decorate: the scaffold C[C@H](N)") for line in result.summary)
    return path, folder / "run"


def test_every_molecule_that_is_scored_keeps_the_scaffold(decorated: tuple[Path, Path]) -> None:
    from rdkit import Chem

    _, folder = decorated
    kept = Chem.MolFromSmarts("[CH3][CH]([NH2])[c;D3]1[c;D2][c;D2]c[c][c;D2]1")
    calls = [json.loads(line) for line in (folder / "calls.jsonl").read_text().splitlines()]
    scored = [m["smiles"] for batch in calls for m in batch["molecules"]]
    assert len(scored) == 60
    assert all(Chem.MolFromSmiles(smiles).HasSubstructMatch(kept) for smiles in scored)


def test_table_and_report_say_the_mode_and_what_hangs_where(decorated: tuple[Path, Path]) -> None:
    _, folder = decorated
    designs = rows(folder)
    assert designs
    for row in designs:
        assert row["mode"] == "decorate"
        assert row["kept_atoms"] == "9"
        assert {row["R1"], row["R2"]} != {"[H]"}
        assert all("*" in row[place] or row[place] == "[H]" for place in ("R1", "R2"))
    page = (folder / "report.html").read_text()
    assert "Mode: decorate" in page
    assert "Kept by the mode" in page
    filled = next(place for place in ("R1", "R2") if designs[0][place] != "[H]")
    assert f"{filled}: {designs[0][filled]}".split("*", maxsplit=1)[0] in page


def test_a_mode_resumes_to_the_same_bytes(decorated: tuple[Path, Path], tmp_path: Path) -> None:
    path, done = decorated
    folder = tmp_path / "resumed"
    folder.mkdir()
    lines = (done / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    batches = [i for i, line in enumerate(lines) if b'"event":"batch"' in line]
    kept = lines[: batches[1] + 1]
    (folder / "run.json").write_bytes((done / "run.json").read_bytes())
    (folder / "ledger.jsonl").write_bytes(b"".join(kept))
    write_head(folder / "ledger.jsonl", Head(len(kept), json.loads(kept[-1])["hash"]))
    (folder / "calls.jsonl").write_text("".join((done / "calls.jsonl").read_text().splitlines(keepends=True)[:2]))
    with pytest.raises(UsageError, match="mode"):
        run(DesignConfig.from_toml(path, mode={"scaffold": "c1ccc([*:1])cc1"}), output=folder, resume=True, workers=1)
    run(DesignConfig.from_toml(path), output=folder, resume=True, workers=1)
    for name in ("calls.jsonl", "designs.csv", "designs.sdf"):
        assert (folder / name).read_bytes() == (done / name).read_bytes(), name


def test_a_start_that_does_not_fit_the_mode_is_refused(decorated: tuple[Path, Path], tmp_path: Path) -> None:
    path, _ = decorated
    config = DesignConfig.from_toml(path, start=("CCOc1ccccc1",))
    with pytest.raises(UsageError, match=r"CCOc1ccccc1 does not fit the mode: the scaffold"):
        run(config, output=tmp_path / "run", workers=1)
    fitting = DesignConfig.from_toml(path, start=("CC(N)c1ccc(C)c(F)c1",), calls=10)
    run(fitting, output=tmp_path / "fits", workers=1)
    assert "CC(N)c1ccc(" in (tmp_path / "fits" / "calls.jsonl").read_text()


def test_many_different_hits_on_request(tmp_path: Path) -> None:
    from pharmakon.chem.fingerprints import bits_of_smiles
    from pharmakon.chem.similarity import tanimoto
    from pharmakon.design.diversity import circles

    goals = [{"property": "tpsa", "want": "40..90"}, {"property": "logp", "want": "1..3"}]
    config = DesignConfig.model_validate(
        {"goals": goals, "calls": 60, "batch": 10, "proposals": 4, "designs": 8, "hits": 0.9}
    )
    result = run(config, output=tmp_path / "hits", workers=1)
    line = next(line for line in result.summary if "different hits" in line)
    assert "at least 0.9, no two more alike than 0.3 " in line
    batches = [json.loads(text) for text in (tmp_path / "hits" / "calls.jsonl").read_text().splitlines()]
    hits = [m["smiles"] for batch in batches for m in batch["molecules"] if m["score"] >= 0.9]
    assert int(line.split()[0]) == circles(hits) > 5
    assert all(float(row["score"]) >= 0.9 for row in rows(tmp_path / "hits")), "a design is a hit"
    packed = bits_of_smiles([row["smiles"] for row in rows(tmp_path / "hits")])
    alike = tanimoto(packed, packed)
    assert max(alike[i, j] for i in range(len(packed)) for j in range(i)) <= 0.3 + 1e-6


def test_a_file_that_is_wrong_leaves_no_folder(goal: Path, tmp_path: Path) -> None:
    (tmp_path / "known.csv").write_text("a,b\n1,2\n")
    for wrong in ({"prior": tmp_path / "nowhere"}, {"known": tmp_path / "known.csv"}):
        with pytest.raises(PharmakonError):
            run(DesignConfig.from_toml(goal).model_copy(update=wrong), output=tmp_path / "run", workers=1)
        assert not (tmp_path / "run").exists()


def test_a_run_does_not_go_on_with_another_prior(goal: Path, undisturbed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("run.json", "calls.jsonl"):
        (folder / name).write_bytes((undisturbed / name).read_bytes())
    run_json = json.loads((folder / "run.json").read_text())
    run_json["inputs"][-1]["sha256"] = "0" * 64
    (folder / "run.json").write_text(json.dumps(run_json))
    with pytest.raises(UsageError, match=r"content of .*language\.npz"):
        run(DesignConfig.from_toml(goal), output=folder, resume=True, workers=1)


def test_a_distance_of_hits_needs_hits(goal: Path) -> None:
    with pytest.raises(ConfigError, match="no hits are asked for"):
        DesignConfig.from_toml(goal, hit_distance=0.6)


def test_a_run_that_stands_still_ends_and_says_so(tmp_path: Path) -> None:
    goal = tmp_path / "goal.toml"
    goal.write_text('[[goals]]\nproperty = "charge"\nwant = "= 0"\n')  # met by nearly every molecule
    config = DesignConfig.from_toml(goal, calls=400, batch=10, designs=2, patience=20)
    result = run(config, output=tmp_path / "run", workers=1)
    assert "400 molecules were scored" not in result.summary[0]
    assert any("did not get better in 20 calls" in line for line in result.summary)
    with pytest.raises(ConfigError, match="patience waits"):
        DesignConfig.from_toml(goal, patience=20, hits=0.5)
