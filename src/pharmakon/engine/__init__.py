"""Where work runs: this process, processes beside it, shards that a rerun skips."""
