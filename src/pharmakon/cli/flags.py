"""A verb's configuration model turned into command-line flags, so that there is one list of options and not two."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Optional, get_args, get_type_hints

from cyclopts import Parameter
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from pharmakon.core.config import Config, build, inner_model
from pharmakon.core.errors import UsageError

COLUMNS = {"smiles": "--smiles-column", "id": "--id-column"}
"""Second names: what `predict` calls these columns, where --smiles is a structure."""

Handler = Callable[..., int | None]


def from_config(
    *,
    positional: Sequence[str] = (),
    short: Mapping[str, str] | None = None,
    commas: Collection[str] = (),
    also: Mapping[str, str] | None = None,
    instead: Mapping[str, type[BaseModel]] | None = None,
) -> Callable[[Handler], Handler]:
    """Decorate a handler whose first parameter is a configuration model: each field becomes a flag.

    Fields in `positional` may stand without their flag, in that order, `short` gives one-letter names, `also` second
    names, and the words of the fields in `commas` may be joined by commas. The handler's further keyword parameters
    stay flags of the command line alone. `instead` gives other models by the suffix of the file that comes first, or
    last where the first field takes many words, which are then dealt to the other model's fields in their order: the
    flags are those of all, and one that is not of the file's own model is refused.
    """

    def decorate(handler: Handler) -> Handler:
        hints = get_type_hints(handler, include_extras=True)
        first, *others = inspect.signature(handler).parameters.values()
        model: type[BaseModel] = get_args(hints[first.name])[0] if instead else hints[first.name]
        home = {name: one for one in (model, *(instead or {}).values()) for name in reversed(one.model_fields)}
        home |= dict.fromkeys(model.model_fields, model)
        fields = [
            _parameter(
                name,
                home[name],
                positional=name in positional,
                more=[x[name] for x in (short, also) if x and name in x],
            )
            for name in [*positional, *(name for name in home if name not in positional)]
            if home[name] is model or not home[name].model_fields[name].is_required()  # such a one comes as a word
        ]
        extras = [other.replace(annotation=hints[other.name]) for other in others]
        signature = inspect.Signature([*fields, *extras])

        @functools.wraps(handler)
        def command(*args: Any, **kwargs: Any) -> int | None:
            given = signature.bind(*args, **kwargs).arguments
            extra = {other.name: given.pop(other.name) for other in extras if other.name in given}
            for name in commas:
                if name in given:
                    given[name] = tuple(word for text in given[name] for word in text.split(",") if word)
            own, words = model, given.get(positional[0], "") if positional else ""
            many = isinstance(words, (tuple, list))
            last = words[-1] if many and words else words
            for suffix, other in (instead or {}).items():
                if str(last).casefold().endswith(suffix):
                    own = other
            if own is not model and many:
                given = dict(zip(own.model_fields, given.pop(positional[0]), strict=False)) | given
            if others := [name for name in given if name not in own.model_fields]:
                flag = "--" + others[0].replace("_", "-")
                raise UsageError(
                    f"{flag} is not for such a {'file' if own is not model or not many else 'word'} as {last}"
                )
            return handler(build(own, {k: v for k, v in given.items() if v is not None}), **extra)

        command.__signature__ = signature  # type: ignore[attr-defined]
        return command

    return decorate


def over_file(file: str, *, tables: Mapping[str, str]) -> Callable[[Handler], Handler]:
    """Decorate a handler whose first parameter is a configuration that is read from a TOML file, the only positional.

    Each plain key of the file is also a flag, which wins over the file. `tables` names the tables whose keys are flags
    too, each with the key that the flag of the table's own name stands for; lists of tables stay in the file.
    """

    def decorate(handler: Handler) -> Handler:
        hints = get_type_hints(handler, include_extras=True)
        first, *others = inspect.signature(handler).parameters.values()
        model: type[Config] = hints[first.name]
        flags: dict[str, inspect.Parameter] = {}
        inside: dict[str, tuple[str, str]] = {}
        for name, field in model.model_fields.items():
            inner = inner_model(field.annotation)
            if inner is None:
                flags[name] = _override(name, field)
            elif name in tables:
                for key, value in inner.model_fields.items():
                    flag = name if key == tables[name] else key
                    flags[flag] = _override(flag, value)
                    inside[flag] = (name, key)
        extras = [other.replace(annotation=hints[other.name]) for other in others]
        place = inspect.Parameter(
            file,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
            annotation=Annotated[Path, Parameter(help="TOML file that says what is wanted")],
        )
        signature = inspect.Signature([place, *flags.values(), *extras])

        @functools.wraps(handler)
        def command(*args: Any, **kwargs: Any) -> int | None:
            given = signature.bind(*args, **kwargs).arguments
            path = given.pop(file)
            extra = {other.name: given.pop(other.name) for other in extras if other.name in given}
            over: dict[str, Any] = {}
            for name, value in given.items():
                table, key = inside.get(name, ("", name))
                if value is not None:
                    (over.setdefault(table, {}) if table else over)[key] = value
            return handler(model.from_toml(path, **over), **extra)

        command.__signature__ = signature  # type: ignore[attr-defined]
        return command

    return decorate


def _override(name: str, field: FieldInfo) -> inspect.Parameter:
    """A flag that says nothing unless it is given."""
    parameter = Parameter(name="--" + name.replace("_", "-"), help=field.description or "", negative=())
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[Optional[field.annotation], parameter],  # noqa: UP045 - of a type that is a value
    )


def _parameter(name: str, model: type[BaseModel], *, positional: bool, more: Sequence[str]) -> inspect.Parameter:
    field = model.model_fields[name]
    default = field.get_default(call_default_factory=True, validated_data={})
    required = default is PydanticUndefined
    flag = "--" + name.replace("_", "-")
    parameter = Parameter(
        name=(flag, *more),
        help=field.description or "",
        negative=(),
        show_default=default not in (None, (), "", False) and not required,
    )
    return inspect.Parameter(
        name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD if positional else inspect.Parameter.KEYWORD_ONLY,
        default=inspect.Parameter.empty if required else default,
        annotation=Annotated[field.annotation, parameter],
    )
