"""Research brief: four agents read a document and write a brief of what it says."""

from application.templates.template import Member, Template
from domain.agent import CreateAgent

template = Template(
    name="research-brief",
    title="Research brief",
    description="Reads a document, finds its key points and terms, answers the usual questions, writes a brief.",
    sample="tidal-power.md",
    members=(
        Member(
            step="read",
            agent=CreateAgent(
                name="Brief reader",
                role="Reader",
                instructions=(
                    "You read documents closely for people who have no time to. You report what the document says,"
                    " in its own terms, and add nothing that it does not say."
                ),
                task="summarise",
            ),
            prompt="List the key points of the document, the most important first, each in one or two sentences.",
        ),
        Member(
            step="question",
            agent=CreateAgent(
                name="Brief analyst",
                role="Analyst",
                instructions=(
                    "You question documents. You answer each question only from the document, quote the sentence"
                    " that carries the answer, and say so where the document has none."
                ),
                task="answer",
            ),
            prompt=(
                "Answer these questions from the document. What problem or subject does it describe? Why is it"
                " difficult? What are the causes? What is recommended or proposed? What risks and open questions"
                " remain?"
            ),
        ),
        Member(
            step="terms",
            agent=CreateAgent(
                name="Brief indexer",
                role="Indexer",
                instructions="You find the terms that a reader must know to follow a document.",
                task="key_phrases",
            ),
            prompt="List the key terms of the document.",
        ),
        Member(
            step="write",
            agent=CreateAgent(
                name="Brief editor",
                role="Editor",
                instructions=(
                    "You write briefs of one page in Markdown from the work of your colleagues: what it is about,"
                    " the key points, questions and answers, key terms. You invent nothing and repeat nothing."
                ),
                task="compose",
            ),
            prompt="Write the brief.",
            needs=("read", "question", "terms"),
        ),
    ),
)
