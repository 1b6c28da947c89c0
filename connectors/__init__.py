"""One folder for each outside system. Connectors fetch; they hand out plain records and never touch a model."""
