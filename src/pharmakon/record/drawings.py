"""Finished SVG drawings made fit for one page: each embedded once, small, inert, and legible on light and dark.

A drawing becomes a `<symbol>` that the page shows with `<use>` wherever it is needed. Its styles become a few shared
classes and its colours CSS variables with a second value for a dark page. Only shapes survive: no script, no link,
no image, no event handler can ride along.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from pharmakon.core.errors import RecordError

_SHAPES = {
    "path": ("d",),
    "rect": ("x", "y", "width", "height", "rx", "ry"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "line": ("x1", "y1", "x2", "y2"),
    "polyline": ("points",),
    "polygon": ("points",),
}
_STYLES = (
    "fill",
    "fill-opacity",
    "fill-rule",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
)
_DEFAULTS = {
    "fill-opacity": "1",
    "opacity": "1",
    "stroke": "none",
    "stroke-linecap": "butt",
    "stroke-linejoin": "miter",
    "stroke-opacity": "1",
}
_NUMBER = re.compile(r"-?\d+\.\d+")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_SAFE = re.compile(r"[\w\s.,#%+-]*")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where a drawing is on the page, and the size of its own coordinates."""

    id: str
    width: float
    height: float

    @property
    def box(self) -> str:
        """Its viewBox."""
        return f"0 0 {self.width:g} {self.height:g}"


class Drawings:
    """Collects the drawings of a page."""

    def __init__(self) -> None:
        self._drawings: dict[str, Drawing] = {}
        self._symbols: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        self._colours: dict[str, str] = {}

    def add(self, svg: str) -> Drawing:
        """Take in an SVG document; the same one twice is embedded once. Raises RecordError when it is not SVG."""
        if svg not in self._drawings:
            root = _parse(svg)
            width, height = _size(root)
            body = "".join(self._shapes(root, width, height))
            name = self._symbols.setdefault(f'viewBox="0 0 {width:g} {height:g}">{body}', f"m{len(self._symbols) + 1}")
            self._drawings[svg] = Drawing(name, width, height)
        return self._drawings[svg]

    def sprites(self) -> str:
        """All drawings as one hidden element."""
        symbols = "".join(f'<symbol id="{name}" {rest}</symbol>' for rest, name in self._symbols.items())
        return f'<svg class="sprites" width="0" height="0" aria-hidden="true">{symbols}</svg>'

    def css(self) -> str:
        """The classes and colours that the drawings use."""
        light = "".join(f"--{name}:{on_light(colour)};" for colour, name in self._colours.items())
        dark = "".join(f"--{name}:{on_dark(colour)};" for colour, name in self._colours.items())
        classes = "".join(f".{name}{{{style}}}" for style, name in self._classes.items())
        on_screen = f"@media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}"
        return f":root{{{light}}}{on_screen}{classes}"

    def _shapes(self, root: ET.Element, width: float, height: float) -> Iterator[str]:
        """Shapes as text; neighbours that are paths of one style become one path."""
        style, path = "", ""
        for element in root.iter():
            tag = _local(element.tag)
            if tag not in _SHAPES or _is_background(element, width, height):
                continue
            kept = self._class(element)
            if tag == "path":
                d = _round(_checked(element.get("d", "")))
                if kept != style or d.startswith("m"):  # a relative start would be relative to the neighbour's end
                    yield _path(style, path)
                    style, path = kept, ""
                path += d
                continue
            yield _path(style, path)
            style, path = "", ""
            facts = "".join(f' {a}="{_round(_checked(element.get(a, "")))}"' for a in _SHAPES[tag] if element.get(a))
            yield f'<{tag} class="{kept}"{facts}/>'
        yield _path(style, path)

    def _class(self, element: ET.Element) -> str:
        """The shared class for an element's looks."""
        looks = {name: element.get(name, "") for name in _STYLES if element.get(name)}
        for rule in element.get("style", "").split(";"):
            name, _, value = rule.partition(":")
            if name.strip() in _STYLES:
                looks[name.strip()] = value.strip()
        if looks.get("fill") == "none":
            looks.pop("fill-rule", None)
        kept = []
        for name in _STYLES:
            value = _checked(looks.get(name, "")).removesuffix("px")
            value = re.sub(r"\.0+$", "", value)
            if value and value != _DEFAULTS.get(name):
                kept.append(f"{name}:{_COLOUR.sub(self._colour, value)}")
        return self._classes.setdefault(";".join(kept), f"k{len(self._classes)}")

    def _colour(self, found: re.Match[str]) -> str:
        colour = found[0].lower()
        if colour == "#000000":
            return "currentColor"
        return f"var(--{self._colours.setdefault(colour, f'i{len(self._colours)}')})"


