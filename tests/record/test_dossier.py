"""The pages of a dossier."""

from datetime import date

from pharmakon.record.dossier import FormPage, IndexPage, render_form, render_index
from pharmakon.record.filling import Fillers, Said, Written, absent

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M 1,1 L 9,9" style="stroke:#000000"/></svg>'
PART: Fillers[str] = Fillers("ich_m7")
PART.fills("1.1")(lambda name: Said((f"It is {name}.",), picture=SVG))
PART.fills("2.3")(lambda _: Said((), ("", "positive"), (("rules", "this impurity"),)))
PART.fills("3.2")(lambda _: absent("Not looked for."))
WRITTEN = Written(text="Accepted.\nSigned off.", by="A. Person", on=date(2026, 7, 1))


def filled():
    return PART.fill("<b>CCO</b>", {"ich_m7": {"3.3": WRITTEN}})


def test_a_form_shows_every_field_with_its_mark():
    page = render_form(FormPage("Ethanol & co", filled(), {"Version": "pharmakon"}))
    for one in filled():
        assert f'id="field-{one.field.number}"' in page
    for words in ("from the run", "not done", "by a person", "person needed", "this impurity", "Ethanol &amp; co"):
        assert words in page
    assert "It is &lt;b&gt;CCO&lt;/b&gt;." in page and "<b>CCO" not in page
    assert '<use href="#m1"/>' in page
    assert 'class="by-person"' in page and "A. Person, 2026-07-01" in page
    assert page == render_form(FormPage("Ethanol & co", filled(), {"Version": "pharmakon"}))


def test_the_index_links_each_form_and_says_who_is_needed():
    page = render_index(IndexPage("Ethanol", [("ich_m7.html", filled())], [("answers.toml", "to fill in")]))
    assert 'href="ich_m7.html"' in page and 'href="answers.toml"' in page
    assert "<b>2 of 11</b> from the run" in page and "toxicologist (" in page
