import pickle
from dataclasses import replace

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import Descriptors

from pharmakon.chem.descriptors import named
from pharmakon.core.errors import ConfigError, RefusedGoal, ScorerError, UnknownName
from pharmakon.core.types import Estimates, Property
from pharmakon.design.objective import Constraint, Goal, Objective, Part
from pharmakon.design.oddities import Oddities

POTENCY = Property("potency", "Potency", "pIC50", better="high", low=2, high=100)
HERG = Property("herg", "hERG block", "probability", "classification", "low", 0, 1, hazard=True)
ALIKE = Property("herg.similarity", "Like what blocks hERG", "Tanimoto", better="low", low=0, high=1, hazard=True)
CLEARANCE = Property("ld50", "LD50", "log", better="high", low=-2, high=8, hazard=True)
MOLECULES = ["CCOc1ccc(C(=O)N2CCCC2)cc1", "CCCCCCCCCCCCCCCC", "O=[N+]([O-])c1ccccc1", "c1ccc2ccccc2c1"]


class Counting:
    """A scorer that counts: potency is the number of carbons, herg the share of aromatic atoms."""

    def __init__(self):
        self.properties = {"potency": POTENCY, "herg": HERG, "ld50": CLEARANCE, "herg.similarity": ALIKE}
        self.asked = []

    def estimate(self, smiles, names):
        self.asked.append((tuple(smiles), tuple(names)))
        mols = [Chem.MolFromSmiles(s) for s in smiles]
        carbons = np.array([float(sum(a.GetSymbol() == "C" for a in m.GetAtoms())) for m in mols])
        aromatic = np.array([sum(a.GetIsAromatic() for a in m.GetAtoms()) / m.GetNumAtoms() for m in mols])
        exact = {
            "potency": Estimates.exact(POTENCY, "toy", carbons),
            "herg": Estimates.exact(HERG, "toy", aromatic),
            "ld50": Estimates.exact(CLEARANCE, "toy", carbons),
            "herg.similarity": Estimates.exact(ALIKE, "toy", aromatic),
        }
        exact["potency"] = replace(exact["potency"], low=carbons - 1, high=carbons + 1)
        return {name: exact[name] for name in names}


class Wide(Counting):
    """Has a second potency, as uncertain as the first."""

    def __init__(self):
        super().__init__()
        self.properties = self.properties | {"wide": POTENCY}

    def estimate(self, smiles, names):
        found = super().estimate(smiles, ["potency"])["potency"]
        return dict.fromkeys(names, found)


def objective(goals, constraints=(), **more):
    return Objective([Goal(**g) for g in goals], [Constraint(**c) for c in constraints], scorer=Counting(), **more)


def test_score_is_the_weighted_geometric_mean_and_can_be_rebuilt():
    both = objective(
        [
            {"property": "potency", "want": ">= 12", "weight": 3},
            {"property": "logp", "want": "1..3", "shape": "gaussian"},
        ],
        [{"property": "mw", "want": "<= 400"}],
    )
    for found in both.evaluate(MOLECULES):
        assert both.total(found.parts) == (found.score, found.feasible)
        d = {k: p.desirability for k, p in found.parts.items()}
        assert found.score == pytest.approx((d["potency"] ** 3 * d["logp"]) ** 0.25)
        assert set(found.parts) == {"potency", "logp", "mw"}
    first = both.evaluate(MOLECULES)[0].parts["potency"]
    assert (first.value, first.low, first.high, first.in_domain) == (13, 12, 14, True)


def test_every_infeasible_molecule_is_below_every_feasible_one_and_they_are_graded():
    hard = objective([{"property": "potency", "want": ">= 50"}], [{"property": "logp", "want": "<= 2.5"}])
    by_name = dict(zip(MOLECULES, hard.evaluate(MOLECULES), strict=True))
    feasible = [e.score for e in by_name.values() if e.feasible]
    infeasible = [e.score for e in by_name.values() if not e.feasible]
    assert min(feasible) > 0 > max(infeasible)
    assert by_name["c1ccc2ccccc2c1"].score > by_name["CCCCCCCCCCCCCCCC"].score  # logP 2.8 breaks it less than 6.5


def test_scorer_is_asked_once_for_what_it_knows_and_never_for_cheap_terms():
    both = objective([{"property": "potency", "want": ">= 8"}, {"property": "qed", "want": ">= .5"}])
    both.evaluate(MOLECULES[:2])
    assert both.scorer.asked == [(tuple(MOLECULES[:2]), ("potency",))]
    cheap = objective([{"property": "qed", "want": ">= .5"}])
    cheap.evaluate(MOLECULES)
    assert cheap.scorer.asked == []


