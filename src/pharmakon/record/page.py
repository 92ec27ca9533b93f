"""A page as one self-contained file: its frame, styles, script and drawings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .drawings import Drawings


def write_page(
    template: str,
    *,
    title: str,
    summary: Sequence[str],
    figures: Sequence[tuple[str, str]],
    drawings: Drawings,
    styles: Sequence[str] = ("report.css",),
    script: str = "",
    **facts: Any,
) -> str:
    """A template of this package that extends page.html, with its styles and script inside.

    `summary` are sentences, `figures` the few (number, words) to see first. The same facts give the same bytes.
    """
    import jinja2

    loader = jinja2.PackageLoader("pharmakon.record")
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )

    def source(name: str) -> str:
        return loader.get_source(environment, name)[0]

    return environment.get_template(template).render(
        title=title,
        summary=summary,
        figures=figures,
        style="".join(map(source, styles)),
        script=source(script) if script else "",
        drawings=drawings,
        draw=drawings.add,
        **facts,
    )
