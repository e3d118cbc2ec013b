"""Definitions: what each figure of the effectiveness pages counts or measures."""

from collections.abc import Mapping

TITLES = {"phases": "Phases", "gates": "Gates", "projects": "Projects"}

DEFINITIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "phases": {
        "n": ("All", "Phases that a project entered or worked in, once per project."),
        "entered": ("Entered", "Projects that entered the phase: by passing the gate before it, or by their proposal."),
        "finished": ("Finished", "Projects that passed the gate at the end of the phase."),
        "open": ("Open", "Projects that are in the phase now. They have no duration yet, so no median contains them."),
        "held": ("Held", "Open projects that are held now."),
        "measured": (
            "Measured", "Finished, with exact start and end times. Median and percentile use only these.",
        ),
        "worked": ("Work measured", "Measured, and the first fact of the phase's own work has an exact time too."),
        "ever_held": ("Ever held", "Projects that were held in the phase and resumed."),
        "not_measured": (
            "Not measured", "Finished, but the start or end time is only reported, inferred, or an upper bound.",
        ),
        "returned": ("Returned", "Projects that were sent back to this phase at least once."),
        "lost": ("Lost", "Projects that had entered the phase and were returned to an earlier one."),
        "cancelled": ("Cancelled", "Projects that were cancelled in the phase."),
        "passed_over": ("Skipped", "Projects that reached a later milestone without the one that ends this phase."),
    },
    "gates": {
        "n": ("All", "Attempts, and gates passed without a review: by standing approval or in an imported history."),
        "called": ("Called", "Reviews that were called. A review of several gates is one attempt at each gate."),
        "waiting": ("Pending", "Attempts without a decision."),
        "decided": ("Decided", "Attempts with a decision of any outcome. Withdrawn and cancelled ones don't count."),
        "first_pass": (
            "First pass",
            (
                "Approved at the first attempt without conditions. Divided by decided attempts, this is the first-pass "
                "yield. Standing approvals and imported milestones have no review, so they don't count."
            ),
        ),
        "first_pass_with_conditions": ("With conditions", "Approved at the first attempt with conditions."),
        "returned": ("Returned", "Attempts whose decision returned the work for rework."),
        "withdrawn": ("Withdrawn", "Attempts that were withdrawn before a decision."),
        "refused": ("Refused", "Attempts that were refused at least once because a blocking control was unmet."),
        "lost": ("Lost later", "Passed, but lost later: by a reversal, or by a return to an earlier phase."),
        "standing": ("Standing", "Passed by standing approval, without a review."),
        "observed": ("Observed", "Passed without a review in Milepost: imported, observed or inferred."),
        "with_results": (
            "With results",
            "Attempts with recorded control results. The controls evaluated are the sum of these results.",
        ),
        "with_waivers": ("With waivers", "Attempts decided with at least one control waived."),
        "with_deferrals": ("With deferrals", "Attempts decided with at least one control deferred."),
        "with_warnings": ("With warnings", "Attempts decided with at least one warning."),
        "breached": ("Breached", "Attempts with a recorded breach."),
        "measured": (
            "Measured", "Decided, with exact times of call and decision. Median and percentile use only these.",
        ),
        "not_measured": ("Not measured", "Decided, but the time of the call or of the decision is not exact."),
    },
    "projects": {
        "n": ("All", "Projects in any state."),
        "active": ("Active", "Projects that are neither held, deployed nor cancelled."),
        "held": ("Held", "Projects on hold until something outside the project happens."),
        "deployed": ("Deployed", "Projects that passed all gates."),
        "cancelled": ("Cancelled", "Projects that were cancelled before deployment."),
        "emergency": ("Emergency", "Projects that have emergency priority now, in any category."),
        "lowered": ("Lowered", "Projects whose category was lowered at least once."),
        "breached": ("Breached", "Projects with at least one recorded breach."),
        "with_deferrals": (
            "With deferrals", "Projects that passed a gate with a deferred control that no later decision found met.",
        ),
        "with_conditions": ("With conditions", "Projects with an open condition of an approval."),
        "with_waivers": ("With waivers", "Projects with a granted waiver that is not revoked."),
    },
}  # fmt: skip

MEASURES = {
    "gate-to-gate": (
        "Gate to gate",
        (
            "Days from the milestone before the phase to the one that ends it, without holds. Half of the phases "
            "took no longer than the median, 85 of 100 no longer than the 85th percentile."
        ),
    ),
    "work": ("Work", "Days from the first fact of the phase's own work to the milestone that ends it."),
    "waiting-time": ("Call to decision", "Hours from the call of a review to its decision, without holds."),
    "n": ("n", "The number of counted rows. A share or median of no rows is a dash, never zero."),
    "cohort": (
        "Cohort",
        (
            "Attributes have their values of when the phase was entered or the review called. One figure never "
            "mixes live, simulated and imported projects."
        ),
    ),
}
