"""Research brief: three agents read a document and write a brief of what it says."""

from application.templates.template import Member, Template
from domain.agent import CreateAgent

reader = Member(
    step="read",
    agent=CreateAgent(
        name="Brief reader",
        role="Reader",
        instructions=(
            "You read documents closely for people who have no time to. You report what the document says, in its own"
            " terms, and add nothing that it does not say."
        ),
        task="summarise",
    ),
    prompt=("List the key points of the document in the order in which they stand, each in one or two sentences."),
)

analyst = Member(
    step="question",
    agent=CreateAgent(
        name="Brief analyst",
        role="Analyst",
        instructions=(
            "You question documents. You answer each question only from the document, quote the sentence that carries"
            " the answer, and say so where the document has none. Write each question as a `###` heading and quote"
            " with `>`."
        ),
        task="answer",
    ),
    prompt=(
        "Answer these questions from the document:\n\n"
        "- What problem or subject is described?\n"
        "- What are the main causes?\n"
        "- What is proposed or recommended?\n"
        "- What are the risks and open questions?"
    ),
)

editor = Member(
    step="write",
    agent=CreateAgent(
        name="Brief editor",
        role="Editor",
        instructions=(
            "You write briefs of one page in Markdown from a source and your colleagues' notes: a title, In short"
            " (2-3 sentences), Key points, Questions and answers, Key phrases. You use only what they say, and say"
            " nothing twice."
        ),
        task="compose",
    ),
    prompt="Write the brief.",
    needs=("read", "question"),
)

template = Template(
    name="research-brief",
    title="Research brief",
    description="Reads a document, finds its key points, answers the usual questions, writes a brief.",
    sample="tidal-power.md",
    members=(reader, analyst, editor),
)
