"""Definitions: what each figure of the effectiveness pages counts, and why it is told in that way."""

from collections.abc import Mapping

OF = {"phases": "Phases", "gates": "Gates", "projects": "Projects"}

DEFINITIONS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "phases": {
        "n": ("All", "Phases that a project came into or worked in, each once a project."),
        "entered": ("Entered", "Projects that came into the phase: through the gate before it, or by being proposed."),
        "finished": ("Finished", "Projects that passed the gate at its end."),
        "open": ("Open", "Projects that are in it now. They have no duration yet, so they stand in no median."),
        "held": ("Held", "Those of the open ones that are held now."),
        "measured": (
            "Measured", "Finished, with both moments known exactly. Only these make the median and the percentile.",
        ),
        "worked": ("Work measured", "Measured, and the first fact of the phase's own work has an exact time as well."),
        "ever_held": ("Held for a while", "Projects that were held in it and resumed; the time makes the days held."),
        "not_measured": (
            "Not measured", "Finished, but a moment is only reported, inferred, or known as a latest one.",
        ),
        "returned": ("Returned", "Projects that were sent back to this phase at least once."),
        "lost": ("Lost", "It had been entered, and the project went back to an earlier phase."),
        "cancelled": ("Cancelled", "Projects that were cancelled in it."),
        "passed_over": ("Passed over", "A later milestone was reached without the one that ends this phase."),
    },
    "gates": {
        "n": ("All", "Attempts, and passages without a review: by standing approval, or as a source tells them."),
        "called": ("Called", "Attempts: reviews that were called. A review over several gates is one attempt at each."),
        "waiting": ("Waiting", "Attempts that nobody has decided yet."),
        "decided": ("Decided", "Attempts that were decided, with any outcome; withdrawn and cancelled ones are not."),
        "first_pass": (
            "First pass",
            (
                "Approved at the first attempt without conditions; of what was decided this is the first-pass yield. "
                "Standing approvals and imported milestones are not in it: nobody reviewed them."
            ),
        ),
        "first_pass_with_conditions": ("With conditions", "Approved at the first attempt, but with conditions."),
        "returned": ("Returned", "Decided by sending the work back."),
        "withdrawn": ("Withdrawn", "Attempts that were taken back before they were decided."),
        "refused": ("Refused", "Attempts that the gate refused at least once because a blocking control was unmet."),
        "lost": ("Lost later", "Passed, and lost again: by a reversal, or because the project was returned."),
        "standing": ("Standing", "Passed by standing approval, without a review."),
        "observed": ("Observed", "Passed as a source tells it: imported, observed or inferred, without a review here."),
        "with_results": (
            "With results",
            "Attempts with the results of controls on record; all of these are the controls evaluated, at decisions.",
        ),
        "with_waivers": ("With waivers", "Attempts decided with at least one control waived."),
        "with_deferrals": ("With deferrals", "Attempts decided with at least one deferred control."),
        "with_warnings": ("With warnings", "Attempts decided although at least one control warned."),
        "breached": ("Breached", "Attempts with a breach of the rules on record."),
        "measured": (
            "Measured", "Decided, with call and decision known exactly. Only these make the median and the percentile.",
        ),
        "not_measured": ("Not measured", "Decided, but call or decision is not known exactly."),
    },
    "projects": {
        "n": ("All", "Projects, whatever became of them."),
        "active": ("Active", "On their way, neither held nor over."),
        "held": ("Held", "They wait for something outside the project."),
        "deployed": ("Deployed", "Past all gates."),
        "cancelled": ("Cancelled", "Ended without deployment."),
        "emergency": ("Emergency", "Of emergency priority now, whatever the category."),
        "lowered": ("Lowered", "Their category was lowered at least once after it had been set."),
        "breached": ("Breached", "With at least one breach of the rules on record."),
        "with_deferrals": (
            "With deferrals", "Passed a gate with a deferred control that no later decision found met.",
        ),
        "with_conditions": ("With conditions", "With a condition of an approval that is still open."),
        "with_waivers": ("With waivers", "With a waiver that was granted and not revoked."),
    },
}  # fmt: skip

MEASURES = {
    "gate-to-gate": (
        "Gate to gate",
        (
            "From the milestone before to the one that ends the phase, holds left out, in days. The median is the "
            "middle one; 85 of 100 took no longer than the 85th percentile."
        ),
    ),
    "work": ("Work", "From the first fact of the phase's own work to the milestone at its end, in days."),
    "waiting-time": ("Call to decision", "From the call of a review to its decision, holds left out, in hours."),
    "n": ("n", "How many are counted. A share or a median of nothing is shown as a dash, never as zero."),
    "cohort": (
        "Cohort",
        (
            "Attributes are as they were when the phase was entered or the review was called. Live, simulated and "
            "imported projects are never mixed."
        ),
    ),
}