def test_structural_terms():
    made = objective(
        [{"to": MOLECULES[0], "want": ">= 0.9"}], [{"keep": "C(=O)N"}, {"avoid": "[N+](=O)[O-]"}], sane=False
    )
    same, alkane, nitro, _ = made.evaluate(MOLECULES)
    assert same.feasible
    assert same.score == 1.0
    assert not alkane.feasible
    assert nitro.parts["avoid [N+](=O)[O-]"].value == 1
    assert alkane.score > nitro.score  # one broken constraint, not two
    assert made.seeds() == [MOLECULES[0], Chem.CanonSmiles("C(=O)N")]
    unlike = objective([{"to": MOLECULES[0], "want": "<= 0.3"}])
    assert unlike.seeds() == []


def test_pessimistic_goal_and_constraint_use_the_interval():
    mean = objective([{"property": "potency", "want": ">= 13"}])
    careful = objective([{"property": "potency", "want": ">= 13", "uncertainty": "pessimistic"}])
    assert mean.evaluate(MOLECULES[:1])[0].score == 1.0
    assert careful.evaluate(MOLECULES[:1])[0].score < 1.0
    strict = objective(
        [{"property": "qed", "want": ">= 0"}], [{"property": "potency", "want": ">= 13", "uncertainty": "pessimistic"}]
    )
    assert not strict.evaluate(MOLECULES[:1])[0].feasible


@pytest.mark.parametrize(
    "goal",
    [
        {"property": "herg", "want": ">= 0.5"},
        {"property": "herg", "want": "0.4..1"},
        {"property": "herg", "want": "= 1"},
        {"property": "ld50", "want": "<= 2"},
        {"property": "herg.similarity", "want": ">= 0.9"},
        {"property": "herg.similarity", "over": "qed", "want": ">= 0"},
        {"property": "qed", "over": "herg.similarity", "want": "<= 0"},
        {"property": "herg.similarity", "like": ["c1ccccc1", "c1ccccc1CC"]},
    ],
)
def test_harm_is_refused_as_goal_and_as_constraint(goal):
    with pytest.raises(RefusedGoal, match="hazard"):
        objective([goal])
    with pytest.raises(RefusedGoal, match="hazard"):
        objective([{"property": "qed", "want": ">= 0.5"}], [goal])


@pytest.mark.parametrize(
    "goal",
    [
        {"to": "CC(C)OP(C)(=O)F", "want": ">= 0.5"},
        {"to": "CCO[P+]([O-])(C#N)N(C)C", "want": ">= 0.5"},
        {"property": "tpsa", "like": ["CCO", "CC(C)OP(C)(=O)F"]},
    ],
)
def test_a_chemical_weapon_is_nothing_to_be_like(goal):
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        objective([goal])
    objective([{"to": "CC(C)OP(C)(=O)F", "want": "<= 0.3"}])
    assert objective([{"to": "CN(CCCl)CCCl", "want": ">= 0.5"}]).seeds() == []  # a medicine: near it, but not it
    assert objective([{"keep": "C#N"}]).seeds() == []  # a group of many molecules, and no start by itself


def test_less_of_a_hazard_may_be_wanted():
    objective([{"property": "herg", "want": "<= 0.2"}, {"property": "ld50", "want": ">= 3"}])
    objective([{"property": "herg", "want": "0..0.2"}])
    objective([{"property": "herg.similarity", "want": "<= 0.4"}, {"property": "qed", "over": "herg", "want": ">= 0"}])


def test_likeness_to_a_hazards_molecules_is_refused_with_what_to_ask_for_instead():
    points = {"property": "herg.similarity", "points": [[0.2, 0], [0.9, 1]]}
    for aggregate in ("geometric", "pareto"):
        with pytest.raises(RefusedGoal, match=r"asks for it; ask for it to be low instead, or for herg\.domain = 1"):
            objective([points], aggregate=aggregate)


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ({"property": "qed", "want": ">= 5"}, r"qed >= 5 can never be met: Drug-likeness \(QED\) lies between 0 and 1"),
        ({"property": "mw", "points": [[-9, 0], [-5, 1], [-1, 0]]}, "at 0 or above"),
        ({"property": "herg", "want": "<= -0.1"}, "between 0 and 1"),
        ({"to": "CCO", "want": ">= 1.1"}, "between 0 and 1"),
        ({"property": "unprecedented_rings", "want": ">= 2"}, "rare in ChEMBL are not proposed"),
    ],
)
def test_a_wish_that_nothing_can_meet_is_refused_with_the_range(goal, said):
    with pytest.raises(ConfigError, match=said):
        objective([goal])
    if "points" not in goal:
        with pytest.raises(ConfigError, match=said):
            objective([{"property": "tpsa", "want": "40..90"}], [goal])


