"""Several models asked at once: molecules are standardised and fingerprinted once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Self

from pharmakon.core.errors import ModelError, UnknownName, did_you_mean
from pharmakon.core.types import Estimates, Property

from .endpoints import endpoints
from .features import Features
from .model import Model

LOADERS = 4
"""Models that are read at a time."""


def shipped_folder() -> Path:
    """Where the shipped models live."""
    return Path(str(files("pharmakon"))) / "models"


def shipped_names() -> list[str]:
    """The shipped models, in the order of endpoints.toml."""
    return [name for name in endpoints() if (shipped_folder() / name / "card.json").is_file()]


def load_model(name_or_path: str | Path) -> Model:
    """A shipped model by name, or any model folder by path. Raises UnknownName with a suggestion."""
    return Model.load(model_folder(name_or_path))


def model_folder(name_or_path: str | Path) -> Path:
    """The folder of a shipped model by its name, or the folder itself."""
    if Path(name_or_path, "card.json").is_file():
        return Path(name_or_path)
    if str(name_or_path) in shipped_names():
        return shipped_folder() / str(name_or_path)
    if any(sep in str(name_or_path) for sep in "/\\"):
        path = Path(name_or_path)
        advice = did_you_mean(path.name, _folders(path.parent))
        where = f"; in {path.parent}, {advice}" if advice else ""
        raise ModelError(f"{path} is not a model folder: it has no card.json{where}")
    name = str(name_or_path)
    own = [f"models/{folder}" for folder in _folders(Path("models")) if folder.casefold() == name.casefold()]
    raise UnknownName("model", name, own or shipped_names())


def _folders(place: Path) -> list[str]:
    """The names of the model folders in a folder."""
    return sorted(card.parent.name for card in place.glob("*/card.json"))


class Panel:
    """An ordered set of models; a core.types.Scorer."""

    def __init__(self, models: Sequence[Model]) -> None:
        self.models = {model.name: model for model in models}
        if len(self.models) < len(models):
            names = [model.name for model in models]
            twice = next(name for name in names if names.count(name) > 1)
            raise ModelError(f'two models are both named {twice!r}; rename one (the "name" in its card.json)')

    @classmethod
    def load(cls, names_or_paths: Sequence[str | Path] = ()) -> Self:
        """The named models and folders; all shipped ones when none is named."""
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(
            LOADERS
        ) as threads:  # most of loading is inflating and unpacking, which run side by side
            return cls(list(threads.map(load_model, names_or_paths or shipped_names())))

    @property
    def properties(self) -> Mapping[str, Property]:
        """What it can estimate, by name."""
        return {name: model.property for name, model in self.models.items()}

    def predict(self, smiles: Sequence[str], *, features: Features | None = None) -> dict[str, Estimates]:
        """Estimates of every property, by name."""
        return self.estimate(smiles, tuple(self.models), features=features)

    def estimate(
        self, smiles: Sequence[str], names: Sequence[str], *, features: Features | None = None
    ) -> dict[str, Estimates]:
        """Estimates of the named properties."""
        features = Features.from_smiles(smiles) if features is None else features
        return {name: self.models[name].predict(smiles, features=features) for name in names}
