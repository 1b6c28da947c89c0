"""What there is to be told about, and how soon people usually want to hear."""

from dataclasses import dataclass

from registry.choices import Cadence


@dataclass(frozen=True, slots=True)
class Event:
    """`label` completes "Tell me when …"."""

    name: str
    label: str
    usual: Cadence = Cadence.NOW


EVENTS = {
    event.name: event
    for event in (
        Event("feature.deprecated", "something my team reads is deprecated"),
        Event("feature.deprecation_changed", "its last day or its replacement changes"),
        Event("feature.deprecation_cancelled", "it stays after all"),
        Event("feature.sunset_approaching", "its last day comes near and we have not moved"),
        Event("feature.sunset_passed", "its last day has passed and somebody still reads it"),
        Event("feature.brownout_announced", "it will be switched off for a while, as a rehearsal"),
        Event("feature.brownout_started", "it is switched off for a while"),
        Event("feature.brownout_ended", "it is served again after that"),
        Event("feature.retired", "it is retired", Cadence.DAILY),
        Event("deprecation.answered", "a reader of my team's feature answers", Cadence.DAILY),
        Event("extension.requested", "a reader of my team's feature asks for more time"),
        Event("extension.decided", "my team's request for more time is decided"),
        Event("plan.waiting", "a plan waits for my team"),
        Event("ownership.offered", "my team is asked to answer for something"),
        Event("ownership.answered", "a team answers what mine has offered"),
        Event("impact.told", "somebody warns of a table or job that something of my team is made from"),
        Event("incident.opened", "something my team answers for breaks"),
        Event("incident.acknowledged", "somebody is at it"),
        Event("incident.resolved", "it is over"),
        Event("incident.upstream", "something my team reads is in an incident, or out of it", Cadence.DAILY),
        # For programs: people hear of the incident that it belongs to.
        Event("health.breached", "a view of my team goes over a limit", Cadence.OFF),
        Event("health.recovered", "it is within its limit again", Cadence.OFF),
        Event("table.changed", "a table that something of my team is made from is dropped, renamed or emptied"),
        Event("audit.fault_found", "the audit log is not what was sealed"),
        Event("audit.anchor_failed", "the audit log's chain could not be written outside"),
        Event("access.requested", "a request for access waits for my decision"),
        Event("access.changes_requested", "changes are asked for in a request of mine"),
        Event("access.commented", "somebody writes about a request of mine, or one that I have decided about"),
        Event("access.approved", "a request of mine is approved"),
        Event("access.denied", "a request of mine is denied"),
        Event("access.withdrawn", "a request of mine is taken back", Cadence.OFF),
        Event("access.unanswered", "a request of mine ends without an answer"),
        Event("access.overdue", "a request that the committee has to decide is nearly due"),
        Event("access.emergency", "somebody has used break-glass access"),
        Event("access.expiring", "access of mine, or of my team's services, ends soon"),
        Event("access.expired", "it has ended", Cadence.DAILY),
        Event("access.revoked", "it is revoked"),
        Event("access.revoking", "a review has decided that access of mine, or of my team's services, ends"),
        Event("review.started", "grants are to be looked at again, and some of them wait for me"),
        Event("review.due", "some of them still wait for me when time runs out"),
        Event("review.completed", "a review that I have started, or that I chair, is completed"),
        Event("access.right_failed", "a store of my team's does not give or take a right"),
        Event("access.right_found", "somebody can read in a store of my team's without a grant"),
        Event("scorecard.attestation_ending", "a statement of mine about the scorecard ends soon"),
        Event("notice.test", "I try a notice"),
        Event("webhook.test", "somebody tries a webhook"),
    )
}
# Nobody chooses these: they come because somebody pressed a button.
ASKED_FOR = frozenset({"notice.test", "webhook.test"})
