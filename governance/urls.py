"""Addresses of governance's pages."""

from django.urls import path

import common.names  # noqa: F401  registers <name:...>
from governance.views import announcing, announcing_many, audit, classes, deprecations, naming

app_name = "governance"
urlpatterns = [
    path("audit/", audit.audit, name="audit"),
    path("classes/", classes.listing, name="classes"),
    path("classes/<name:reference>/", classes.page, name="class-suggestion"),
    path("classes/<name:reference>/accept", classes.accept, name="class-accept"),
    path("classes/<name:reference>/decline", classes.decline, name="class-decline"),
    path("f/<name:project>/<name:view>/<name:feature>/lineage/class", classes.panel, name="feature-class"),
    path("policies/", naming.listing, name="policies"),
    path("policies/naming/new/", naming.new, name="naming-rule-new"),
    path("policies/naming/<name:reference>/", naming.rule, name="naming-rule"),
    path("policies/naming/<name:reference>/remove", naming.remove, name="naming-rule-remove"),
    path("policies/words/add", naming.add_word, name="name-word-add"),
    path("policies/words/<int:number>/remove", naming.remove_word, name="name-word-remove"),
    path("policies/exceptions/add", naming.waive, name="name-waive"),
    path("policies/shared/decide", naming.decide, name="name-decide"),
    path("deprecations/", deprecations.listing, name="deprecations"),
    path("deprecations/calendar", deprecations.subscribe, name="deprecations-subscribe"),
    path("deprecate", announcing_many.page, name="deprecate-many"),
    path("f/<name:project>/<name:view>/<name:feature>/deprecate/", announcing.begin, name="deprecate"),
    path("deprecations/<name:reference>/draft/<slug:step>/", announcing.step, name="announcing"),
    path("deprecations/<name:reference>/draft/announce", announcing.publish, name="announcing-publish"),
    path("deprecations/<name:reference>/draft/discard", announcing.discard, name="announcing-discard"),
    path("deprecations/<name:reference>/draft/try", announcing.try_it, name="announcing-try"),
    path("deprecations/<name:reference>/", deprecations.page, name="deprecation"),
    path("deprecations/<name:reference>/remind", deprecations.remind, name="deprecation-remind"),
    path("deprecations/<name:reference>/extensions/<int:number>", deprecations.decide, name="extension-decide"),
    path("deprecations/<name:reference>/readers/<int:number>/waive", deprecations.waive, name="reader-waive"),
]
