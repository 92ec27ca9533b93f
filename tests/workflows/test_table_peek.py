import pytest

from pharmakon.core.errors import UsageError
from pharmakon.workflows.table_peek import PeekConfig, run


def peek(tmp_path, text, **more):
    path = tmp_path / "assay.csv"
    path.write_text(text)
    return run(PeekConfig(data=path, **more))


def test_columns_are_guessed_by_name_and_by_what_they_hold(tmp_path):
    found = peek(tmp_path, "compound_id,smiles,batch,pIC50,comment\nA1,CCO,1,6.5,fine\nA2,CCN,2,>7,\nA3,CCC,3,5,\n")
    assert (found.structure, found.id, found.value) == ("smiles", "compound_id", "pIC50")
    assert found.numbers == ["batch", "pIC50"]


def test_classes_in_two_words_can_be_values(tmp_path):
    found = peek(tmp_path, "smiles,result\nCCO,active\nCCN,inactive\nCCC,active\n")
    assert found.value == "result"


def test_where_two_columns_of_numbers_have_no_telling_name_none_is_guessed(tmp_path):
    assert peek(tmp_path, "smiles,a,b\nCCO,1,2\nCCN,2,3\n").value == ""


def test_only_the_first_rows_are_shown_and_it_says_that_there_are_more(tmp_path):
    found = peek(tmp_path, "smiles,y\n" + "CCO,1\n" * 9, show=3)
    assert (len(found.rows), found.more) == (3, True)
    assert found.rows[0] == ["CCO", "1"]


def test_a_table_whose_structures_have_another_name_is_shown_too(tmp_path):
    found = peek(tmp_path, "molecule drawn,y\nCCO,1\nCCN,2\n")
    assert (found.structure, found.columns) == ("", ("molecule drawn", "y"))


def test_a_table_without_a_header_says_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="header"):
        peek(tmp_path, "OC1CC1,1\nCCN,2\n")
