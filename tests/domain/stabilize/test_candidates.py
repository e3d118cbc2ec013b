"""A candidate."""

from domain.reviews.fact_reports import report
from domain.stabilize.candidates import CandidateBuilt, CandidateChosen, chosen_candidate
from tests.domain.openings import PROPOSED, GivenPast

ONE, TWO = f"sha256:{1:064x}", f"sha256:{2:064x}"
BUILT = CandidateBuilt(candidate="rc1", digest=ONE, build="b1", components=("server", "pages"))
NEXT = CandidateBuilt(candidate="rc2", digest=TWO)
CHOSEN = CandidateChosen(candidate="rc1", digest=ONE)


def test_is_built(given: GivenPast) -> None:
    given(PROPOSED).when(report(BUILT)).then(BUILT)


def test_told_again_unchanged_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(BUILT)).then_nothing()


def test_has_the_same_bytes_for_ever(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(BUILT.model_copy(update={"digest": TWO}))).then_rejected(
        "digest: candidate rc1 is recorded with another digest"
    )


def test_is_chosen(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(CHOSEN)).then(CHOSEN)


def test_chosen_again_says_nothing_new(given: GivenPast) -> None:
    given(PROPOSED, BUILT, CHOSEN).when(report(CHOSEN)).then_nothing()


def test_that_was_never_built_is_not_chosen(given: GivenPast) -> None:
    given(PROPOSED).when(report(CHOSEN)).then_rejected(
        "candidate: candidate rc1 is not recorded; record it first .build-candidate."
    )


def test_is_chosen_by_its_own_digest(given: GivenPast) -> None:
    given(PROPOSED, BUILT).when(report(CandidateChosen(candidate="rc1", digest=TWO))).then_rejected(
        "digest: candidate rc1 is recorded with another digest; give the recorded digest"
    )


def test_chosen_is_the_last_word_even_where_it_goes_back(given: GivenPast) -> None:
    second = CandidateChosen(candidate="rc2", digest=TWO)
    past = given(PROPOSED, BUILT, NEXT, CHOSEN, second)
    past.when(report(CHOSEN)).then(CHOSEN)
    chosen = chosen_candidate(past.project())
    assert chosen
    assert chosen.event == second
    assert chosen_candidate(given(PROPOSED, BUILT).project()) is None