@pytest.mark.parametrize(
    "goal",
    [
        {"property": "qed", "want": ">= 1"},
        {"property": "mw", "want": ">= 1e9"},
        {"property": "rdkit.qed", "want": ">= 5"},
        {"property": "qed", "over": "fsp3", "want": "<= -0.5"},
        {"property": "unprecedented_rings", "want": "0..2"},
    ],
)
def test_a_wish_that_touches_the_range_or_has_none_is_taken(goal):
    objective([goal])


def test_rare_rings_may_be_wanted_where_a_mode_keeps_them_or_nothing_is_proposed():
    goal = {"property": "unprecedented_rings", "want": ">= 1"}
    objective([goal], allowed=Oddities({"C1=CC=C1": 1}))
    objective([goal], sane=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"property": "mw", "want": "<= 200"}, {"property": "mw", "want": ">= 400"}),
        ({"property": "mw", "want": "200..300"}, {"property": "mw", "want": "= 300.5"}),
        ({"to": "CCO", "want": ">= 0.8"}, {"property": "similarity", "to": "CCO", "want": "<= 0.3"}),
        ({"keep": "c1ccccc1"}, {"avoid": "c1ccccc1"}),
    ],
)
def test_constraints_that_exclude_each_other_are_named(one, other):
    goals = [{"property": "qed", "want": ">= 0.5"}]
    names = [f"{c.get('want') or c.get('keep') or c.get('avoid')}" for c in (one, other)]
    with pytest.raises(ConfigError, match=f"the constraints '.*{names[0]}' and '.*{names[1]}' exclude each other"):
        objective(goals, [one, other])
    objective([*goals, one, other])  # goals may pull against each other


def test_constraints_that_touch_or_are_of_two_things_are_taken():
    goals = [{"property": "qed", "want": ">= 0.5"}]
    objective(goals, [{"property": "mw", "want": "<= 300"}, {"property": "mw", "want": "300..400"}])
    objective(goals, [{"property": "hbd", "want": "<= 1"}, {"property": "hba", "want": ">= 2"}])
    objective(goals, [{"to": "CCO", "want": "<= 0.3"}, {"to": "CCN", "want": ">= 0.6"}])


@pytest.mark.parametrize("uncertainty", ["pessimistic", "probability"])
def test_a_probability_has_no_uncertainty_to_be_judged_by(uncertainty):
    goal = {"property": "herg", "want": "<= 0.2", "uncertainty": uncertainty}
    with pytest.raises(ConfigError, match=f"herg is a probability already, so uncertainty = '{uncertainty}'"):
        objective([goal])
    if uncertainty == "pessimistic":
        with pytest.raises(ConfigError, match="herg is a probability already"):
            objective([{"property": "qed", "want": ">= 0.5"}], [goal])
    objective([goal | {"uncertainty": "mean"}])


def test_an_unknown_property_says_where_the_names_stand():
    with pytest.raises(UnknownName, match=r"see `pharmakon models` for endpoints, `pharmakon models targets`"):
        objective([{"property": "chembl240", "want": ">= 8"}])


def test_unknown_property_gets_a_suggestion():
    with pytest.raises(UnknownName, match="did you mean 'potency'"):
        objective([{"property": "potencyy", "want": ">= 8"}])
    with pytest.raises(UnknownName, match="did you mean 'logp'"):
        objective([{"property": "clogp", "want": ">= 8"}])


def test_an_objective_needs_something_and_nothing_twice():
    with pytest.raises(ConfigError, match="at least one"):
        Objective()
    with pytest.raises(ConfigError, match="twice"):
        objective([{"property": "qed", "want": ">= .5"}, {"property": "qed", "want": ">= .5"}])
    both = objective([{"property": "mw", "want": ">= 200"}, {"property": "mw", "want": "<= 500"}])
    assert set(both.evaluate(MOLECULES[:1])[0].parts) == {"mw >= 200", "mw <= 500"}


