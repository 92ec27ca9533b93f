"""Fairness: who is in the data, for whom a model fails, and what helps."""
