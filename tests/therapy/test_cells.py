import numpy as np

from pharmakon.therapy.cells import CellKernel


def filled(screen):
    about = screen.response - np.nanmean(screen.response, axis=0)
    return np.nan_to_num(about)


def test_a_line_is_most_like_itself_and_the_kernel_is_centred(screen):
    kernel = CellKernel().fit(screen.profiles, filled(screen))
    likeness = kernel.similarity_of(kernel.features(screen.profiles))
    np.testing.assert_array_equal(likeness.argmax(axis=1), np.arange(len(screen.profiles)))
    gram = kernel.gram()
    np.testing.assert_allclose(gram.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(kernel.cross(screen.profiles), gram, atol=1e-9)
    assert abs(np.diag(gram).mean() - 1) < 1e-9


def test_genes_that_go_with_the_response_weigh_more(screen):
    kernel = CellKernel().fit(screen.profiles, filled(screen))
    weight = dict(zip(kernel.names(), kernel.weight_, strict=True))
    rest = np.mean([w for (_, kind), w in weight.items() if kind == "copy_number"])
    assert weight["G0", "mutation"] > rest


def test_pushes_add_up_to_the_difference_from_an_average_line(screen):
    kernel = CellKernel().fit(screen.profiles, filled(screen))
    coefficients = np.random.default_rng(0).normal(size=(len(screen.profiles), 2))
    features = kernel.features(screen.profiles)[3] * 0.9
    pushes = kernel.pushes(features, coefficients)
    both = np.vstack([features, np.zeros_like(features)])
    found = kernel._centred(kernel.similarity_of(both)) @ coefficients
    np.testing.assert_allclose(pushes.sum(axis=0), found[0] - found[1], rtol=1e-3, atol=1e-4)


def test_it_is_kept_in_arrays(screen):
    kernel = CellKernel().fit(screen.profiles, filled(screen))
    again = CellKernel.from_arrays(kernel.to_arrays())
    np.testing.assert_allclose(again.cross(screen.profiles), kernel.cross(screen.profiles), atol=1e-4)


def test_a_missing_gene_is_an_average_one(screen):
    kernel = CellKernel().fit(screen.profiles, filled(screen))
    values = {kind: np.full_like(v[:1], np.nan) for kind, v in screen.profiles.values.items()}
    nobody = type(screen.profiles)(("X",), screen.profiles.genes, values)
    assert not kernel.features(nobody).any()
