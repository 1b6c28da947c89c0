"""What Prometheus is asked about Feast's servers. Each question is data: a figure, and PromQL with places to fill.

Names and labels are those of Feast 0.67, `feast serve --metrics`. Its servers count a feature value that was read as
`present`, be it null or not, and as `not_found` where the store has none: so nulls at serving time are not told.
"""

from dataclasses import dataclass
from string import Template

WINDOW = "1h"
ONLINE = "/get-online-features"


@dataclass(frozen=True, slots=True)
class Question:
    """`promql` has the places $more (further matchers of labels), $window and $online (the endpoint, quoted)."""

    figure: str
    promql: str
    is_of_views: bool = False

    def filled(self, more: str = "") -> str:
        return Template(self.promql).substitute(more=more, window=WINDOW, online=quoted(ONLINE))


def quoted(text: str) -> str:
    """A string of PromQL, whatever is in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _quantile(figure: str, share: float, buckets: str, matcher: str = "") -> Question:
    inner = ", ".join(filter(None, [matcher, "$more"]))
    return Question(figure, f"histogram_quantile({share}, sum by (le) (rate({buckets}{{{inner}}}[$window])))")


_TOOK = "feast_feature_server_request_latency_seconds_bucket"
_READ = "feast_feature_server_online_store_read_duration_seconds_bucket"
_ASKED = "feast_feature_server_request_total"
_STATUS = "feast_online_features_status_total"
_BY_VIEW = "sum by (project, feature_view)"
# A status that never came up has no series yet, which is zero where others have one.
_PRESENT = f'{_BY_VIEW} (rate({_STATUS}{{status="present", $more}}[$window]))'
_ALL = f"{_BY_VIEW} (rate({_STATUS}{{$more}}[$window]))"
_ERRORS = f'sum(rate({_ASKED}{{endpoint=$online, status="error", $more}}[$window]))'
_REQUESTS = f"sum(rate({_ASKED}{{endpoint=$online, $more}}[$window]))"

QUESTIONS = (
    _quantile("latency_p50", 0.5, _TOOK, "endpoint=$online"),
    _quantile("latency_p95", 0.95, _TOOK, "endpoint=$online"),
    _quantile("latency_p99", 0.99, _TOOK, "endpoint=$online"),
    _quantile("store_read_p99", 0.99, _READ),
    Question("requests_per_second", _REQUESTS),
    Question("error_rate", f"({_ERRORS} or vector(0)) / ({_REQUESTS} > 0)"),
    Question("hit_rate", f"({_PRESENT} or {_ALL} * 0) / ({_ALL} > 0)", is_of_views=True),
    Question("values_per_second", _ALL, is_of_views=True),
)
