"""Makes molecules: edits, fragments, objectives, and a search that counts its calls."""
