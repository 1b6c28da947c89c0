"""What lineage keeps: events as they came, and what they add up to."""

from lineage.models.bridges import Bridge
from lineage.models.edges import ColumnEdge, Edge
from lineage.models.events import Event, EventState
from lineage.models.nodes import Alias, AliasOrigin, Node, NodeKind
from lineage.models.runs import Flow, Run, RunState
from lineage.models.tellings import Telling

__all__ = [
    "Alias", "AliasOrigin", "Bridge", "ColumnEdge", "Edge", "Event", "EventState", "Flow", "Node", "NodeKind", "Run",
    "RunState", "Telling",
]  # fmt: skip
