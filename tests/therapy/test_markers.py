import numpy as np
import pytest

from pharmakon.core.errors import DataError
from pharmakon.core.log import data_root
from pharmakon.store.places import path_of
from pharmakon.therapy.markers import associations, general_sensitivity, target_ranks
from pharmakon.therapy.screen import gdsc_screen
from pharmakon.therapy.targets import DrugTargets, read_targets


def test_the_gene_of_a_drug_is_found(screen):
    first = associations(screen, "D0", components=2)[0]
    assert (first.gene, first.kind, first.rank) == ("G0", "mutation", 1)
    assert first.effect == pytest.approx(-2.5, abs=0.4)
    assert first.q < 1e-6


def test_general_sensitivity_hides_markers_until_it_is_held_fixed(screen):
    plain = {(a.gene, a.kind): a for a in associations(screen, "D5", adjusted=False)}
    held = {(a.gene, a.kind): a for a in associations(screen, "D5", components=2)}
    assert max(abs(a.t) for a in plain.values()) > 2 * np.median([abs(a.t) for a in held.values()])
    assert sum(a.q < 0.05 for a in plain.values()) > sum(a.q < 0.05 for a in held.values())


def test_the_drug_itself_is_not_among_the_covariates(screen):
    other = screen.take()
    other.response[:, 0] += np.random.default_rng(0).normal(size=len(other.response)) * 9
    np.testing.assert_array_equal(
        general_sensitivity(screen, {"D0"}, components=2), general_sensitivity(other, {"D0"}, components=2)
    )


def test_tissue_can_be_held_fixed(screen):
    assert associations(screen, "D0", components=2, tissue=True)[0].gene == "G0"


def test_too_little_is_told(screen):
    with pytest.raises(DataError, match="tested in"):
        associations(screen.take(np.arange(20)), "D0")
    with pytest.raises(DataError, match="too few"):
        general_sensitivity(screen, screen.drugs[:8])


def test_ranks_of_targets(screen):
    targets = DrugTargets({"d0": frozenset({"G0"}), "d1": frozenset({"ELSE"})}, {"d0": "D0", "d1": "D1"})
    assert target_ranks(screen, targets) == {("D0", "G0"): 1}


@pytest.mark.data
def test_egfr_is_found_for_erlotinib():
    if data_root() is None:
        pytest.skip("PHARMAKON_DATA is not set")
    screen = gdsc_screen()
    targets = read_targets(path_of("gdsc_tgsa", "targets"))
    related = [drug for drug in screen.drugs if targets.of(drug) & targets.of("Erlotinib")]
    found = next(a for a in associations(screen, "Erlotinib", related=related) if a.gene == "EGFR")
    assert found.rank <= 10
