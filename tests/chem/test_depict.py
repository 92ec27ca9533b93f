"""Structures as inline SVG."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from rdkit import Chem

from pharmakon.chem.depict import LOWERS, RAISES, svg

ERLOTINIB = "COCCOc1cc2ncnc(Nc3cccc(C#C)c3)c2cc1OCCOC"
SVG = "{http://www.w3.org/2000/svg}"


def _drawn(text, **options):
    drawing = svg(Chem.MolFromSmiles(text), **options)
    return drawing, ET.fromstring(drawing)  # noqa: S314  our own text


@pytest.mark.parametrize(
    "text",
    [
        ERLOTINIB,
        "C",
        "[Na+].[Cl-]",
        "N->[Pt](<-N)(Cl)Cl",
        "CC[O]",
        "*CC",
        "[H][H]",
        "F/C=C/Br",
        "C[N+](C)(C)C[13CH3]",
        "C" * 300,
    ],
)
def test_valid_inline_and_self_contained(text, capfd):
    drawing, root = _drawn(text)
    assert drawing.startswith("<svg ")
    assert root.tag == f"{SVG}svg"
    assert "<?xml" not in drawing
    assert not re.search(r"\bid=|href|url\(|<style|<script", drawing)
    assert capfd.readouterr() == ("", "")


def test_small_and_transparent():
    drawing, root = _drawn(ERLOTINIB)
    assert len(drawing) < 4500
    assert not root.findall(f".//{SVG}rect")


def test_the_same_molecule_is_drawn_the_same():
    mol = Chem.MolFromSmiles(ERLOTINIB)
    before = Chem.MolToSmiles(mol)
    assert svg(mol, highlight={0: 0.5}) == svg(mol, highlight={0: 0.5}) == svg(Chem.Mol(mol), highlight={0: 0.5})
    assert (Chem.MolToSmiles(mol), mol.GetNumConformers()) == (before, 0), "the molecule itself is left alone"


def test_size():
    _, root = _drawn("CCO", size=(120, 90))
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("120", "90", "0 0 120 90")


def test_halos_are_blue_for_raising_and_orange_for_lowering():
    _, root = _drawn(ERLOTINIB, highlight={0: 1.0, 3: -0.4, 5: 0.01, 99: 1.0, 4: float("nan")})
    groups = {group.get("fill"): group.findall(f"{SVG}circle") for group in root.findall(f"{SVG}g")}
    assert len(groups[RAISES]) == len(groups[LOWERS]) == 2
    strong, weak = groups[RAISES][0], groups[LOWERS][0]
    assert float(strong.get("opacity")) > float(weak.get("opacity"))
    assert float(strong.get("r")) > float(weak.get("r"))


def test_halos_stay_inside_the_frame_and_behind_the_bonds():
    drawing, root = _drawn(ERLOTINIB, highlight=dict.fromkeys(range(29), 1.0))
    for circle in root.iter(f"{SVG}circle"):
        x, y, r = (float(circle.get(name)) for name in ("cx", "cy", "r"))
        assert r <= x <= 260 - r
        assert r <= y <= 180 - r
    assert drawing.index("<circle") < drawing.index("<path")


def test_a_weight_beyond_one_counts_as_one():
    mol = Chem.MolFromSmiles("CCO")
    assert svg(mol, highlight={0: 7.0}) == svg(mol, highlight={0: 1.0})


def test_with_halos_only_the_weight_has_colour():
    assert len(set(re.findall(r'fill="(#\w+)"', svg(Chem.MolFromSmiles("CCO"), highlight={0: 1.0})))) == 2


def test_legend_is_escaped():
    drawing, root = _drawn("CCO", legend='a < b & "c"')
    assert root.get("aria-label") == 'a < b & "c"'
    assert [text.text for text in root.findall(f"{SVG}text")] == ['a < b & "c"']
    assert "a &lt; b &amp;" in drawing


def test_nothing_says_so():
    assert "no structure" in svg(None)
    assert "no structure" in svg(Chem.MolFromSmiles(""))


def test_a_machine_without_the_libraries_of_x11_is_told_what_to_install():
    code = "import sys; sys.modules['rdkit.Chem.Draw.rdMolDraw2D'] = None; import pharmakon.chem.depict"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingLibrary: drawing structures needs" in done.stderr
    assert "apt-get install libxrender1" in done.stderr
