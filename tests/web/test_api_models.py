import pytest

from pharmakon.core.errors import UnknownName
from pharmakon.web.api_models import shipped_card, shipped_models


def test_every_listed_model_has_a_card_and_nothing_else_has():
    for models in shipped_models().values():
        assert shipped_card(models[0].name)["name"] == models[0].name
    for name in ("../herg", "graph", ""):
        with pytest.raises(UnknownName):
            shipped_card(name)
