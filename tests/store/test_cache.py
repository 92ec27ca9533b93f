"""Answers come back bit for bit, to the same question only, from several processes at once."""

import sqlite3
import subprocess
import sys

import pytest

from pharmakon.core.errors import DataError
from pharmakon.store.cache import Answer, Cache, Question

ONE = Question("dock", "1", "abc")
THIRD = Answer(1 / 3, 0.1, 2 / 3)


def test_answers_come_back_bit_for_bit_in_another_run(tmp_path):
    path = tmp_path / "deep" / "cache.sqlite"
    with Cache(path) as cache:
        cache.put(ONE, {"C": THIRD, "CC": Answer(-0.0, -0.0, 5e-324)})
    with Cache(path) as cache:
        assert cache.get(ONE, ["CC", "C", "N"]) == {"C": THIRD, "CC": Answer(-0.0, -0.0, 5e-324)}


@pytest.mark.parametrize("other", [Question("dock", "2", "abc"), Question("dock", "1", "x"), Question("d", "1", "abc")])
def test_another_question_has_no_answer(tmp_path, other):
    with Cache(tmp_path / "cache") as cache:
        cache.put(ONE, {"C": THIRD})
        assert cache.get(other, ["C"]) == {}


def test_many_are_found(tmp_path):
    many = {f"m{i}": Answer(i, i, i) for i in range(1700)}
    with Cache(tmp_path / "cache") as cache:
        cache.put(ONE, many)
        assert cache.get(ONE, list(many)) == many
        assert cache.get(ONE, []) == {}


def test_the_first_answer_stays(tmp_path):
    with Cache(tmp_path / "cache") as cache:
        cache.put(ONE, {"C": THIRD})
        cache.put(ONE, {"C": Answer(9, 9, 9)})
        assert cache.get(ONE, ["C"]) == {"C": THIRD}


def test_several_processes_write_at_once(tmp_path):
    code = (
        "import sys; from pharmakon.store.cache import *\n"
        "with Cache(sys.argv[1]) as cache:\n"
        "    for i in range(50): cache.put(Question('dock', '1', 'abc'), {f'{sys.argv[2]}{i}': Answer(i, i, i)})\n"
    )
    path = str(tmp_path / "cache")
    running = [subprocess.Popen([sys.executable, "-c", code, path, name]) for name in "abc"]
    assert [one.wait() for one in running] == [0, 0, 0]
    with Cache(path) as cache:
        assert len(cache.get(ONE, [f"{name}{i}" for name in "abc" for i in range(50)])) == 150


def test_a_damaged_file_is_told_and_left_alone(tmp_path):
    path = tmp_path / "cache"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(DataError, match=r"is damaged or no such file .*the scorers are asked again"):
        Cache(path)
    assert path.read_bytes().startswith(b"not a database")
    path.unlink()
    with Cache(path) as cache:
        cache.put(ONE, {f"C{i}": THIRD for i in range(3000)})
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DataError, match="damaged"), Cache(path) as cache:
        cache.get(ONE, ["C1"])


def test_a_value_that_cannot_be_is_damage(tmp_path):
    with Cache(tmp_path / "cache") as cache:
        cache.put(ONE, {"C": THIRD})
        cache._file.execute("UPDATE answers SET value = 'seven'")
        with pytest.raises(DataError, match="seven"):
            cache.get(ONE, ["C"])


def test_somebody_elses_database_is_not_touched(tmp_path):
    path = tmp_path / "theirs.sqlite"
    theirs = sqlite3.connect(path)
    theirs.execute("CREATE TABLE compounds (smiles)")
    theirs.commit()
    theirs.close()
    before = path.read_bytes()
    with pytest.raises(DataError, match="database of something else"):
        Cache(path)
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cache = false"):
        Cache(tmp_path / "file" / "cache")
