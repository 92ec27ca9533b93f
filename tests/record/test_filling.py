"""What a run and people say to a form, kept apart."""

from datetime import date

import pytest

from pharmakon.core.errors import ConfigError, UnknownName
from pharmakon.record.filling import Fillers, Said, Written, absent, read_answers, unanswered
from pharmakon.record.form import form

SIMPLE: Fillers[str] = Fillers("qmrf")
SIMPLE.fills("1.1")(lambda name: f"The model {name}.")
SIMPLE.fills("2.5")(lambda name: Said((name,)))
SIMPLE.fills("6.8")(lambda _: absent("Not performed."))
SIMPLE.fills("7.1")(lambda _: None)
SIMPLE.fills("7.2")(lambda _: Said(("  ",)))
WRITTEN = Written(text="rat", by="A. Person, toxicologist", on=date(2026, 7, 1))


def states(filled):
    return {one.field.number: one.state for one in filled}


def test_each_field_says_something_or_names_who_is_needed():
    filled = SIMPLE.fill("ours")
    found = states(filled)
    assert [found[n] for n in ("1.1", "2.5", "6.8", "3.6")] == ["machine", "part", "absent", "needed"]
    assert found["7.1"] == found["7.2"] == "needed", "an answer of nothing is none"
    assert filled.empty == 0
    assert filled.by_machine == 2, "what was not done is not filled"
    assert sum(filled.people.values()) == filled.count("needed", "part")
    needed = {one.field.number: one.needed for one in filled}
    assert needed["3.6"].startswith("Person needed: toxicologist. The protocol")
    assert "Still to add: name and contact" in needed["2.5"]
    assert needed["1.1"] == needed["6.8"] == ""


def test_what_a_person_wrote_stays_apart_from_what_the_machine_says():
    filled = SIMPLE.fill("ours", {"qmrf": {"3.1": WRITTEN, "1.1": WRITTEN}, "qprf": {"1.1": WRITTEN}})
    found = {field["number"]: field for section in filled.plain()["sections"] for field in section["fields"]}
    assert "machine" not in found["3.1"] and found["3.1"]["person"]["by"] == "A. Person, toxicologist"
    assert found["1.1"]["machine"] == {"text": ["The model ours."]} and found["1.1"]["person"]["on"] == "2026-07-01"
    assert (found["3.1"]["state"], found["1.1"]["state"]) == ("person", "both")
    assert filled.plain()["filled_by_a_person"] == 2


def test_fillers_upon_others_win():
    rules = Fillers.upon(SIMPLE)
    rules.fills("1.1")(lambda _: "Rules.")
    said = {one.field.number: one.machine for one in rules.fill("ours")}
    assert said["1.1"] == Said(("Rules.",)) and said["2.5"] == Said(("ours",))
    assert SIMPLE.own["1.1"]("x") == "The model x."


def test_a_filler_of_a_field_that_there_is_not():
    with pytest.raises(UnknownName, match="99"):
        SIMPLE.fills("99")


def test_answers_are_read_and_checked(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('[qmrf."3.1"]\ntext = "rat"\nby = "A. Person, toxicologist"\non = 2026-07-01\n', encoding="utf-8")
    assert read_answers(file) == {"qmrf": {"3.1": WRITTEN}}
    for text, error, said in (
        ('[qmrf."3.1"]\ntext = "rat"\nby = "A"\n', ConfigError, "on"),
        ('[qmrf."3.1"]\ntext = ""\nby = "A"\non = 2026-07-01\n', ConfigError, "text"),
        ('[qmrf."33"]\ntext = "rat"\nby = "A"\non = 2026-07-01\n', UnknownName, "33"),
        ('[qmfr."3.1"]\ntext = "rat"\n', UnknownName, "qmfr"),
        ("qmrf = 1\n", ConfigError, "no form"),
        ('[qmrf]\n"3.1" = "rat"\n', ConfigError, "text, by and on"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(error, match=said):
            read_answers(file)


def test_the_file_to_fill_in_can_be_handed_back(tmp_path):
    filled = SIMPLE.fill("ours")
    text = unanswered([filled])
    assert text.count("#[qmrf.") == filled.count("needed", "part")
    lines = [
        line.removeprefix("#") if line.startswith(("#[", "#text", "#by", "#on")) else line for line in text.split("\n")
    ]
    file = tmp_path / "answers.toml"
    file.write_text("\n".join(lines).replace('""', '"words"'), encoding="utf-8")
    written = read_answers(file)
    again = SIMPLE.fill("ours", written)
    assert len(written["qmrf"]) == filled.count("needed", "part")
    assert again.count("needed", "part") == 0 and unanswered([again]).count("#[") == 0


def test_a_form_is_in_order():
    assert [one.field for one in SIMPLE.fill("ours")] == list(form("qmrf").fields)
