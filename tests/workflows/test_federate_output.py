from pharmakon.workflows.federate_output import HEADINGS, page, plain, render, rows
from pharmakon.workflows.federate_rounds import fit_rounds
from pharmakon.workflows.federate_score import score_answer


def test_the_table_has_a_line_a_site_and_model_and_those_over_all(study, sites):
    state = fit_rounds(study, sites)
    scores = {name: score_answer(study, site, state).scores for name, site in sites.items()}
    scores["west"] = {"patients": 3, "too few": True}
    table = rows(study, scores)
    assert all(len(row) == len(HEADINGS) for row in table)
    assert [row[0] for row in table] == ["north"] * 2 + ["south"] * 2 + ["west"] + ["over all sites"] * 2
    assert "too few" in table[4][4]
    assert table[-2][2:4] == (
        "single-site",
        f"{plain(study, state, scores)['over all sites']['single-site']['value']:.3f}",
    )
    html = render(page(study, state, scores=scores))
    assert html.count("<circle") == 8, "two models at two sites and over all, and the legend's two"
    assert study.hash in html
    assert "no differential privacy" in html
