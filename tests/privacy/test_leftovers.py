from pharmakon.privacy.leftovers import Leaf, search
from pharmakon.privacy.removals import Removals


def removed(*values):
    removals = Removals("a.csv")
    for row, value in enumerate(values):
        removals.took("x", "name", "removed", value, str(row))
    return removals


def left(removals, text, record="0", *, dates=True, public=False, issued=()):
    leaf = Leaf("a.csv", "column", f"a.csv:{record}", text, public)
    return dict(search([leaf], removals, issued, dates=dates).left)


def test_a_removed_value_is_found_in_any_record_and_form():
    removals = removed("MR-0012345", "617 555 0192", "ana.garcia@x.example")
    assert left(removals, "see mr-0012345.", "9")
    assert left(removals, "617-555-0192", "9")
    assert left(removals, "6175550192", "9")
    assert left(removals, "x ANA.GARCIA@x.example y", "9")
    assert not left(removals, "MR-0012346")


def test_a_name_is_found_in_its_own_record():
    assert left(removed("García"), "Sra. garcía, 3 days", "0")
    assert not left(removed("García"), "Sra. García", "1")
    assert left(removed("Ana María López"), "ana maría lópez", "0")


def test_a_common_word_is_no_leftover_and_is_told():
    leaves = [Leaf("a.csv", "race", f"a.csv:{row}", "White") for row in range(9)]
    found = search(leaves, removed("White"), ())
    assert not found.left
    assert found.words == {("a.csv", "race")}
    assert not left(removed("Ohio"), "Ohio", public=True)


def test_known_forms_and_dates_are_found_though_nothing_was_removed():
    assert left(removed(), "call 617-555-0192")
    assert left(removed(), "on 14/03/2019")
    assert not left(removed(), "on 14/03/2019", dates=False)
    assert not left(removed(), "2019-01-01T00:00:00Z")
    assert not left(removed(), "120")


def test_tokens_are_no_leftovers():
    known = "1e960fdf-0f90-873a-a09d-3f1b195e9511"
    assert left(removed(), known)
    assert not left(removed(), f"urn:uuid:{known}", issued={known})


def test_short_numbers_are_in_every_table():
    assert not left(removed("120", "94", "1.5"), "120")
    assert left(removed("10293847"), "10293847")


def test_the_place_is_told_and_the_value_is_not():
    found = left(removed("MR-0012345"), "MR-0012345")
    assert ("a.csv", "column", "a removed value") in found
    assert "0012345" not in str(found)
