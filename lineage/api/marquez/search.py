"""Search as Marquez's pages ask for it. It shares its address with ours and is known by its orders, in capitals."""

from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request

from common.parameters import Parameter
from lineage.api.graph import number
from lineage.api.marquez.endpoints import MOST_ROWS, MarquezEndpoint
from lineage.marquez.search import ORDERS, found_told
from registry.api.search import SearchView

KINDS = ("ALL", "DATASET", "JOB")


class MarquezSearchView(MarquezEndpoint):
    """Marquez: datasets and jobs whose names hold a text."""

    parameters = {
        "GET": (
            Parameter("q", "Part of a name."),
            Parameter("sort", "The order.", choices=tuple(ORDERS)),
            Parameter("filter", "Datasets or jobs alone.", choices=KINDS),
            Parameter("namespace", "Of this namespace alone."),
            Parameter("limit", "Rows in an answer.", {"type": "integer", "minimum": 0, "maximum": MOST_ROWS}),
        )
    }

    def get(self, request: Request) -> HttpResponseBase:
        query = request.query_params
        limit, only = number(query, "limit", 10, MOST_ROWS), {"kind": query.get("filter", "ALL")}
        only["namespace"] = query.get("namespace", "")
        told = found_told(self.actor, query.get("q", ""), order=query["sort"], limit=limit, **only)
        return self.answer({"totalCount": len(told), "results": told})


_marquez = MarquezSearchView.as_view()


class SharedSearchView(SearchView):
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:  # type: ignore[override]
        if request.GET.get("sort") in ORDERS:
            return _marquez(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)


SharedSearchView.__doc__ = SearchView.__doc__  # which describes the operation
