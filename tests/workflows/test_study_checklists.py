from pharmakon.workflows.discover import DiscoverConfig
from pharmakon.workflows.study_checklists import checklists


def answers(discovered):
    config = DiscoverConfig(cohort=discovered.folder.parent / "cohort.toml", folds=3)
    return {one.title: {a.item.number: a for a in found} for one, found in checklists(discovered, config)}


def test_what_the_run_knows_is_filled_in_and_no_more(discovered):
    found = answers(discovered)
    assert set(found) == {"REMARK", "TRIPOD+AI"}
    assert "with a known outcome" in found["REMARK"]["12"].said
    assert found["REMARK"]["12"].known
    assert not found["REMARK"]["4"].known
    assert not found["TRIPOD+AI"]["17"].known
    assert "90 patients" in found["TRIPOD+AI"]["21"].said
    assert "3 outer folds" in found["TRIPOD+AI"]["12a"].said
