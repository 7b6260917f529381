"""What general questions ask for: the words of the question, and the words by which a text tells that it answers.

"What are the main causes?" shares no word with "The wall broke because it had been built on sand." A question that has
one of the `asked` words is therefore widened by the words that tell an answer, as in query expansion for retrieval.
"""

import re
from collections.abc import Sequence

from domain.kernel import Record


class Intent(Record):
    """The words that a question or a heading asks with, and the words that tell an answer, clearly or perhaps."""

    asked: frozenset[str]
    clearly: re.Pattern[str]
    perhaps: re.Pattern[str]


def _intent(asked: str, clearly: str, perhaps: str) -> Intent:
    return Intent(frozenset(asked.split()), _pattern(clearly), _pattern(perhaps))


def _pattern(phrases: str) -> re.Pattern[str]:
    joined = "|".join(re.escape(" ".join(phrase.split())) for phrase in phrases.split(","))
    return re.compile(rf"\b(?:{joined})\b", re.IGNORECASE)


INTENTS: Sequence[Intent] = (
    _intent(
        """problem problems difficulty difficulties obstacle obstacles challenge challenges issue issues hard difficult
        wrong probleme schwierigkeit schwierigkeiten schwer schwierig hindernis hindernisse herausforderung
        herausforderungen""",
        """problem, problems, obstacle, obstacles, difficulty, difficulties, challenge, challenges, puzzle, trouble,
        drawback, drawbacks, barrier, barriers, probleme, schwierigkeit, schwierigkeiten, hindernis, hindernisse,
        herausforderung, herausforderungen""",
        """difficult, hard, harder, fail, fails, failed, failure, failures, lack, lacks, suffer, suffers, suffered,
        cannot, schwierig, scheitert, scheiterte, mangel, fehlt, leidet""",
    ),
    _intent(
        "cause causes caused reason reasons why ursache ursachen grund gründe warum weshalb",
        """because, due to, owing to, cause, causes, caused, reason, reasons, results from, result of, led to, leads to,
        for this reason, weil, ursache, ursachen, verursacht, grund dafür, gründe, wegen, aufgrund, führt zu, führte zu,
        liegt daran""",
        "owe, owes, therefore, comes from, since, given by, so that, denn, daher, deshalb, dadurch",
    ),
    _intent(
        """proposed proposal proposals propose recommended recommend recommends recommendation recommendations suggested
        suggest suggestions solution solutions solve advice remedy improve help should done empfohlen empfehlung
        empfehlungen vorgeschlagen vorschlag vorschläge lösung lösungen empfiehlt hilft tun""",
        """propose, proposes, proposed, proposal, recommend, recommends, recommended, recommendation, should, ought to,
        solution, solutions, remedy, first step, second step, third step, fourth step, next step, empfehlen, empfiehlt,
        empfohlen, empfehlung, vorschlag, vorgeschlagen, sollte, sollten, lösung, lösungen, erster schritt,
        zweiter schritt""",
        "could, need to, needs to, has to, have to, must, would help, improve, plan, könnte, könnten, müsste, müssten",
    ),
    _intent(
        """risk risks danger dangers threat threats concern concerns uncertain uncertainty uncertainties unknown unclear
        open unanswered unresolved limitation limitations risiko risiken gefahr gefahren bedenken offen offene offenen
        unklar ungewiss""",
        """risk, risks, danger, dangers, dangerous, threat, threats, concerns, main concern, uncertain, uncertainty,
        unclear, unknown, nobody knows, not known, cannot be answered, open question, open questions, risiko, risiken,
        gefahr, gefahren, gefährlich, bedenken, unklar, ungewiss, unbekannt, niemand weiß, offene frage,
        offene fragen""",
        """harm, harmful, may be, may be abandoned, cannot prove, whether, damage, never observed, questions, schaden,
        schäden, ob, fraglich, fragen""",
    ),
    _intent(
        """benefit benefits advantage advantages strength strengths gain gains opportunity opportunities vorteil
        vorteile nutzen chance chancen stärke stärken""",
        """benefit, benefits, advantage, advantages, strength, strengths, opportunity, opportunities, vorteil, vorteile,
        nutzen, stärke, stärken, chance, chancen""",
        """cheaper, better, saves, gain, gains, useful, reliable, predictable, inexhaustible, value, worth, protect,
        lasts, günstiger, besser, spart, zuverlässig""",
    ),
    _intent(
        """conclusion conclusions conclude result results outcome finding findings found ergebnis ergebnisse fazit
        schlussfolgerung schlussfolgerungen""",
        """conclude, concludes, concluded, conclusion, finding, findings, in short, with confidence, in conclusion,
        fazit, ergebnis, ergebnisse, schlussfolgerung, insgesamt""",
        "result, results, found, shows, showed, shown, therefore, zeigt, zeigte, folglich",
    ),
    _intent(
        "cost costs price prices expensive money budget kosten kostet preis preise teuer geld",
        "cost, costs, price, prices, expensive, money, kosten, kostet, preis, preise, teuer, geld",
        "cheap, cheaper, budget, pay, paid, invest, investors, unaffordable, billig, zahlen, investieren",
    ),
)

ORDINAL = re.compile(r"\b(?:first|second|third|fourth|fifth|erste[rns]?|zweite[rns]?|dritte[rns]?)\b", re.IGNORECASE)

ABOUT_THE_TEXT = frozenset(
    str.split(
        """
    described describe describes discussed discuss discusses mentioned mention mentions stated state states explained
    explain explains document documents text article report paper author authors source main key central important most
    given list listed summarise summarize according answer answers question questions information topic subject about
    remain remains remaining exist exists face faces arise arises involved concern concerned
    beschrieben beschreibt genannt genannte genannten erwähnt erklärt dokument dokumente text artikel bericht autor
    autoren autorin quelle wichtigste wichtigsten wesentlich wesentlichen laut thema frage fragen
    """
    )
)
"""Words by which a question speaks about the text itself and that say nothing about the answer."""


def asked_in(words: Sequence[str]) -> list[Intent]:
    """The intents of a question or of a heading."""
    return [intent for intent in INTENTS if intent.asked.intersection(words)]
