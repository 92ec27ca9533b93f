"""The rounds from the second to the last but one: what three people and a coordinator do by hand, in one loop."""

from pathlib import Path

import pharmakon

SITES = ("north", "south", "west")
state, number = Path("centre/state-0.json"), 1
while True:
    answers = []
    for site in SITES:
        answers.append(Path(site) / f"answer-{number}.json")
        pharmakon.answer_round(
            "study.toml", Path(site) / "cohort.toml", site=site, round=state, output=answers[-1], key=f"{site}/site.key"
        )
    made = pharmakon.combine_answers("study.toml", answers, round=state, output=f"centre/state-{number}.json")
    print(f"round {number}: {made.state.history[-1].stage}, {answers[0].stat().st_size:,} bytes from each site")
    state, number = made.output, number + 1
    if made.state.stage == "score":
        break
