import pytest

from pharmakon.core.config import build
from pharmakon.core.errors import ConfigError
from pharmakon.design.settings import Settings


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"kernels": ("ecfp", "nothing")}, "the kernels are ecfp"),
        ({"kernels": ()}, "the kernels are ecfp"),
        ({"explore": (1.0, 0.1)}, "the smaller first"),
        ({"explore": (0.0, 0.1)}, "above 0"),
        ({"calls": 0}, "greater than or equal to 1"),
        ({"call": 10}, "did you mean 'calls'"),
    ],
)
def test_wrong_settings_are_told_off(data, says):
    with pytest.raises(ConfigError, match=says):
        build(Settings, data)


def test_settings_survive_json():
    assert Settings.model_validate_json(Settings(seed=3).model_dump_json()) == Settings(seed=3)
