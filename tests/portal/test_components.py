"""Components: each shows what it is given, says what it lacks, and treats every text as text."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django import forms
from django.conf import settings

from registry.choices import Health, PrivacyClass, PullState, VersionState
from tests.portal.rendering import rendered

FOLDER = Path(settings.BASE_DIR) / "templates" / "cotton"
STYLES = (Path(settings.BASE_DIR) / "static" / "portal" / "charter.css").read_text()
pytestmark = pytest.mark.usefixtures("static_files")
HOSTILE = "\"'><script>alert(1)</script>"


class NameForm(forms.Form):
    name = forms.SlugField(label="Feature name", help_text="Lower case")
    note = forms.CharField(required=False)
    online = forms.BooleanField(required=False)
    mode = forms.ChoiceField(choices=[("a", "Hourly")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


# One use of each component with a hostile text in every attribute that takes text, both ways of passing it.
USES = [
    '<c-chip :state="x" :label="x" :title="x" :href="x" />',
    '<c-chip state="{{ x }}" label="{{ x }}" title="{{ x }}" href="{{ x }}" />',
    '<c-page-header :title="x" mono><c-slot name="chips">{{ x }}</c-slot>{{ x }}</c-page-header>',
    '<c-page-header :title="x"><c-slot name="actions">{{ x }}</c-slot></c-page-header>',
    '<c-tile :label="x" :value="x" :state="x" :word="x" :note="x">{{ x }}</c-tile>',
    '<c-tile label="{{ x }}" absent="{{ x }}" />',
    '<c-panel :title="x" :note="x" :id="x"><c-slot name="actions">{{ x }}</c-slot>{{ x }}</c-panel>',
    '<c-banner :kind="x" :title="x">{{ x }}<c-slot name="actions">{{ x }}</c-slot></c-banner>',
    '<c-empty :title="x">{{ x }}<c-slot name="actions">{{ x }}</c-slot></c-empty>',
    '<c-tabs :label="x"><c-tab :href="x" :label="x" :count="x" /></c-tabs>',
    '<c-crumbs><c-crumb :href="x" :label="x" /></c-crumbs>',
    '<c-copy :value="x" :label="x" :key="x" />',
    '<c-copy value="{{ x }}" />',
    '<c-code :label="x">{{ x }}</c-code>',
    '<c-field :field="form.name" :label="x" :hint="x" />',
    '<c-error-summary :form="form" />',
    '<c-progress :label="x" :done="1" :total="2" />',
    '<c-team :name="x" :url="x" />',
    '<c-key :of="x" />',
    '<c-table :label="x" :id="x"><c-slot name="head"><c-column :label="x" :url="x" :sorted="x" /></c-slot></c-table>',
    '<c-column :label="x" quiet />',
    '<c-list-links :csv="x" :api="x">{{ x }}</c-list-links>',
    '<c-more :url="x" :target="x" :label="x" />',
    '<c-selection :noun="x" :limit="x">{{ x }}</c-selection>',
    '<c-facet :legend="x" :name="x" :options="options" />',
    '<c-query :action="x" :suggest="x" :value="x" :id="x"><c-slot name="hidden">{{ x }}</c-slot></c-query>',
    '<c-suggestions :groups="groups" />',
    '<c-sheet :id="x" :label="x">{{ x }}</c-sheet>',
    '<c-steps :steps="steps" />',
    '<c-event :who="x" :title="x">{{ x }}</c-event>',
    '<c-diff :changes="changes" />',
    '<c-figure :url="x" :label="x">{{ x }}</c-figure>',
]


@pytest.mark.parametrize("use", USES)
def test_hostile_text_stays_text(use: str) -> None:
    markup = rendered(
        use,
        x=HOSTILE,
        form=NameForm({"name": HOSTILE, "mode": HOSTILE}),
        options=[{"value": HOSTILE, "label": HOSTILE, "count": 1, "is_selected": False}],
        groups=[{"label": HOSTILE, "items": [{"label": HOSTILE, "note": HOSTILE, "url": HOSTILE, "insert": HOSTILE}]}],
        steps=[{"label": HOSTILE, "note": HOSTILE, "url": HOSTILE, "state": HOSTILE}],
        changes=[{"field": HOSTILE, "old": HOSTILE, "new": HOSTILE}],
    )
    assert "<script>alert" not in markup
    assert "\"'>" not in markup
    assert "&amp;lt;" not in markup, "escaped twice"


def test_every_component_is_tried_and_documented() -> None:
    components = {path.stem.replace("_", "-") for path in FOLDER.glob("*.html")}
    assert [name for name in components if not any(f"<c-{name}" in use for use in USES)] == []
    assert [path.name for path in FOLDER.glob("*.html") if not path.read_text().startswith("{% comment %}")] == []


def test_no_component_styles_itself_or_repeats_unknown_attributes() -> None:
    """Inline styles are refused by the browser; cotton's {{ attrs }} does not escape what it repeats."""
    assert [path.name for path in FOLDER.glob("*.html") if " style=" in path.read_text()] == []
    assert [path.name for path in FOLDER.glob("*.html") if "{{ attrs" in path.read_text()] == []


@pytest.mark.parametrize("state", [*Health.values, *VersionState.values, *PullState.values, *PrivacyClass.values])
def test_every_state_of_the_registry_has_a_shape_of_its_own(state: str) -> None:
    markup = rendered('<c-chip :state="state" />', state=state)
    css_class = state or "unclassified"
    assert f'class="chip {css_class}"' in markup
    assert f".{css_class}" in STYLES


