"""Python client of Charter, its command line, and the file format that both share with the server.

Imports nothing of the server. `import charter` costs nothing: each name is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charter.registry import AsyncFeatureHandle, AsyncRegistry, FeatureHandle, Registry

__version__ = "0.1.0"
__all__ = ["AsyncFeatureHandle", "AsyncRegistry", "FeatureHandle", "Registry", "__version__"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("charter.registry"), name)
    raise AttributeError(f"module 'charter' has no attribute {name!r}")
