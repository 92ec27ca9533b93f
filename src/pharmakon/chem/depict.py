"""Structures drawn as small SVG that can stand inline in a page: no prolog, no ids, no references."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from rdkit import Chem, rdBase
from rdkit.Chem import Mol, rdDepictor

from pharmakon.core.errors import MissingLibrary

try:
    from rdkit.Chem.Draw import rdMolDraw2D
except ImportError as error:  # containers and minimal servers have no X11 libraries, which RDKit's wheel links to
    raise MissingLibrary(
        error,
        needed_for="drawing structures",
        packages="apt-get install libxrender1 libxext6 libexpat1 (Debian), dnf install libXrender libXext (Fedora)",
    ) from error

RAISES = "#2368c4"
LOWERS = "#e6780f"
"""Blue and orange, which every common kind of colour blindness tells apart."""
SILENT = 0.04
"""A weight smaller than this has no halo."""

_INK = (0.13, 0.13, 0.15)
_PALETTE = {
    -1: _INK,
    7: (0.10, 0.28, 0.72),
    8: (0.77, 0.11, 0.11),
    9: (0.08, 0.46, 0.30),
    15: (0.65, 0.33, 0.00),
    16: (0.55, 0.42, 0.00),
    17: (0.08, 0.46, 0.18),
    35: (0.50, 0.20, 0.10),
    53: (0.40, 0.10, 0.55),
}
_BOND_LENGTH = 24
_LEGEND_HEIGHT = 18

_ELEMENT = re.compile(r"<(path|text)\s([^>]*?)(?:/>|>([^<]*)</text>)")
_NUMBER = re.compile(r"-?\d+\.\d+")
_PAIR = re.compile(r"(?<=[\d.])\s+(?=[-\d.])")


def svg(
    mol: Mol | None,
    *,
    size: tuple[int, int] = (260, 180),
    highlight: Mapping[int, float] | None = None,
    legend: str = "",
) -> str:
    """The structure as SVG text, the same for the same input; for None an empty frame that says so.

    `highlight` maps atom indices to weights in [-1, 1], drawn as halos: blue raises the value, orange lowers it.
    """
    return drawing(mol, size=size, highlight=highlight, legend=legend)[0]


def drawing(
    mol: Mol | None,
    *,
    size: tuple[int, int] = (260, 180),
    highlight: Mapping[int, float] | None = None,
    legend: str = "",
) -> tuple[str, list[tuple[float, float]]]:
    """What `svg` gives, and where in it each atom lies: for a page that lays colours under one drawing."""
    width, height = size
    room = height - (_LEGEND_HEIGHT if legend else 0)
    atoms: list[tuple[float, float]] = []
    if mol is None or mol.GetNumAtoms() == 0:
        body = _centred("no structure", width, room / 2, size=13)
    else:
        body, atoms = _structure(mol, width, room, highlight)
    if legend:
        body += _centred(legend, width, height - 5, size=12)
    label = quoteattr(legend or "chemical structure")
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label={label} font-family="Helvetica,Arial,sans-serif">{body}</svg>'
    )
    return text, atoms


def _centred(text: str, width: int, y: float, *, size: int) -> str:
    start = f'<text x="{width / 2:g}" y="{y:g}" text-anchor="middle" fill="#222226" font-size="{size}">'
    return f"{start}{escape(text)}</text>"


def _structure(
    mol: Mol, width: int, height: int, highlight: Mapping[int, float] | None
) -> tuple[str, list[tuple[float, float]]]:
    flat = _flattened(mol)
    canvas = rdMolDraw2D.MolDraw2DSVG(width, height)  # letters as outlines: no font is needed to see them
    options: Any = canvas.drawOptions()  # RDKit's stubs call every option an object
    options.clearBackground = False
    options.prepareMolsBeforeDrawing = False
    options.bondLineWidth = 1.5
    options.fixedBondLength = _BOND_LENGTH
    options.minFontSize, options.maxFontSize = 10, 15
    options.padding = 0.12 if highlight else 0.06
    # With halos the colour means the weight, and nothing else may have one.
    options.setAtomPalette({-1: _INK} if highlight else _PALETTE)
    canvas.DrawMolecule(flat)
    canvas.FinishDrawing()
    places = [canvas.GetDrawCoords(atom) for atom in range(mol.GetNumAtoms())]
    body = _halos(canvas, flat, highlight or {}) + "".join(_compact(canvas.GetDrawingText()))
    return body, [(round(place.x, 1), round(place.y, 1)) for place in places]


def _flattened(mol: Mol) -> Mol:
    """A copy with 2-D coordinates and wedges, Kekulé if it can be; the molecule itself is left alone."""
    silence = rdBase.BlockLogs()
    try:
        flat = Chem.Mol(mol)
        flat.RemoveAllConformers()
        rdDepictor.Compute2DCoords(flat, canonOrient=True, useRingTemplates=True)
        rdDepictor.StraightenDepiction(flat)
        try:
            return rdMolDraw2D.PrepareMolForDrawing(flat, kekulize=True, addChiralHs=False)
        except (Chem.KekulizeException, Chem.AtomKekulizeException):
            return rdMolDraw2D.PrepareMolForDrawing(flat, kekulize=False, addChiralHs=False)
    finally:
        del silence


def _halos(canvas: rdMolDraw2D.MolDraw2DSVG, mol: Mol, highlight: Mapping[int, float]) -> str:
    """Two discs behind each weighted atom, the outer fainter: a soft edge without a gradient, which needs an id."""
    length = _drawn_bond_length(canvas, mol)
    discs: dict[str, list[str]] = {RAISES: [], LOWERS: []}
    for atom, weight in sorted(highlight.items()):
        strength = min(1.0, abs(weight))
        if not 0 <= atom < mol.GetNumAtoms() or not strength > SILENT or math.isnan(weight):
            continue
        place = canvas.GetDrawCoords(atom)
        for share, opacity in ((0.62, 0.30), (0.40, 0.40)):
            radius = length * share * (0.6 + 0.4 * strength)
            discs[RAISES if weight > 0 else LOWERS].append(
                f'<circle cx="{place.x:.1f}" cy="{place.y:.1f}" r="{radius:.1f}" opacity="{opacity * strength:.2f}"/>'
            )
    return "".join(f'<g fill="{colour}">{"".join(found)}</g>' for colour, found in discs.items() if found)


def _drawn_bond_length(canvas: rdMolDraw2D.MolDraw2DSVG, mol: Mol) -> float:
    lengths = sorted(
        (canvas.GetDrawCoords(bond.GetBeginAtomIdx()) - canvas.GetDrawCoords(bond.GetEndAtomIdx())).Length()
        for bond in mol.GetBonds()
    )
    return float(lengths[len(lengths) // 2]) if lengths else float(_BOND_LENGTH)


def _compact(drawing: str) -> Iterator[str]:
    """RDKit's elements with their repetitions taken out, a quarter of the text: one path a style, then the letters."""
    paths: dict[tuple[tuple[str, str], ...], list[str]] = {}
    letters: dict[tuple[str, str], list[str]] = {}
    for kind, attributes, letter in _ELEMENT.findall(drawing.partition("<!-- END OF HEADER -->")[2]):
        given = dict(re.findall(r"([\w-]+)='([^']*)'", attributes))
        style = dict(part.strip().split(":") for part in given.pop("style", "").split(";") if part.strip())
        if kind == "path":
            look = tuple(
                (name, (style.get(name) or given.get(name) or default).removesuffix("px"))
                for name, default in (
                    ("fill", "none"),
                    ("stroke", "none"),
                    ("stroke-width", "1"),
                    ("stroke-dasharray", ""),
                )
            )
            paths.setdefault(look, []).append("".join(_PAIR.sub(",", _rounded(given["d"])).split()))
        else:
            where = f'<text x="{_rounded(given["x"])}" y="{_rounded(given["y"])}">{letter}</text>'
            letters.setdefault((style["fill"], style["font-size"].removesuffix("px")), []).append(where)
    for look, drawn in paths.items():
        shown = " ".join(f'{name}="{value}"' for name, value in look if value)
        yield f'<path d="{"".join(drawn)}" {shown}/>'
    for (fill, size), placed in letters.items():
        yield f'<g fill="{fill}" font-size="{size}">{"".join(placed)}</g>'


def _rounded(text: str) -> str:
    return _NUMBER.sub(lambda number: f"{float(number[0]):.1f}".removesuffix(".0"), text)