@pytest.mark.parametrize(
    ("use", "word"),
    [
        ('<c-chip state="ok" />', "OK"),
        ('<c-chip state="warn" />', "At risk"),
        ('<c-chip state="crit" />', "Breached"),
        ('<c-chip state="deprecated" />', "Deprecated"),
        ('<c-chip state="" />', "Unclassified"),
        ('<c-chip state="ok" label="Fresh" />', "Fresh"),
    ],
)
def test_chip_always_has_a_word(use: str, word: str) -> None:
    assert rendered(use).endswith(f">{word}</span>")


def test_chip_takes_nothing_from_the_page_around_it() -> None:
    assert rendered('<c-chip state="ok" />', label="stray", title="stray", href="/stray") == rendered(
        '<c-chip state="ok" />'
    )


def test_tile_says_when_nothing_was_measured() -> None:
    markup = rendered('<c-tile label="Freshness" value="" state="ok" absent="Not measured yet · next run 14:00" />')
    assert "Not measured yet · next run 14:00" in markup
    assert "chip" not in markup, "what was never measured is not healthy"


def test_tile_shows_zero() -> None:
    assert ">0 %<" in rendered('<c-tile label="Null rate" value="{{ rate|percent }}" />', rate=0)


def test_nobody_owning_a_thing_is_a_finding() -> None:
    assert "No owner" in rendered('<c-team name="" />')


def test_field_ties_hint_and_error_to_its_control() -> None:
    markup = rendered('<c-field :field="form.name" />', form=NameForm({"name": "Avg Amount"}))
    assert '<label for="id_name">Feature name</label>' in markup
    assert 'aria-describedby="id_name_helptext id_name_error"' in markup
    assert 'id="id_name_helptext">Lower case' in markup
    assert 'id="id_name_error"' in markup
    assert 'aria-invalid="true"' in markup


def test_summary_says_the_same_words_and_links_to_the_field() -> None:
    form = NameForm({"mode": "a"})
    assert '<a href="#id_name">Feature name: This field is required.</a>' in rendered(
        '<c-error-summary :form="form" />', form=form
    )


def test_summary_of_a_right_form_is_nothing() -> None:
    assert rendered('<c-error-summary :form="form" />', form=NameForm({"name": "a", "mode": "a"})) == ""


def test_optional_fields_say_so_and_hidden_ones_nothing() -> None:
    form = NameForm()
    assert "optional" in rendered('<c-field :field="form.note" />', form=form)
    assert rendered('<c-field :field="form.token" />', form=form) == '<input type="hidden" name="token" id="id_token">'


def test_choices_of_one_question_are_one_group() -> None:
    assert "<fieldset" in rendered('<c-field :field="form.mode" />', form=NameForm())


def test_progress_without_a_total_claims_no_share() -> None:
    markup = rendered('<c-progress label="Reading" :done="5" />')
    assert "max=" not in markup
    assert ">5</span>" in markup


def test_progress_tells_counts_rate_and_time_left() -> None:
    markup = rendered(
        '<c-progress label="Reading" :done="140" :total="1214" :rate="32" :left="left" />', left=timedelta(seconds=34)
    )
    assert "140 of 1,214 · 32/s · about 34 s left" in markup
    assert '<progress aria-label="Reading" value="140" max="1214">' in markup


def test_facet_keeps_eight_in_sight_and_zero_counts_in_grey() -> None:
    options = [
        {"value": i, "label": f"team {i}", "count": 0 if i == 1 else 5, "is_selected": i == 2} for i in range(11)
    ]
    markup = rendered('<c-facet legend="Owner" name="owner" :options="options" />', options=options)
    assert markup.index("team 7") < markup.index("<summary>3 more</summary>") < markup.index("team 8")
    assert markup.count("is-zero") == 1
    assert markup.count(" checked") == 1


def test_current_tab_and_sorted_column_are_announced() -> None:
    assert 'aria-current="page"' in rendered('<c-tab href="#a" label="Overview" current />')
    assert "aria-current" not in rendered('<c-tab href="#a" label="Overview" :current="False" />')
    assert 'aria-sort="descending"' in rendered('<c-column label="Name" url="?sort=name" sorted="descending" />')


def test_tab_counts_zero_but_not_nothing() -> None:
    assert '<span class="num">0</span>' in rendered('<c-tab href="#a" label="Versions" :count="0" />')
    assert "num" not in rendered('<c-tab href="#a" label="Health" />')


def test_search_box_works_as_a_plain_form() -> None:
    markup = rendered('<c-query action="/search" value="avg" />')
    assert 'action="/search"' in markup
    assert 'name="q" value="avg"' in markup
    assert "hx-get" not in markup


def test_more_is_a_link_that_ends() -> None:
    assert 'href="/f?cursor=x"' in rendered('<c-more url="/f?cursor=x" target="#rows" />')
    assert rendered('<c-more url="" />') == ""


def test_diff_shows_what_came_and_what_went() -> None:
    changes = [{"field": "ttl", "old": "7 d", "new": "3 d"}, {"field": "unit", "old": "", "new": "EUR"}]
    markup = rendered('<c-diff :changes="changes" />', changes=changes)
    assert "<del>7 d</del><ins>3 d</ins>" in markup
    assert markup.count("<del>") == 1


def test_moment_is_machine_readable_and_exact_on_hover() -> None:
    at = datetime(2020, 3, 3, 8, 0, tzinfo=UTC)
    assert (
        rendered("{% moment at %}", at=at)
        == '<time datetime="2020-03-03T08:00:00+00:00" title="3 Mar 2020, 08:00 UTC">3 Mar 2020</time>'
    )
    assert rendered('{% moment None absent="not measured yet" %}') == '<span class="muted">not measured yet</span>'
