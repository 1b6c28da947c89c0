"""What has happened, for programs that cannot be called: the events of webhooks, asked for."""

from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from common.pagination import LIMIT_SCHEMA, limit
from common.parameters import Parameter
from common.problems import Gone, InvalidParameter
from registry.api.endpoints import Endpoint
from registry.choices import Scope
from registry.queries.events import NotKept, events_after
from registry.serializers.webhooks import WebhookEventsSerializer


class EventListView(Endpoint):
    """What has happened since you asked last, oldest first: what webhooks of your teams are told, and what everybody is
    told of features that you see. Ask again with `after` of the answer, once a minute for example.

    Nothing deletes events by itself. Where somebody has, or a backup was restored, `after` may be a place that is not
    there any longer: that is 410, never a gap.
    """

    required_scopes = {"GET": Scope.FEATURES_READ}
    parameters = {
        "GET": (
            Parameter("after", "`after` of the answer before. Without it: from the oldest event that is kept."),
            Parameter("limit", "Events in a page.", LIMIT_SCHEMA),
        )
    }
    other_problems = {"GET": (410,)}

    @extend_schema(responses=WebhookEventsSerializer)
    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        try:
            found = events_after(self.actor, _after(query), limit=limit(query))
        except NotKept:
            detail = "What came after this is not all kept: events were deleted, or a backup was restored."
            raise Gone(detail, fix="Ask without after, and compare what you hold with the registry.") from None
        return self.answer({"data": found.data, "after": str(found.after), "has_more": found.has_more})


def _after(query: QueryDict) -> int | None:
    text = query.get("after", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        detail = "Take after of the answer before."
        raise InvalidParameter(detail, errors=[{"parameter": "after", "code": "invalid_after", "detail": detail}])
    return int(text)
