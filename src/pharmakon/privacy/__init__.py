"""Privacy: what identifies a person is found, taken out, generalised, blurred, or attacked to see whether it leaks."""
