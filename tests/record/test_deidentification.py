from pharmakon.record.deidentification import ClassLine, DeidentificationPage, LookLine, PlaceLine, render


def page(**more):
    facts = {
        "title": "Without identifiers",
        "summary": ["3 values."],
        "figures": [("3", "values")],
        "safe_harbor": True,
        "classes": [ClassLine(1, "Names", "removed", 3), ClassLine(5, "Fax numbers", "removed", 0)],
        "places": [PlaceLine("Patient.name", "Names", "removed", 3, 1)],
        "looks": [LookLine("c17", 1, "it may <identify>")],
        "files": [("a.csv", "table", 4)],
        "refused": [(".jpg", "a picture may show a face")],
        "method": ["By the table."],
        "limits": ["Not everything."],
    }
    return DeidentificationPage(**facts | more)


def test_the_page_stands_alone_and_says_everything():
    html = render(page())
    for text in (
        "What a person has to look at",
        "none found",
        "a picture may show a face",
        "Not everything.",
        "By the table.",
    ):
        assert text in html
    assert "<identify>" not in html
    assert "src=" not in html
    assert html == render(page())


def test_an_empty_page_says_so():
    assert "Nothing was doubtful" in render(page(looks=[], refused=[]))
