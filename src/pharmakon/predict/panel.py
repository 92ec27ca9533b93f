"""Several models asked at once: molecules are standardised and fingerprinted once for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from pharmakon.core.errors import ModelError, UnknownName, did_you_mean
from pharmakon.core.types import Estimates, Profile, Property
from pharmakon.store.models import CARD

from .analogues import Analogues, Found, Pooled
from .endpoints import endpoints
from .features import Features
from .model import Model
from .screen import GRAPH, TARGETS, Screen, screened_names
from .screen import NAME as SCREEN

LOADERS = 4
"""Models that are read at a time."""
_HELD: WeakValueDictionary[Path, Model] = WeakValueDictionary()
"""Shipped models that somebody holds: whoever asks for one of them shares it, and nobody reads it twice."""


def shipped_folder() -> Path:
    """Where the shipped models live."""
    return Path(str(files("pharmakon"))) / "models"


def own_names() -> list[str]:
    """The endpoints with a model of their own, in the order of endpoints.toml."""
    return [name for name in endpoints() if (shipped_folder() / name / CARD).is_file()]


def shipped_names() -> list[str]:
    """The endpoints that can be predicted, in the order of endpoints.toml; networks answer for all of them."""
    screened = screened_names(shipped_folder() / SCREEN)
    return [name for name in endpoints() if name in screened or (shipped_folder() / name / CARD).is_file()]


@cache
def target_names() -> list[str]:
    """The protein targets whose potency can be predicted, beside the endpoints."""
    return sorted(screened_names(shipped_folder() / TARGETS), key=lambda name: (len(name), name))


def expanded(names: Sequence[str | Path]) -> list[str | Path]:
    """Names with each group - "toxicity", "targets" - replaced by its members, each once."""
    members = groups()
    return list(dict.fromkeys(one for name in names for one in _members(name, members)))


def groups() -> dict[str, list[str]]:
    """The shipped models by group: endpoints as endpoints.toml has them, and the protein targets."""
    found: dict[str, list[str]] = {}
    for name in shipped_names():
        found.setdefault(endpoints()[name].group, []).append(name)
    return found | ({TARGETS: target_names()} if target_names() else {})


def _members(name: str | Path, members: Mapping[str, list[str]]) -> Sequence[str | Path]:
    taken = str(name) in shipped_names() or Path(name, CARD).is_file()
    return [name] if taken else members.get(str(name)) or [name]


@cache
def shipped_screen(folder: str) -> Screen:
    """Shipped networks and their measured molecules, read once."""
    return Screen.load(shipped_folder() / folder, lender=lambda: shipped_screen(SCREEN))


def shipped_pair() -> Screen:
    """The shipped networks, both: what models of the full profile borrow from."""
    return shipped_screen(GRAPH)


def load_model(name_or_path: str | Path, profile: Profile = "full") -> Model:
    """A shipped model by name, or any model folder by path. Raises UnknownName with a suggestion.

    An endpoint without a model of its own is answered by both networks; in the fast profile every shipped one, by the
    fast one.
    """
    place = model_place(name_or_path, profile)
    if shipped_folder() not in place.parents:  # somebody's own, which may have been trained anew
        return Model.load(place, lender=shipped_pair)
    held = _HELD.get(place)
    if held is None:
        screen = None if place.is_dir() else shipped_screen(place.parent.name)
        held = Model.load(place, lender=shipped_pair) if screen is None else screen.model(place.stem)
        _HELD[place] = held
    return held


def card_file(name_or_path: str | Path, profile: Profile = "full") -> Path:
    """The file of a model's card, a shipped prior's too. Raises as `load_model` does."""
    shipped = shipped_folder() / name_or_path / CARD
    if len(Path(name_or_path).parts) == 1 and str(name_or_path) not in endpoints() and shipped.is_file():
        return shipped
    place = model_place(name_or_path, profile)
    return place / CARD if place.is_dir() else place


def model_place(name_or_path: str | Path, profile: Profile = "full") -> Path:
    """The folder of a model; the card of an endpoint or target that a network answers."""
    name, shipped = str(name_or_path), shipped_folder()
    is_shipped = name in endpoints() or name in target_names()  # and no folder here that bears the name is meant
    if not is_shipped and Path(name_or_path, CARD).is_file():
        return Path(name_or_path)
    if is_shipped:
        own = shipped / name / CARD
        screens = (SCREEN, TARGETS) if profile == "fast" else (GRAPH, SCREEN, TARGETS)
        cards = [*([] if profile == "fast" else [own]), *(shipped / folder / f"{name}.json" for folder in screens), own]
        for card in cards:
            if card.is_file():
                return card.parent if card == own else card
    if any(sep in name for sep in "/\\"):
        path = Path(name_or_path)
        advice = did_you_mean(path.name, _folders(path.parent))
        where = f"; in {path.parent}, {advice}" if advice else ""
        raise ModelError(f"{path} is not a model folder: it has no card.json{where}")
    mine = [f"models/{folder}" for folder in _folders(Path("models")) if folder.casefold() == name.casefold()]
    raise UnknownName("model", name, mine or [*shipped_names(), *groups(), *target_names()])


def _screens(places: Sequence[Path]) -> set[str]:
    """The screens that models need; a folder that holds no training molecules borrows them."""
    cards = {place.parent.name for place in places if not place.is_dir()}
    borrowing = any(place.is_dir() and not (place / "training.npz").is_file() for place in places)
    return cards | ({GRAPH} if borrowing else set())


def _folders(place: Path) -> list[str]:
    """The names of the model folders in a folder."""
    return sorted(card.parent.name for card in place.glob("*/card.json"))


class Panel:
    """An ordered set of models; a core.types.Scorer.

    Those that share a pool find their analogues together: in the fast profile by the quick search.
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
        """The named models, groups and folders; all shipped endpoints when none is named."""
        from concurrent.futures import ThreadPoolExecutor

        names = expanded(names_or_paths or shipped_names())
        for folder in _screens([model_place(name, profile) for name in names]):
            shipped_screen(folder)  # before the threads: each of them would read it
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
        self, smiles: Sequence[str], names: Sequence[str], *, features: Features | None = None, brief: bool = False
    ) -> dict[str, Estimates]:
        """Estimates of the named properties; `brief` ones as Model.predict has them."""
        features = Features.from_smiles(smiles) if features is None else features
        pools: dict[int, tuple[Analogues, list[str]]] = {}
        for name in names:
            kept = self.models[name].training
            if isinstance(kept, Pooled):
                pools.setdefault(id(kept.pool), (kept.pool, []))[1].append(name)
        if self.profile == "fast":
            _ = features.hashed  # which the networks need anyhow, and of which the search's bits are a by-product
        near: dict[str, Found] = {}
        for pool, pooled in pools.values():
            near |= pool.search(features, pooled, quick=self.profile == "fast")
        return {
            name: self.models[name].predict(smiles, features=features, near=near.get(name), brief=brief)
            for name in names
        }
