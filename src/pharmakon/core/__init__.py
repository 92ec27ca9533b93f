"""Words every other package uses: errors, types, configuration, randomness. Depends on nothing of ours."""
