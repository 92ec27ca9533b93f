"""Selections of a library's rows: a working one of one's own, named ones that the project shares."""

from __future__ import annotations

import dataclasses

import pytest

from pharmakon.core.errors import Denied, UnknownName, UsageError
from pharmakon.team.selections import Selections

LIBRARY = "0123456789abcdef"


def test_a_working_selection_is_its_user_s_and_a_named_one_the_project_s(database, person):
    kept, ada, ben = Selections(database), person("analyst"), person("analyst", name="Ben")
    working = kept.keep(ada, LIBRARY, [[0, 3], [7, 2]])
    named = kept.keep(ada, LIBRARY, [[5, 1]], name=" amines ")
    assert working.count == 5 and [list(run) for run in working.runs] == [[0, 3], [7, 2]]
    assert [one.name for one in kept.list(ada, LIBRARY)] == ["", "amines"]
    assert kept.list(ben, LIBRARY) == [named] and kept.get(ben, LIBRARY, named.id).user == ada.user
    with pytest.raises(UnknownName):
        kept.get(ben, LIBRARY, working.id)
    assert kept.list(ada, "another library") == []


def test_rows_kept_again_replace_those_before_under_the_same_id(database, person):
    kept, ada = Selections(database), person("curator")
    first = kept.keep(ada, LIBRARY, [[0, 3]], name="amines")
    again = kept.keep(ada, LIBRARY, [[9, 1]], name="amines")
    assert again.id == first.id and again.count == 1 and kept.list(ada, LIBRARY) == [again]
    assert kept.keep(ada, LIBRARY, []).count == 0


def test_what_is_somebody_else_s_is_neither_replaced_nor_deleted(database, person):
    kept, ada, ben = Selections(database), person("analyst"), person("analyst", name="Ben")
    hers = kept.keep(ada, LIBRARY, [[0, 3]], name="amines")
    with pytest.raises(UsageError, match="somebody else"):
        kept.keep(ben, LIBRARY, [[1, 1]], name="amines")
    with pytest.raises(UsageError, match="only who made"):
        kept.remove(ben, LIBRARY, hers.id)
    assert kept.list(ada, LIBRARY) == [hers]
    kept.remove(ada, LIBRARY, hers.id)
    assert kept.list(ada, LIBRARY) == []


def test_a_reader_sees_but_selects_nothing_and_another_project_sees_nothing(database, person):
    kept, ada, reader = Selections(database), person("analyst"), person("reader", name="Rae")
    hers = kept.keep(ada, LIBRARY, [[0, 3]], name="amines")
    assert kept.list(reader, LIBRARY) == [hers]
    for refused in (lambda: kept.keep(reader, LIBRARY, []), lambda: kept.remove(reader, LIBRARY, hers.id)):
        with pytest.raises(Denied):
            refused()
    elsewhere = dataclasses.replace(ada, project="another")
    assert kept.list(elsewhere, LIBRARY) == []
    with pytest.raises(UnknownName):
        kept.remove(elsewhere, LIBRARY, hers.id)
