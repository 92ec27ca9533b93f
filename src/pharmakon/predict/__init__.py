"""What a molecule does: efficacy and toxicity from structure, with honest uncertainty."""
