"""The report stands alone, equals designs.csv, needs neither mouse nor a sense of colour, and escapes everything."""

import dataclasses
import math
import random
import re
from html.parser import HTMLParser

import pytest
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from pharmakon.record.charts import TrajectoryPoint
from pharmakon.record.entry import Head
from pharmakon.record.report import (
    Compound,
    DesignCard,
    Goal,
    Making,
    Neighbour,
    PropertyLine,
    Reaction,
    Report,
    RunFacts,
    Step,
    Value,
    Wish,
    render,
)

SMILES = ["COc1cc2ncnc(Nc3ccc(F)c(Cl)c3)c2cc1OCCCN1CCOCC1", "CC(=O)Oc1ccccc1C(=O)O", "C=CC(=O)Nc1ccc2ncnc(N)c2c1"]
EVIL = "<script>alert('x')</script>\"&'{{ 7*7 }}</style></dialog>"
VOID = {"meta", "input", "br", "path", "rect", "circle", "use", "link", "img", "hr"}


class Page(HTMLParser):
    """Reads a page: checks that every element is closed, and collects what the tests ask about."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.values, self.design = [], [], {}, None
        self.words = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.elements.append((tag, facts))
        if tag not in VOID:
            self.open.append((tag, facts.get("data-design")))
        design = next((name for _, name in reversed(self.open) if name), None)
        if "data-property" in facts:
            self.values.setdefault((design, facts["data-property"]), set()).add(facts["data-value"])

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_data(self, data):
        if not self.open or self.open[-1][0] not in ("script", "style"):
            self.words += data + " "

    def all(self, tag):
        return [facts for name, facts in self.elements if name == tag]


def draw(smiles):
    mol = Chem.MolFromSmiles(smiles)
    canvas = rdMolDraw2D.MolDraw2DSVG(260, 180)
    rdMolDraw2D.PrepareAndDrawMolecule(canvas, mol)
    canvas.FinishDrawing()
    points = [canvas.GetDrawCoords(i) for i in range(mol.GetNumAtoms())]
    return canvas.GetDrawingText(), [(p.x, p.y) for p in points]


def design(rank, smiles, *, properties=3, verdict="good", **changes):
    """A design and the row of designs.csv that it comes from."""
    dice = random.Random(rank)  # noqa: S311 - replayable
    svg, atoms = draw(smiles)
    row = {"score": repr(dice.random()), "sa_score": f"{dice.uniform(1, 5):.3f}", "novelty": f"{dice.random():.4f}"}
    row |= {"nearest_similarity": f"{dice.random():.3f}", "nearest_value": "7.52"}
    parts = []
    for k in range(properties):
        value = dice.gauss(0, 3)
        cells = {"": value, "_low": value - 1, "_high": value + 1.5, "_percentile": dice.uniform(0, 100)}
        row |= {f"p{k}{suffix}": repr(number) for suffix, number in cells.items()}
        row[f"p{k}_desirability"] = repr(dice.random())
        row[f"missed:p{k}"] = "0" if verdict == "good" else f"{dice.uniform(0.01, 2):.4g}"
        given = {suffix: Value(f"p{k}{suffix}", row[f"p{k}{suffix}"]) for suffix in [*cells, "_desirability"]}
        parts.append(
            PropertyLine(
                name=f"p{k}",
                title=f"Property {k}",
                value=given[""],
                unit="log10(mol/L)",
                low=given["_low"],
                high=given["_high"],
                threshold=0.0,
                better="low" if k % 2 else "high",
                in_domain=verdict != "don't know",
                percentile=given["_percentile"],
                verdict=verdict,
                desirability=given["_desirability"],
                model=f"model_{k}",
                weights=dict(enumerate(dice.uniform(-1, 1) for _ in atoms)) if verdict != "don't know" else None,
                explanation="The benzene ring raises it most."
                if verdict != "don't know"
                else "Not explained: outside.",
                wishes=[Wish("≥ 8", Value(f"missed:p{k}", row[f"missed:p{k}"]))],
            )
        )
    card = DesignCard(
        name=f"D{rank:03d}",
        rank=rank,
        smiles=smiles,
        svg=svg,
        score=Value("score", row["score"]),
        parts=parts,
        atoms=atoms,
        alerts=["aniline"] if rank % 2 else [],
        sa_score=Value("sa_score", row["sa_score"]),
        novelty=Value("novelty", row["novelty"]),
        nearest=[
            Neighbour(
                "CHEMBL1", Value("nearest_similarity", row["nearest_similarity"]), Value("nearest_value", "7.52")
            ),
        ],
        lineage=[
            Step("start", "CCO", draw("CCO")[0], Value("", "0.1")),
            Step("grow", smiles, svg, Value("score", row["score"])),
        ],
    )
    return dataclasses.replace(card, **changes), row


def report_of(designs, **changes):
    return Report(
        "Novel inhibitors",
        ["You asked for much.", "Some was found."],
        designs,
        goals=[Goal("EGFR inhibition", "at least 8", "2", "model egfr")],
        trajectory=[TrajectoryPoint(10, 0.2, 0.1), TrajectoryPoint(20, 0.5, 0.3)],
        scores=[(1, 0.2), (2, 0.1)],
        facts=RunFacts(
            config="calls = 20",
            seed=7,
            folder="runs/egfr",
            versions={"rdkit": "2026.9.1"},
            inputs={"goal.toml": "ab" * 32},
            cards=[{"name": "egfr", "method": "Kernel and trees."}],
            ledger=Head(41, "cd" * 32),
            limits=["Nothing was measured."],
        ),
        **changes,
    )


@pytest.fixture(scope="module")
def made():
    """Three designs with their rows, and the page."""
    verdicts = ["good", "poor", "don't know"]
    designs, rows = zip(*[design(i + 1, s, verdict=verdicts[i]) for i, s in enumerate(SMILES)], strict=True)
    return designs, rows, render(report_of(designs))


def test_every_number_is_the_one_in_designs_csv(made):
    designs, rows, text = made
    page = Page(text)
    expected = {(d.name, column): {cell} for d, row in zip(designs, rows, strict=True) for column, cell in row.items()}
    assert page.values == expected


def test_the_page_needs_nothing_from_elsewhere(made):
    text = made[2]
    page = Page(text)
    assert not re.search(r"https?://|//www|@import|url\(", text)
    assert not {tag for tag, _ in page.elements} & {"link", "img", "iframe", "object", "embed", "base"}
    assert all("src" not in facts and not facts.get("href", "#").partition("#")[0] for _, facts in page.elements)
    policy = next(f["content"] for f in page.all("meta") if f.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")


def test_every_reference_inside_the_page_leads_somewhere(made):
    page = Page(made[2])
    ids = [facts["id"] for _, facts in page.elements if "id" in facts]
    assert len(ids) == len(set(ids))
    for _, facts in page.elements:
        named = [facts.get(a) for a in ("aria-labelledby", "aria-controls", "data-dialog")] + [
            facts.get("href", "")[1:]
        ]
        assert set(filter(None, named)) <= set(ids)


def test_it_says_what_was_asked_and_how_to_check_it(made):
    words = " ".join(Page(made[2]).words.split())
    for said in ("You asked for much.", "EGFR inhibition at least 8 2 model egfr", "Nothing was measured."):
        assert said in words
    assert "pharmakon ledger verify runs/egfr" in words
    assert "it had 41 entries" in words
    for said in ("cd" * 32, "ab" * 32, "calls = 20", "rdkit 2026.9.1", "Kernel and trees.", "Best first"):
        assert said in words


def test_a_verdict_is_a_word_and_not_only_a_colour(made):
    words = re.sub(r"\s+", " ", Page(made[2]).words)
    for mark, verdict in (("✓", "good"), ("✕", "poor"), ("?", "don't know")):
        assert words.count(f"{mark} {verdict}") >= 3  # three properties, in the dialog
    assert "outside the domain: the interval does not hold" in words


def test_a_card_and_its_dialog_say_whether_each_wish_is_met_and_the_tile_counts_them(made):
    designs, rows, text = made
    words = re.sub(r"\s+", " ", Page(text).words)
    assert words.count("✓ wanted ≥ 8: met") == 2 * 3
    for k in range(3):
        shown = Value("", rows[1][f"missed:p{k}"]).shown
        assert words.count(f"✕ wanted ≥ 8: missed by {shown}") == 2
    assert "meet every goal 1" in words
    assert [design.missed for design in designs] == [0, 3, 3]
    assert "model's verdict ✓ good" in words


def test_only_what_was_asked_stands_on_the_card():
    card, _ = design(1, "CCO")
    parts = [card.parts[0], *(dataclasses.replace(line, wishes=()) for line in card.parts[1:])]
    text = render(report_of([dataclasses.replace(card, parts=parts)]))
    grid = text.split('<ul class="grid">')[1].split("<dialog")[0]
    assert "Property 0" in grid
    assert "Property 1" not in grid
    assert "above" in grid
    assert "90 % interval" in grid


def test_the_card_is_coloured_by_the_leading_property_or_says_why_not():
    card, _ = design(1, "CCO", properties=1, lead="p0")
    for given, said in (
        (card.parts[0], "coloured by Property 0"),
        (design(1, "CCO", verdict="don't know")[0].parts[0], "Not explained: outside."),
    ):
        text = render(report_of([dataclasses.replace(card, parts=[given])]))
        grid = text.split('<ul class="grid">')[1].split("<dialog")[0]
        assert said in grid
        assert ('class="glow"' in grid) == bool(given.weights)


def test_a_probability_has_an_interval_that_promises_no_nine_in_ten():
    line = design(1, "CCO", properties=1)[0].parts[0]
    assert (line.interval, dataclasses.replace(line, unit="probability").interval) == ("90 % interval", "interval")


def test_the_second_parent_of_a_step_is_drawn_small():
    small = draw("CCN")[0]
    steps = [Step("start", "CCO"), Step("cross", "CCCO", partner="CCN", partner_svg=small)]
    card, _ = design(1, "CCO", properties=1, lineage=steps)
    text = render(report_of([card]))
    assert 'aria-label="Second parent: CCN"' in text
    assert text.count("second parent") == 1


def test_a_route_is_drawn_step_by_step_with_its_blocks():
    acid, amine, product = (Compound(s, i, draw(s)[0]) for s, i in (("CC(=O)O", "A7"), ("CN", ""), ("CNC(C)=O", "")))
    made = Making("From blocks.csv.", [Reaction("amide coupling", "HATU, DMF", [acid, amine], product)])
    text = render(report_of([design(1, "CNC(C)=O", properties=1, route=made)[0]]))
    for said in ("From blocks.csv.", "amide coupling", "HATU, DMF", "A7", "made before"):
        assert text.count(said) == 1
    assert 'aria-label="CC(=O)O"' in text
    none = render(report_of([design(1, "CNC(C)=O", properties=1, route=Making("No route was found."))[0]]))
    assert "No route was found." in none
    assert "in the order of work" not in none


def test_controls_have_names_and_the_keyboard_reaches_them(made):
    page = Page(made[2])
    assert page.all("html")[0]["lang"] == "en"
    assert all(facts.get("type") == "button" for facts in page.all("button"))
    tabs = [f for f in page.all("button") if f.get("role") == "tab"]
    assert len(tabs) == 3 * 4
    assert sum(f["aria-selected"] == "true" for f in tabs) == 3
    assert all(f.get("aria-label") or f.get("aria-hidden") for f in page.all("svg"))
    assert all(f.get("aria-labelledby") for f in page.all("dialog"))


def test_withheld_explanations_colour_nothing(made):
    text = made[2]
    first, last = (text.split(f'id="d{i}"')[1].split("</dialog>")[0] for i in (1, 3))
    assert first.count('class="glow"') == 3
    assert 'class="glow"' not in last
    assert last.count("Not explained: outside.") == 3


def test_discs_lie_on_the_atoms_and_follow_the_weights():
    card, _ = design(1, "CCO", properties=1)
    line = dataclasses.replace(card.parts[0], weights={0: 1.0, 1: -0.5, 2: 0.01})
    text = render(report_of([dataclasses.replace(card, parts=[line])]))
    discs = re.findall(
        r'<circle class="(up|down)" cx="([\d.]+)" cy="([\d.]+)" r="[\d.]+" fill-opacity="([\d.]+)"', text
    )
    assert [disc[0] for disc in discs] == ["up", "down"]
    for (_, x, y, _), atom in zip(discs, card.atoms, strict=False):
        assert (float(x), float(y)) == pytest.approx(atom, abs=0.06)
    assert float(discs[0][3]) > float(discs[1][3])


def test_a_finished_coloured_drawing_is_shown_where_atoms_have_no_place():
    card, _ = design(1, "CCO", properties=1, atoms=())
    coloured = draw("CCN")[0]
    line = dataclasses.replace(card.parts[0], coloured_svg=coloured)
    text = render(report_of([dataclasses.replace(card, parts=[line])]))
    assert text.count("<symbol") == 2
    assert "glow" not in text.split("</style>")[1]


def test_nothing_given_can_become_markup():
    step, near = Step(EVIL, EVIL), Neighbour(EVIL, Value(EVIL, EVIL), Value(EVIL, EVIL), EVIL)
    card, _ = design(1, "CCO", properties=1)
    line = dataclasses.replace(
        card.parts[0], title=EVIL, unit=EVIL, verdict=EVIL, model=EVIL, explanation=EVIL, value=Value(EVIL, EVIL)
    )
    evil = Compound(EVIL, EVIL)
    route = Making(EVIL, [Reaction(EVIL, EVIL, [evil], evil)])
    bad = dataclasses.replace(
        card,
        route=route,
        name=EVIL,
        smiles=EVIL,
        alerts=[EVIL],
        notes=[EVIL],
        nearest=[near],
        lineage=[step],
        parts=[line],
    )
    facts = RunFacts(
        config=EVIL,
        folder=EVIL,
        started=EVIL,
        versions={EVIL: EVIL},
        inputs={EVIL: EVIL},
        cards=[{"name": EVIL, "limits": [EVIL]}],
        ledger=Head(1, EVIL),
        limits=[EVIL],
    )
    text = render(Report(EVIL, [EVIL], [bad], [Goal(EVIL, EVIL, EVIL, EVIL)], facts=facts))
    page = Page(text)
    assert len(page.all("script")) == 2
    assert len(page.all("style")) == 1
    assert "alert('x')" not in "".join(re.findall(r"<script>.*?</script>", text, flags=re.DOTALL))
    assert not [facts for _, facts in page.elements if any(name.startswith("on") for name in facts)]
    assert "49" not in re.sub(r"<style>.*?</style>|<symbol.*?</symbol>", "", text, flags=re.DOTALL)
    assert EVIL in page.words


def test_the_same_report_gives_the_same_bytes(made):
    assert render(report_of(made[0])) == made[2]


def test_a_run_that_found_nothing_still_reports():
    text = render(Report("Nothing", ["No molecule met every constraint."], []))
    page = Page(text)
    assert "No molecule met every constraint." in page.words
    assert "This run kept no ledger" in page.words
    assert "chart" not in {facts.get("class") for facts in page.all("svg")}


def test_fifty_designs_of_eight_properties_stay_small():
    designs = []
    for i in range(50):
        svg, atoms = draw(SMILES[0].replace("CCC", "C" * (3 + i % 17)))
        designs.append(design(i + 1, SMILES[i % 3], properties=8, svg=svg, atoms=atoms)[0])
    assert len(render(report_of(designs)).encode()) < 4_000_000


@pytest.mark.parametrize(
    ("csv", "shown"),
    [
        ("8.213456", "8.21"),
        ("-5.15", "−5.15"),
        ("0.000123", "0.000123"),
        ("42", "42"),
        ("-3", "−3"),
        ("", "-"),
        ("nan", "-"),
        ("1e-9", "1.00e−09"),
        ("CHEMBL25", "CHEMBL25"),
    ],
)
def test_a_value_is_shown_rounded_and_kept_exact(csv, shown):
    value = Value("column", csv)
    assert value.shown == shown
    assert value.csv == csv
    assert math.isnan(value.number) == (csv in ("", "nan", "CHEMBL25"))


def contrast(one, two):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_the_contrast_that_wcag_aa_asks(made, scheme):
    blocks = re.findall(r":root \{(.*?)\}", made[2], flags=re.DOTALL)[:2]
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[scheme]))
    for ink in ("ink", "soft", "accent", "unsure"):
        for ground in ("page", "paper", "sunk"):
            assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    for verdict in ("good", "poor", "unsure"):
        assert contrast(colours[verdict], colours[f"{verdict}-bg"]) >= 4.5, verdict
    assert contrast(colours["paper"], colours["accent"]) >= 4.5  # the chosen tab
    assert contrast(colours["line-strong"], colours["paper"]) >= 3  # edges of controls
