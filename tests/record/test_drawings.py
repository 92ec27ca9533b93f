"""A drawing arrives on the page once, small, harmless and readable."""

import re

import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from pharmakon.core.errors import RecordError
from pharmakon.record.drawings import Drawings, on_dark, on_light


def drawn(smiles, *, background=True):
    canvas = rdMolDraw2D.MolDraw2DSVG(260, 180)
    canvas.drawOptions().clearBackground = background
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, Chem.MolFromSmiles(smiles))
    canvas.FinishDrawing()
    return canvas.GetDrawingText()


def svg(body, attributes='viewBox="0 0 10 20"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'


def test_a_molecule_shrinks_and_keeps_its_bonds():
    text = drawn("COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1")
    drawings = Drawings()
    drawing = drawings.add(text)
    assert (drawing.width, drawing.height, drawing.box) == (260, 180, "0 0 260 180")
    sprites = drawings.sprites()
    assert len(sprites) < 0.55 * len(text)
    numbers = [re.findall(r"-?\d+\.?\d*", d) for d in re.findall(r" d=['\"]([^'\"]*)", text)]
    kept = [re.findall(r"-?\d+\.?\d*", d) for d in re.findall(r' d="([^"]*)', sprites)]
    assert sorted(f"{float(n):.1f}" for d in numbers for n in d) == sorted(f"{float(n):.1f}" for d in kept for n in d)


def test_the_white_sheet_is_left_out():
    drawings = Drawings()
    drawings.add(drawn("CCO"))
    assert "<rect" not in drawings.sprites()
    drawings.add(svg('<rect x="1" y="1" width="3" height="3" fill="#FFFFFF"/>'))
    assert "<rect" in drawings.sprites()


def test_the_same_drawing_is_embedded_once():
    drawings = Drawings()
    first, second, other = (drawings.add(drawn(s)) for s in ("CCO", "CCO", "CCN"))
    assert first == second != other
    assert drawings.add(drawn("CCO", background=False)) == first  # it looks the same
    assert drawings.sprites().count("<symbol") == 2


def test_black_follows_the_page_and_colours_have_a_dark_twin():
    drawings = Drawings()
    drawings.add(svg('<path d="M0,0L1,1" style="fill:none;stroke:#000000;stroke-width:2.0px"/>'))
    drawings.add(svg('<path d="M0,0L1,1" stroke="#0000FF"/>'))
    css = drawings.css()
    assert ".k0{fill:none;stroke:currentColor;stroke-width:2}" in css
    assert ".k1{stroke:var(--i0)}" in css
    assert "--i0:#0000ff" in css
    assert css.index("prefers-color-scheme:dark") < css.rindex("--i0:#")


def test_a_relative_path_is_not_joined_to_its_neighbour():
    drawings = Drawings()
    drawings.add(svg('<path d="M0,0L1,1"/><path d="m5,5l1,1"/><path d="M2,2L3,3"/>'))
    assert 'd="M0,0L1,1"' in drawings.sprites()
    assert 'd="m5,5l1,1M2,2L3,3"' in drawings.sprites()


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<image href="http://example.org/x.png"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<circle cx="1" cy="1" r="1" onload="alert(1)"/>',
        "<style>@import url(http://example.org)</style>",
        '<use href="http://example.org#x"/>',
    ],
)
def test_only_shapes_survive(body):
    drawings = Drawings()
    drawings.add(svg(body))
    page = drawings.sprites() + drawings.css()
    for word in ("script", "alert", "href", "example", "import", "onload", "foreign"):
        assert word not in page


@pytest.mark.parametrize(
    "text",
    [
        "not svg",
        "<html></html>",
        "<svg></svg>",
        svg("", 'width="many" height="1"'),
        svg('<path d="M0,0" style="fill:url(#x)"/>'),
        svg('<path d="M0,0" stroke="&quot;/&gt;&lt;script&gt;"/>'),
        svg('<path d="M0,0&quot; onclick=&quot;x"/>'),
        '<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"),
    ],
)
def test_what_is_not_a_drawing_is_refused(text):
    with pytest.raises(RecordError, match="drawing"):
        Drawings().add(text)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    "ink", ["#ff0000", "#0000ff", "#33cccc", "#00cc00", "#7f4c19", "#cccc00", "#a01eef", "#191919"]
)
def test_every_ink_can_be_read_on_both_pages(ink):
    assert contrast(on_light(ink), "#ffffff") >= 4.49
    assert contrast(on_dark(ink), "#1b1e21") >= 4.49


def test_tints_stay_tints():
    assert on_light("#dbe9fb") == "#dbe9fb"
    assert contrast(on_dark("#dbe9fb"), "#e9eaec") > 4.5  # text on it stays readable
