"""Biomarkers: from an omics cohort to markers and signatures that hold up."""