def test_a_scorer_that_fails_or_answers_nothing_is_never_a_silent_zero():
    class Broken(Counting):
        def estimate(self, smiles, names):
            raise ZeroDivisionError("inside")

    class Empty(Counting):
        def estimate(self, smiles, names):
            return {"potency": Estimates.exact(POTENCY, "toy", np.full(len(smiles), np.nan))}

    for scorer in (Broken(), Empty()):
        with pytest.raises(ScorerError, match="potency"):
            Objective([Goal(property="potency", want=">= 8")], scorer=scorer).evaluate(["CCO"])


def test_sieve_asks_only_the_cheap_constraints_and_good_sense():
    made = objective(
        [{"property": "qed", "want": ">= 0.9"}],
        [{"property": "mw", "want": "<= 300"}, {"property": "potency", "want": ">= 100"}, {"keep": "c"}],
    )
    sieve = pickle.loads(pickle.dumps(made.sieve))  # noqa: S301 - our own bytes
    passes = [sieve(Chem.MolFromSmiles(s)) for s in (MOLECULES[0], MOLECULES[1], "c1ccccc1OOC", "c1ccccc1" * 5)]
    assert passes == [True, False, False, False]
    assert made.scorer.asked == []
    careful = objective([{"property": "mw", "want": ">= 0"}], [{"property": "qed", "want": ">= 0.9"}]).sieve
    assert careful(Chem.MolFromSmiles(MOLECULES[0]))
    assert not careful.thorough(Chem.MolFromSmiles(MOLECULES[0]))
    lax = objective([{"property": "qed", "want": ">= 0.9"}], sane=False).sieve
    assert lax(Chem.MolFromSmiles("c1ccccc1OOC"))


@pytest.mark.parametrize(("uncertainty", "missed"), [("mean", 0.5), ("pessimistic", 1.5), ("probability", 0.5)])
def test_a_missed_wish_says_by_how_much_in_its_unit(uncertainty, missed):
    goal = objective([{"property": "potency", "want": ">= 8", "uncertainty": uncertainty}]).goals[0]
    assert goal.missed(Part(7.5, 6.5, 8.5, True, 0.7)) == pytest.approx(missed)
    assert goal.missed(Part(9.5, 8.5, 10.5, True, 1.0)) == 0


def test_a_difference_is_one_property_with_the_widest_interval():
    made = objective([{"property": "potency", "over": "logp", "want": ">= 12"}])
    part = made.evaluate(MOLECULES[:1])[0].parts["potency over logp"]
    logp = named([Chem.MolFromSmiles(MOLECULES[0])], "logp")[0]
    assert (part.value, part.low, part.high) == pytest.approx((13 - logp, 12 - logp, 14 - logp))
    assert made.scorer.asked == [((MOLECULES[0],), ("potency",))]
    assert made.goals[0].what.title == "Potency over logP (Crippen)"
    two = objective([{"property": "ld50", "over": "potency", "want": ">= 0"}])
    part = two.evaluate(MOLECULES[:1])[0].parts["ld50 over potency"]
    assert (part.value, part.low, part.high) == (0, -1, 1)
    three = Objective([Goal(property="potency", over="wide", want=">= 0")], scorer=Wide()).evaluate(MOLECULES[:1])[0]
    assert three.parts["potency over wide"].low == pytest.approx(-(2**0.5))  # two errors, independent
    cheap = objective(
        [{"property": "hbd", "over": "hba", "want": "<= 0"}], [{"property": "rings", "over": "hba", "want": "<= 0"}]
    )
    assert cheap.evaluate(MOLECULES[:1])[0].parts["hbd over hba"].value == -2
    assert cheap.sieve(Chem.MolFromSmiles(MOLECULES[0]))
    assert not cheap.sieve(Chem.MolFromSmiles("c1ccc2ccccc2c1"))


@pytest.mark.parametrize(
    "goal",
    [
        {"property": "herg", "over": "potency", "want": ">= -5"},
        {"property": "potency", "over": "herg", "want": "<= -5"},
        {"property": "potency", "over": "ld50", "want": ">= 1"},
        {"property": "herg", "like": ["c1ccccc1", "c1ccccc1CC"]},
    ],
)
def test_harm_is_refused_in_a_difference_and_by_example(goal):
    with pytest.raises(RefusedGoal, match="hazard"):
        objective([goal])
    objective([{"property": "potency", "over": "herg", "want": ">= 5"}])


