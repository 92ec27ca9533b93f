import json
from datetime import date

from pharmakon.privacy.pseudonym import Pseudonyms
from pharmakon.privacy.removals import Removals
from pharmakon.privacy.treatment import Treatment
from pharmakon.workflows.deidentify import DeidentifyResult
from pharmakon.workflows.deidentify_report import LIMITS, page, plain


def result(folder, **options):
    removals = Removals("a.csv")
    removals.took("name", "name", "removed", "Ana García", "0")
    removals.took("dob", "date", "year only", "1951-02-03", "0")
    removals.look("c17", "it may identify")
    facts = {"safe_harbor": True, "key": None, "fingerprint": "abc", "text": "removed as a whole", "config": {}}
    return DeidentifyResult(folder, [("a.csv", "table", 1)], removals, [(".jpg", "a face")], **facts | options)


TREATMENT = Treatment(Pseudonyms(b"k" * 32), date(2026, 7, 1))


def test_the_result_tells_counts_and_places_and_no_value(tmp_path):
    said = plain(result(tmp_path))
    text = json.dumps(said, ensure_ascii=False)
    assert "García" not in text
    assert "1951" not in text
    assert [one["values"] for one in said["identifiers"]][:3] == [1, 0, 1]
    assert said["look_at"] == [{"where": "c17", "why": "it may identify", "files": ["a.csv"]}]
    assert said["cannot_promise"] == list(LIMITS)
    assert any("actual knowledge" in limit for limit in LIMITS)


def test_the_page_says_which_method_it_was(tmp_path):
    one = result(tmp_path)
    assert "164.514(b)(2)" in " ".join(page(one, plain(one), TREATMENT).summary)
    other = result(tmp_path, safe_harbor=False)
    made = page(other, plain(other), TREATMENT)
    assert "NOT Safe Harbor" in " ".join(made.summary)
    assert made.title != page(one, plain(one), TREATMENT).title
    assert len(made.classes) == 18
