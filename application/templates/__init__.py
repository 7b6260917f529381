"""Teams that are ready to run."""

from application.templates.template import Sample, Template

_BY_COPYING = "It copies sentences; it cannot weigh, compare or judge, and this template needs that."

_ALL = (
    Template(
        name="research-brief",
        team="Brief",
        sample=Sample("Tidal power: a perfect clock that is hard to wind", document="tidal-power.md"),
        offline="All of it, in sentences of the document.",
        needs_model=False,
    ),
    Template(
        name="document-comparison",
        team="Comparison",
        sample=Sample("Two versions of a lease", files={"before": "lease-before.md", "after": "lease-after.md"}),
        offline=_BY_COPYING,
    ),
    Template(
        name="code-review",
        team="Review",
        sample=Sample("A change to an invoice service", document="invoice-totals.diff"),
        offline=_BY_COPYING,
    ),
    Template(
        name="support-triage",
        team="Support",
        sample=Sample("Six tickets of a morning", files={"tickets": "support-tickets.json"}),
        offline=_BY_COPYING,
    ),
    Template(
        name="meeting-actions",
        team="Minutes",
        sample=Sample("Weekly meeting of the harbour project", document="meeting-minutes.md"),
        offline=_BY_COPYING,
    ),
    Template(
        name="contract-check",
        team="Contract",
        sample=Sample("A contract for hosting", document="hosting-contract.md"),
        offline=_BY_COPYING,
    ),
    Template(
        name="table-questions",
        team="Table",
        sample=Sample(
            "Sales of a bakery",
            files={"csv": "bakery-sales.csv"},
            texts={"question": "Which product brought in the most in each month?"},
        ),
        offline="With `sql` in the input the query is done; without it somebody has to write the query.",
        spared_by="sql",
    ),
    Template(
        name="debate",
        team="Debate",
        sample=Sample("Should the town close its main street to cars?", document="main-street.md"),
        offline=_BY_COPYING,
    ),
)

TEMPLATES: dict[str, Template] = {template.name: template for template in _ALL}
