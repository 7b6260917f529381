"""`z2 templates`: teams that are ready to run."""

import click


@click.command()
@click.option("--model", help="The model that the costs are for, such as openai/gpt-6-luna.")
@click.option("--sample", metavar="TEMPLATE", help="Print the sample of a template, as `z2 run` takes it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def templates(model: str | None, sample: str | None, *, as_json: bool) -> None:
    """List the templates with what a run of each on its sample costs: at least, and at most."""
    from interfaces.cli.client import templates as client

    if sample is not None:
        client.sample(sample)
    else:
        client.listed(model, as_json=as_json)
