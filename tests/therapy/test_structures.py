import numpy as np

from pharmakon.therapy.structures import StructureKernel


def test_a_drug_is_like_itself_and_what_cannot_be_read_is_like_nothing(screen):
    kernel = StructureKernel().fit(screen.smiles)
    gram = kernel.gram()
    np.testing.assert_allclose(np.diag(gram), 1)
    found = kernel.cross([screen.smiles[0], "not a molecule", ""])
    np.testing.assert_allclose(found[0], gram[0], atol=1e-6)
    assert not found[1:].any()


def test_it_is_kept_in_arrays(screen):
    kernel = StructureKernel().fit(screen.smiles)
    again = StructureKernel.from_arrays(kernel.to_arrays())
    np.testing.assert_array_equal(again.cross(screen.smiles), kernel.cross(screen.smiles))
