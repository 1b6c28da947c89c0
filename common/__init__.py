"""Small named modules that several apps need. No models, no words of the domain."""
