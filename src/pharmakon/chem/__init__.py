"""Molecules: read, cleaned, described, compared, judged and drawn. Whatever knows atoms lives here."""
