"""The QMRF of the structural alerts."""

from datetime import date

from pharmakon.workflows.dossier_facts import load_facts
from pharmakon.workflows.dossier_qmrf_rules import RULES


def test_the_rules_say_what_they_are_and_how_good():
    model = load_facts("mutagenicity_rules", today=date(2026, 7, 1))
    fields = {one.field.number: one for one in RULES.fill(model)}
    alerts = model.card["alerts"]
    assert f"{len(alerts)} structural alerts" in fields["4.1"].machine.sentences[0]
    assert len(fields["4.2"].machine.rows) == len(alerts)
    assert {row[0] for row in fields["8.1"].machine.rows} >= set(alerts)
    assert fields["6.9"].state == "absent", "rules are not refitted"
    assert dict(fields["7.7"].machine.rows)["sensitivity"] == f"{model.card['scores']['test']['sensitivity']:.3f}"