def on_light(colour: str) -> str:
    """An ink dark enough to be read on white (contrast 4.5); a tint as it is."""
    return _legible(colour, on=1.0, step=-0.02) if _hls(colour)[1] < _TINT else colour


def on_dark(colour: str) -> str:
    """What stands for a colour on a dark page: ink gets lighter, tint gets darker, the hue stays."""
    hue, lightness, saturation = _hls(colour)
    if lightness >= _TINT:
        return _hex(hue, 0.16 if lightness > 0.98 else 0.32, saturation)
    return _legible(_hex(hue, max(lightness, 0.66), saturation), on=_DARK_PAPER, step=0.02)


_TINT, _DARK_PAPER, _CONTRAST = 0.8, 0.013, 4.5
"""Lightness from which a colour is a tint; luminance of the dark page; what WCAG AA asks of text."""


def _legible(colour: str, *, on: float, step: float) -> str:
    hue, lightness, saturation = _hls(colour)
    while _contrast(_hex(hue, lightness, saturation), on) < _CONTRAST and 0 < lightness + step < 1:
        lightness += step
    return _hex(hue, lightness, saturation)


def _contrast(colour: str, luminance: float) -> float:
    """WCAG 2 contrast ratio of a colour with a surface of that luminance."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(colour)]
    own = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return (max(own, luminance) + 0.05) / (min(own, luminance) + 0.05)


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*_rgb(colour))


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _parse(svg: str) -> ET.Element:
    if "<!DOCTYPE" in svg or "<!ENTITY" in svg:
        raise RecordError("a drawing may not declare entities")
    try:
        # RDKit declares an encoding that a text no longer has.
        root = ET.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", svg))  # noqa: S314 - entities are refused above
    except ET.ParseError as error:
        raise RecordError(f"a drawing is not SVG: {error}") from None
    if _local(root.tag) != "svg":
        raise RecordError(f"a drawing is not SVG but <{_local(root.tag)}>")
    return root


def _size(root: ET.Element) -> tuple[float, float]:
    try:
        box = [float(part) for part in root.get("viewBox", "").split()]
        width, height = (
            box[2:] if box else [float(root.get(side, "").removesuffix("px")) for side in ("width", "height")]
        )
    except ValueError:
        raise RecordError("a drawing does not say its size") from None
    return width, height


def _is_background(element: ET.Element, width: float, height: float) -> bool:
    """The white sheet under a drawing; the page has its own."""
    if _local(element.tag) != "rect" or "#ffffff" not in (element.get("style", "") + element.get("fill", "")).lower():
        return False
    return (
        float(element.get("width", "0").removesuffix("px")) >= width
        and float(element.get("height", "0").removesuffix("px")) >= height
    )


def _path(style: str, d: str) -> str:
    return f'<path class="{style}" d="{d}"/>' if d else ""


def _round(text: str) -> str:
    """Coordinates to a tenth of a unit, without the blanks a path does not need."""
    short = _NUMBER.sub(lambda n: f"{float(n[0]):.1f}".removesuffix(".0"), text)
    return re.sub(r"\s*([A-Za-z,])\s*", r"\1", " ".join(short.split()))


def _checked(text: str) -> str:
    """Refuse anything that is not a number, a colour or a word: no url(), no quotes."""
    if not _SAFE.fullmatch(text):
        raise RecordError(f"a drawing has {escape(text[:40])!r} where a shape or a colour should be")
    return text


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
