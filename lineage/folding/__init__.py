"""How events add up. Each rule gives the same whatever the order and however often an event is told."""
