"""Molecules: reading, cleaning, describing, comparing, judging and drawing them. Everything that knows atoms lives here."""
