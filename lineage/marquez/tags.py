"""Every tag that producers put on something the actor sees."""

from lineage.folding.standing import stands
from lineage.marquez.facets import tags_by_field
from lineage.models import Node
from registry.models import User


def tag_names(actor: User) -> list[str]:
    rows = Node.objects.visible_to(actor).filter(view=None, consumer=None, facets__has_key="tags").order_by()
    told = rows.values_list("facets__tags", "picture")
    bodies = (held["body"] for held, picture in told if stands(held, picture))
    return sorted({name for body in bodies for names in tags_by_field({"tags": body}).values() for name in names})
