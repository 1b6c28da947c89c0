"""OpenLineage as producers really send it: what we take, what an event says, what the things in it are called."""
