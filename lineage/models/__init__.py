"""What lineage keeps: events as they came, and what they add up to."""

from lineage.models.bridges import Bridge
from lineage.models.changes import ChangeKind, TableChange
from lineage.models.classes import ClaimKind, ColumnClass, KnownClass, Sure, Trace
from lineage.models.edges import ColumnEdge, Edge
from lineage.models.events import Event, EventState
from lineage.models.measures import Measure
from lineage.models.nodes import Alias, AliasOrigin, Node, NodeKind
from lineage.models.readings import Reading
from lineage.models.runs import Flow, Run, RunState
from lineage.models.sayings import SaidEdge
from lineage.models.tellings import Telling

__all__ = [
    "Alias", "AliasOrigin", "Bridge", "ChangeKind", "ClaimKind", "ColumnClass", "ColumnEdge", "Edge", "Event",
    "EventState", "Flow", "KnownClass", "Measure", "Node", "NodeKind", "Reading", "Run", "RunState", "SaidEdge", "Sure",
    "TableChange", "Telling", "Trace",
]  # fmt: skip