def test_examples_give_the_range():
    chains = ["C" * n for n in range(5, 16)]
    goal = objective([{"property": "potency", "like": chains}]).goals[0].term
    assert (goal.want, goal.tolerance) == ("6.0..14.0", 8.0)
    assert objective([{"property": "heavy_atoms", "like": chains}]).goals[0].term.want == "6.0..14.0"
    few = objective([{"property": "mw", "like": chains[:3]}], [{"property": "sa_score", "like": chains[:3]}])
    assert [found.score for found in few.evaluate(chains[:3])] == [1.0] * 3
    alike = objective([{"to": MOLECULES[0], "like": [MOLECULES[0], MOLECULES[0]]}]).goals[0].term
    assert alike.want == "1.0..1.0"


def test_examples_are_standardised_and_have_the_value():
    salt = objective([{"property": "mw", "like": ["CCCCNCCc1ccccc1.Cl"]}])
    found = salt.evaluate(["CCCCNCCc1ccccc1"])[0]
    assert found.score == 1.0
    assert salt.goals[0].term.tolerance > 10  # not the spread of one example
    with pytest.raises(ConfigError, match=r"CCc1ccccc1\[Se\]C has no rdkit.MaxPartialCharge"):
        objective([{"property": "rdkit.MaxPartialCharge", "like": ["CCc1ccccc1[Se]C"]}])
    with pytest.raises(ConfigError, match="one value"):
        objective([{"property": "qed", "want": ">= 0"}], [{"property": "mw", "like": ["CCO"]}])
    objective([{"property": "qed", "want": ">= 0"}], [{"property": "rings", "like": ["CCO"]}])


def test_a_descriptor_that_a_molecule_does_not_have_is_no_crash():
    made = objective(
        [{"property": "rdkit.MaxPartialCharge", "want": "<= 1"}],
        [{"property": "rdkit.SPS", "want": ">= 0"}],
        sane=False,
    )
    selenide, hydrogen, ethanol = made.evaluate(["CCc1ccccc1[Se]C", "[H][H]", "CCO"])
    assert 0 < selenide.score < ethanol.score
    assert not hydrogen.feasible
    assert np.isnan(selenide.parts["rdkit.MaxPartialCharge"].value)


def test_points_say_what_each_value_is_worth():
    made = objective([{"property": "heavy_atoms", "points": [[10, 0], [14, 1], [16, 1], [20, 0.5]]}])
    grades = [made.evaluate(["C" * n])[0].score for n in (8, 12, 14, 16, 18, 20, 30)]
    assert grades[2] == grades[3] == 1.0
    assert grades[1] == pytest.approx(0.95 * 0.5, abs=0.05)
    assert grades[4] == pytest.approx(0.95 * 0.75, abs=0.05)
    assert 0 < grades[0] < grades[1]
    assert grades[6] < grades[5]
    rising = objective([{"property": "heavy_atoms", "points": [[10, 0], [14, 1]]}])
    assert rising.evaluate(["C" * 40])[0].score == 1.0


def test_aggregates():
    goals = [{"property": "potency", "want": ">= 20", "weight": 2}, {"property": "logp", "want": "0..1"}]
    scores = {}
    for name in ("geometric", "arithmetic", "product"):
        made = objective(goals, aggregate=name)
        found = made.evaluate(MOLECULES[:1])[0]
        assert made.total(found.parts) == (found.score, True)
        one, two = (part.desirability for part in found.parts.values())
        scores[name] = found.score
    assert scores["geometric"] == pytest.approx((one**2 * two) ** (1 / 3))
    assert scores["arithmetic"] == pytest.approx((2 * one + two) / 3)
    assert scores["product"] == pytest.approx(one**2 * two)


def test_any_descriptor_of_rdkit_can_be_asked_for():
    made = objective(
        [{"property": "rdkit.BertzCT", "want": "<= 300"}], [{"property": "rdkit.NumHAcceptors", "want": "<= 2"}]
    )
    found = made.evaluate(MOLECULES[:1])[0]
    assert found.feasible
    assert found.parts["rdkit.BertzCT"].value == pytest.approx(Descriptors.BertzCT(Chem.MolFromSmiles(MOLECULES[0])))
    assert made.sieve.thorough(Chem.MolFromSmiles(MOLECULES[0]))
    assert not made.sieve.thorough(Chem.MolFromSmiles("OCC(O)C(O)C(O)CO"))
    with pytest.raises(UnknownName, match=r"rdkit\.BertzCT"):
        objective([{"property": "rdkit.BertsCT", "want": "<= 300"}])


