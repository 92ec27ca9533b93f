"""Predict what molecules do, design new ones, and show the working.

The public names are the verbs of the command line. Each is imported when it is first used, so `import pharmakon` costs
nothing. They carry a noun (`predict_properties`, not `predict`) because `pharmakon.predict` and `pharmakon.design` are
packages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pharmakon.core.lazy import lazy_exports

if TYPE_CHECKING:
    from pharmakon.workflows.verbs import (
        anonymise_table,
        answer_round,
        assess_mutagenicity,
        attack_model,
        audit_cohort,
        audit_data,
        combine_answers,
        compare_runs,
        copy_to_mlflow,
        deidentify_data,
        design_molecules,
        design_passports,
        discover_biomarkers,
        dose_patients,
        explain_molecules,
        explain_signature,
        export_ledgers,
        export_signature,
        fetch_data,
        fill_dossier,
        find_counterfactuals,
        find_routes,
        find_similar,
        find_substructure,
        index_library,
        list_data,
        list_models,
        lock_files,
        make_crate,
        make_library,
        make_sbom,
        match_treatments,
        monitor_model,
        open_index,
        predict_properties,
        recalibrate_model,
        register_plan,
        release_statistics,
        replay_run,
        reproduce_run,
        run_benchmark,
        sample_molecules,
        screen_library,
        sign_record,
        simulate_federation,
        slice_molecules,
        train_model,
        train_prior,
        train_response,
        validate_signature,
        verify_crate,
        verify_ledger,
    )

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "anonymise_table",
    "answer_round",
    "assess_mutagenicity",
    "attack_model",
    "audit_cohort",
    "audit_data",
    "combine_answers",
    "compare_runs",
    "copy_to_mlflow",
    "deidentify_data",
    "design_molecules",
    "design_passports",
    "discover_biomarkers",
    "dose_patients",
    "explain_molecules",
    "explain_signature",
    "export_ledgers",
    "export_signature",
    "fetch_data",
    "fill_dossier",
    "find_counterfactuals",
    "find_routes",
    "find_similar",
    "find_substructure",
    "index_library",
    "list_data",
    "list_models",
    "lock_files",
    "make_crate",
    "make_library",
    "make_sbom",
    "match_treatments",
    "monitor_model",
    "open_index",
    "predict_properties",
    "recalibrate_model",
    "register_plan",
    "release_statistics",
    "replay_run",
    "reproduce_run",
    "run_benchmark",
    "sample_molecules",
    "screen_library",
    "sign_record",
    "simulate_federation",
    "slice_molecules",
    "train_model",
    "train_prior",
    "train_response",
    "validate_signature",
    "verify_crate",
    "verify_ledger",
]

__getattr__ = lazy_exports(__name__, {name: "pharmakon.workflows.verbs" for name in __all__ if name != "__version__"})


def __dir__() -> list[str]:
    return __all__
