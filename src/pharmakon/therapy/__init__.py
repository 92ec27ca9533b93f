"""Therapy: who responds to what, which treatment, which dose."""
