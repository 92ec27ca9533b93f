"""What stands behind a number of the molecule page: atoms, changes, mutagenicity, a conformer; and what is refused."""

from __future__ import annotations

import html
import re

import pytest

from pharmakon.web.pages import PARTS

HTML = {"accept": "text/html"}
HALOPERIDOL = "O=C(CCCN1CCC(O)(c2ccc(Cl)cc2)CC1)c1ccc(F)cc1"


def ask(workbench, path, **asked):
    return workbench.get(path, params=asked, headers=HTML)


def test_why_colours_atoms_and_sums_to_the_score(workbench):
    page = ask(workbench, "/molecule/why", smiles=HALOPERIDOL, model="herg", part=True)
    assert page.status_code == 200 and "<html" not in page.text and "weights=" in page.text
    assert "together" in page.text
    whole = ask(workbench, "/molecule/why", smiles=HALOPERIDOL, model="herg").text
    assert "<html" in whole and "Back to the molecule" in whole
    assert all(f'<a href="{path}"' in whole for path, _ in PARTS) and "What each part adds" in whole


@pytest.mark.parametrize("path", ["why", "change", "mutagenicity"])
def test_a_page_of_its_own_has_a_heading_of_its_own(workbench, path):
    asked = {"smiles": HALOPERIDOL} | ({} if path == "mutagenicity" else {"model": "herg"})
    assert ask(workbench, f"/molecule/{path}", **asked).text.count("<h1>") == 1
    assert "<h1>" not in ask(workbench, f"/molecule/{path}", **asked, part=True).text


def test_outside_the_domain_nothing_is_explained(workbench):
    why = ask(workbench, "/molecule/why", smiles="CCO", model="herg").text
    assert "outside the model" in why and "weights=" not in why
    assert ask(workbench, "/molecule/why", smiles="c1cc", model="herg").status_code == 422


def test_changes_lead_to_the_molecules_that_they_make(workbench):
    page = ask(workbench, "/molecule/change", smiles="Nc1ccccc1", model="ames", part=True).text
    assert "<html" not in page and 'class="changes"' in page and "/molecule?smiles=" in page
    whole = ask(workbench, "/molecule/change", smiles="Nc1ccccc1", model="ames").text
    assert "<html" in whole and "Back to the molecule" in whole


@pytest.mark.parametrize("model", ["../../../etc", "/etc", "nothing", "toxicity"])
def test_a_model_is_a_shipped_name_and_no_path(workbench, model):
    assert ask(workbench, "/molecule/why", smiles="CCO", model=model).status_code == 422
    assert ask(workbench, "/molecule/change", smiles="CCO", model=model).status_code == 422


def test_mutagenicity_has_both_calls(workbench):
    page = ask(workbench, "/molecule/mutagenicity", smiles="O=[N+]([O-])c1ccc(N)cc1").text
    assert "Statistical method" in page and "Expert rules" in page
    assert "positive" in page
    broken = ask(workbench, "/molecule/mutagenicity", smiles="c1cc").text
    assert "unclosed ring" in broken and "Expert rules" not in broken


def test_a_conformer_has_hydrogens_and_depth(workbench):
    block = workbench.get("/molecule/conformer.sdf", params={"smiles": "CCO"}).text
    assert block.count(" H ") == 6
    assert workbench.get("/molecule/conformer.sdf", params={"smiles": "xx"}).status_code == 422


def test_the_links_of_the_molecule_page_lead_there(workbench):
    page = ask(workbench, "/molecule", smiles=HALOPERIDOL).text
    links = re.findall(r'href="(/molecule/(?:why|change)\?[^"]*)"', page)
    assert len(links) > 20
    for link in links[:2]:
        assert workbench.get(html.unescape(link), headers=HTML).status_code == 200
