import pytest

from pharmakon.core.words import joined


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (("a", "b", "c"), "a, b and c")]
)
def test_a_list_in_a_sentence(words, said):
    assert joined(words) == said
