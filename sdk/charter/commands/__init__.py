"""One module for each group of commands. Each has `add_to(app)`, and `charter.cli` names them all."""
