"""`pharmakon mlflow RUN --uri ...`."""

from __future__ import annotations

from pharmakon.workflows import mlflow as workflow

from . import render
from .flags import from_config


@from_config(positional=("run",))
def mlflow(config: workflow.MlflowConfig) -> None:
    """Copy a finished run into an MLflow store: parameters, figures, hashes and files (extra mlflow)."""
    done = workflow.run(config)
    print(f"{config.uri}: run {done.run_id} of experiment {done.experiment}")
    render.note(f"{done.params} parameters, {done.metrics} figures, {done.artifacts} files")
