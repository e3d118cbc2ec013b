"""The sentence on an event."""

from domain.envision.risks import RiskAssessed
from domain.event import catalogue
from domain.values import Sealed
from projections.event_sentence import describe


def test_sentence_names_the_kind_and_the_fields() -> None:
    risk = RiskAssessed(risk="flood", statement="the river rises", reason="it rained")
    assert describe(risk) == "Risk assessed: flood, statement the river rises, state open"


def test_sentence_keeps_a_sealed_text_sealed() -> None:
    sentence = describe(RiskAssessed(risk="flood", statement=Sealed(sealed="k", box="AAAA")))
    assert ("[sealed]" in sentence, "AAAA" in sentence) == (True, False)


def test_sentence_of_long_values_is_cut() -> None:
    assert len(describe(RiskAssessed(risk="flood", statement="rain " * 1000))) < 200


def test_sentence_begins_with_a_title_of_its_own_for_every_kind() -> None:
    kinds = {kind.event for kind in catalogue().values()}
    titles = {describe(kind.model_construct(**dict.fromkeys(kind.model_fields))) for kind in kinds}
    assert len(titles) == len(kinds)
    assert all(title[0].isupper() and not set(title) & set("./-") for title in titles)