def test_wishes_of_one_property_are_told_apart_and_unknown_aggregates_refused():
    hills = [{"property": "mw", "points": [[0, 0], [top, 1], [900, 0]]} for top in (200, 400)]
    assert set(objective(hills).evaluate(MOLECULES[:1])[0].parts) == {"mw 200..200", "mw 400..400"}
    with pytest.raises(ConfigError, match="bogus"):
        objective(hills[:1], aggregate="bogus")


def test_novelty_needs_a_table_and_is_asked_only_of_those_about_to_be_scored(tmp_path):
    with pytest.raises(ConfigError, match="give known"):
        objective([{"property": "novelty", "want": ">= 0.4"}])
    table = tmp_path / "known.smi"
    table.write_text(f"{MOLECULES[0]} K1\n")
    made = objective(
        [{"property": "potency", "want": ">= 8"}], [{"property": "novelty", "want": ">= 0.4"}], known=table
    )
    same, other = (Chem.MolFromSmiles(s) for s in (MOLECULES[0], MOLECULES[3]))
    sieve = pickle.loads(pickle.dumps(made.sieve))  # noqa: S301 - our own bytes
    assert sieve(same) and not sieve.thorough(same)
    assert sieve.thorough(other)
    assert [found.feasible for found in made.evaluate([MOLECULES[0], MOLECULES[3]])] == [False, True]


def test_likeness_in_space_and_by_features():
    goals = [
        {"property": kind, "to": MOLECULES[0], "want": ">= 0.9"} for kind in ("shape", "pharmacophore", "similarity")
    ]
    made = objective([*goals, {"to": MOLECULES[0], "want": ">= 0.9", "fingerprint": "atom_pair"}])
    same, other = made.evaluate(MOLECULES[:2])
    assert same.score == 1.0
    assert len(other.parts) == 4
    assert 0 < other.score < 0.5
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        objective([{"property": "shape", "to": "CC(C)OP(C)(=O)F", "want": ">= 0.5"}])
    alike = objective([{"property": "shape", "to": MOLECULES[3], "like": [MOLECULES[3], "c1ccc2ncccc2c1"]}])
    assert alike.goals[0].term.wanted().low > 0.9


def test_nearness_to_a_table_that_holds_a_chemical_weapon_is_refused(tmp_path):
    table = tmp_path / "known.smi"
    table.write_text("CCO a\nCC(C)OP(C)(=O)F b\n")
    objective([{"property": "novelty", "want": ">= 0.4"}], known=table)
    for near in ({"want": "<= 0.3"}, {"want": "0.1..0.5"}, {"over": "qed", "want": "<= 0"}):
        with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
            objective([{"property": "novelty", **near}], known=table)
    with pytest.raises(RefusedGoal, match="Chemical Weapons Convention"):
        objective([{"property": "qed", "over": "novelty", "want": ">= 0"}], known=table)


def test_a_pattern_that_is_no_molecule_is_drawn_and_no_seed():
    made = objective([{"keep": "[#6]C(=O)[#7]"}], [{"keep": "C(=O)N"}])
    assert made.seeds() == ["NC=O"]
    assert made.drawn() == ["CC(N)=O"]
    with pytest.raises(ConfigError, match="asks for U"):
        objective([{"keep": "[#92]~[#92]"}])


def test_the_distance_from_passing_a_sieve_falls_on_the_way_there():
    constraints = [{"property": "mw", "want": "300..400"}, {"property": "qed", "want": ">= 0.3"}]
    sieve = objective([{"property": "logp", "want": "1..3"}], constraints).sieve
    far, nearer = (Chem.MolFromSmiles(s) for s in ("CCO", "O=C(Nc1ccc(F)cc1)C1CCNCC1"))
    assert sieve.distance(far) > sieve.distance(nearer) > 0
    passing = Chem.MolFromSmiles("O=C(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1")
    assert sieve(passing) and sieve.thorough(passing)
    assert sieve.distance(passing) == 0
    odd = Chem.MolFromSmiles("OOC(Nc1ccc(F)cc1)C1CCN(S(=O)(=O)C)CC1")
    assert not sieve(odd)
    assert sieve.distance(odd) > 0
