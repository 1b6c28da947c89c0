"""The style page: every component with made-up content, for those who build pages, and for the browser tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.pictures import Stretch

CHIPS = {
    "Health": ["ok", "warn", "crit", "unknown"],
    "Version": ["draft", "active", "deprecated", "quarantined", "retired"],
    "Personal data": ["", "none", "pseudonymous", "quasi-identifier", "direct-identifier", "special-category"],
    "Pull": ["queued", "running", "succeeded", "partial", "failed", "cancelled"],
}
AGES = [58.0, 61, 63, 60, 66, None, None, 62, 59, 64, 71, 90, 126, 70, 62, 60, 64, 61, 59, 64]
NULLS = [0.006, 0.007, 0.006, 0.008, 0.007, 0.007, 0.006, 0.007, 0.007, 0.007]
BINS = [2, 5, 11, 19, 24, 20, 12, 7, 4, 2, 1]
RUNS = [("ok", "20 Nov, 12:00: succeeded")] * 17 + [("warn", "partly"), ("crit", "failed"), ("unknown", "no run")]
BASELINE = [1, 4, 12, 22, 26, 18, 10, 5, 2, 1, 1]


class ExampleForm(forms.Form):
    """One field of each sort."""

    name = forms.SlugField(help_text="Lower case, digits and underscores: <code>avg_amount_7d</code>")
    kind = forms.ChoiceField(choices=[("file", "Registry file"), ("sql", "SQL registry")])
    mode = forms.ChoiceField(choices=[("a", "Every hour"), ("b", "Every day")], widget=forms.RadioSelect, initial="a")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    online = forms.BooleanField(required=False, label="Served online")


def _timeline(now: datetime) -> dict[str, Any]:
    """Two versions, the first one deprecated and with a sunset ahead."""
    deprecated, sunset = now - timedelta(days=50), now + timedelta(days=72)
    first = now - timedelta(days=600)
    rows = [
        [Stretch(first, deprecated, "v1 mean"), Stretch(deprecated, sunset, "deprecated", "warn")],
        [Stretch(now - timedelta(days=62), sunset, "v2 trimmed mean")],
    ]
    return {"rows": rows, "now": now, "marks": [(sunset, f"sunset {sunset:%-d %b}")]}


def design_page(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC)
    wrong = ExampleForm({"name": "Avg Amount", "kind": "redis", "mode": "a"})
    context = {
        "chips": CHIPS,
        "ages": AGES,
        "nulls": NULLS,
        "bins": BINS,
        "baseline": BASELINE,
        "timeline": _timeline(now),
        "runs": RUNS,
        "moments": [now - timedelta(hours=3), now + timedelta(hours=5), now - timedelta(days=300)],
        "form": ExampleForm(),
        "wrong": wrong,
        "options": [{"value": i, "label": f"entity_{i}", "count": 12 - i, "is_selected": i == 1} for i in range(13)],
        "steps": [
            {"label": "Connect", "note": "feast_prod answers", "state": "done", "url": "#steps"},
            {"label": "Preview", "note": "214 features would be added", "state": "current"},
            {"label": "Import", "note": ""},
        ],
        "changes": [
            {"field": "ttl", "old": "7 d", "new": "3 d"},
            {"field": "unit", "old": "", "new": "EUR"},
        ],
    }
    return render(request, "portal/design.html", context)
