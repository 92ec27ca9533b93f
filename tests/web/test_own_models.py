from types import SimpleNamespace

from pharmakon.web.own_models import OwnModel, by_name

CARD = {"property": {"name": "x", "title": "X", "unit": ""}}


def test_of_two_models_of_one_name_the_newest_answers():
    newest, oldest = (OwnModel(SimpleNamespace(id=id), CARD, None) for id in ("b", "a"))
    assert by_name([newest, oldest])["x"] is newest
    assert newest.reference == "job:b/model"
