"""Python client of Charter, its command line, and the file format that both share with the server.

Imports nothing of the server. `import charter` costs nothing: each name is loaded when it is first asked for.
"""

__version__ = "0.1.0"
