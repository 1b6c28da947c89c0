"""The demo: a real Feast repository on public flight data, shipped as small files. See README.md."""
