"""Several models asked at once: molecules are standardised and fingerprinted once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self

from pharmakon.core.errors import ModelError, UnknownName, did_you_mean
from pharmakon.core.types import Estimates, Profile, Property
from pharmakon.store.models import CARD

from .analogues import Found, Pooled
from .endpoints import endpoints
from .features import Features
from .model import Model
from .screen import NAME as SCREEN
from .screen import Screen, screened_names

LOADERS = 4
"""Models that are read at a time."""


def shipped_folder() -> Path:
    """Where the shipped models live."""
    return Path(str(files("pharmakon"))) / "models"


def own_names() -> list[str]:
    """The endpoints with a model of their own, in the order of endpoints.toml."""
    return [name for name in endpoints() if (shipped_folder() / name / CARD).is_file()]


def shipped_names() -> list[str]:
    """The endpoints that can be predicted, in the order of endpoints.toml; the network answers for all of them."""
    screened = screened_names(shipped_folder() / SCREEN)
    return [name for name in endpoints() if name in screened or (shipped_folder() / name / CARD).is_file()]


@cache
def shipped_screen() -> Screen:
    """The shipped network and its measured molecules, read once."""
    return Screen.load(shipped_folder() / SCREEN)


def load_model(name_or_path: str | Path, profile: Profile = "full") -> Model:
    """A shipped model by name, or any model folder by path. Raises UnknownName with a suggestion.

    An endpoint without a model of its own, and in the fast profile every shipped one, is answered by the network.
    """
    place = model_place(name_or_path, profile)
    return Model.load(place, lender=shipped_screen) if place.is_dir() else shipped_screen().model(place.stem)


def card_file(name_or_path: str | Path, profile: Profile = "full") -> Path:
    """The file of a model's card. Raises as `load_model` does."""
    place = model_place(name_or_path, profile)
    return place / CARD if place.is_dir() else place


def model_place(name_or_path: str | Path, profile: Profile = "full") -> Path:
    """The folder of a model; the card of an endpoint that the network answers."""
    if Path(name_or_path, CARD).is_file():
        return Path(name_or_path)
    name = str(name_or_path)
    own, screened = shipped_folder() / name, shipped_folder() / SCREEN / f"{name}.json"
    if name in endpoints():
        places = [place for place in (own, screened) if (place / CARD).is_file() or place.is_file()]
        if places:
            return places[-1] if profile == "fast" else places[0]
    if any(sep in name for sep in "/\\"):
        path = Path(name_or_path)
        advice = did_you_mean(path.name, _folders(path.parent))
        where = f"; in {path.parent}, {advice}" if advice else ""
        raise ModelError(f"{path} is not a model folder: it has no card.json{where}")
    mine = [f"models/{folder}" for folder in _folders(Path("models")) if folder.casefold() == name.casefold()]
    raise UnknownName("model", name, mine or shipped_names())


def _leans(place: Path) -> bool:
    """Whether a model needs the screen; a folder that holds no training molecules borrows them."""
    return not place.is_dir() or not (place / "training.npz").is_file()


def _folders(place: Path) -> list[str]:
    """The names of the model folders in a folder."""
    return sorted(card.parent.name for card in place.glob("*/card.json"))


class Panel:
    """An ordered set of models; a core.types.Scorer.

    Those that the network answers find their analogues together: in the fast profile by the quick search.
    """

    def __init__(self, models: Sequence[Model], *, profile: Profile = "full") -> None:
        self.models = {model.name: model for model in models}
        self.profile = profile
        if len(self.models) < len(models):
            names = [model.name for model in models]
            twice = next(name for name in names if names.count(name) > 1)
            raise ModelError(f'two models are both named {twice!r}; rename one (the "name" in its card.json)')

    @classmethod
    def load(cls, names_or_paths: Sequence[str | Path] = (), profile: Profile = "full") -> Self:
        """The named models and folders; all shipped ones when none is named."""
        from concurrent.futures import ThreadPoolExecutor

        names = names_or_paths or shipped_names()
        if any(_leans(model_place(name, profile)) for name in names):
            shipped_screen()  # before the threads: each of them would read it
        with ThreadPoolExecutor(
            LOADERS
        ) as threads:  # most of loading is inflating and unpacking, which run side by side
            return cls(list(threads.map(lambda name: load_model(name, profile), names)), profile=profile)

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
        pooled = [name for name in names if isinstance(self.models[name].training, Pooled)]
        near: Mapping[str, Found] = {}
        if pooled:
            near = shipped_screen().analogues.search(features, pooled, quick=self.profile == "fast")
        return {name: self.models[name].predict(smiles, features=features, near=near.get(name)) for name in names}
