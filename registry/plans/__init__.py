"""Files against the registry: what the registry says in their words, and what a difference means."""
