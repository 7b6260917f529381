"""`z2 triggers`: start a workflow by signed messages from elsewhere."""

import click

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
TRIGGER = click.argument("trigger")


@click.group()
def triggers() -> None:
    """Start workflows by signed messages from elsewhere.

    TRIGGER is a name, an id, or the beginning of one.
    """


@triggers.command("list")
@AS_JSON
def all_of_them(*, as_json: bool) -> None:
    """List the triggers by name."""
    from interfaces.cli.client import automatic

    automatic.list_triggers(as_json=as_json)


@triggers.command()
@click.argument("name")
@click.argument("workflow")
@click.option("--title", help="What to call its runs; the name of the trigger without it.")
@click.option("--priority", type=click.IntRange(-10, 10), help="Higher ones go first; else as the workflow says.")
@AS_JSON
def create(name: str, workflow: str, title: str | None, priority: int | None, *, as_json: bool) -> None:
    """Start WORKFLOW by messages; the secret that signs them is printed here and never again."""
    from interfaces.cli.client import automatic
    from interfaces.cli.client.connection import connect
    from interfaces.cli.failure import BadInput

    with connect() as api:
        chosen = automatic.workflow(api, workflow)
        if "workflow_id" not in chosen:
            raise BadInput(f"{workflow} is a template", "name a workflow; a template's is there once it has been run")
        body = {"name": name, "title": title or name, "priority": priority, **chosen}
        made = api.post("/api/triggers", body, automatic.Secret)
    automatic.tell(made, f"trigger {made.id} is made", as_json=as_json)


@triggers.command()
@TRIGGER
@AS_JSON
def show(trigger: str, *, as_json: bool) -> None:
    """Show a trigger, where its messages go, and what the last one started."""
    from interfaces.cli.client import automatic
    from interfaces.cli.client.connection import connect

    with connect() as api:
        automatic.show_trigger(api, trigger, as_json=as_json)


@triggers.command()
@TRIGGER
@AS_JSON
def rotate(trigger: str, *, as_json: bool) -> None:
    """Give it a new secret; for a day the one before it is taken too. From now on it is yours."""
    from interfaces.cli.client import automatic
    from interfaces.cli.client.connection import connect

    with connect() as api:
        trigger_id = automatic.named(api, "trigger", trigger)
        made = api.post(f"/api/triggers/{trigger_id}/secret", {}, automatic.Secret)
    automatic.tell(made, f"trigger {trigger_id} has a new secret", as_json=as_json)


@triggers.command()
@TRIGGER
def pause(trigger: str) -> None:
    """Refuse messages until it is resumed."""
    _change(trigger, "pause", "is paused")


@triggers.command()
@TRIGGER
def resume(trigger: str) -> None:
    """Take messages again."""
    _change(trigger, "resume", "goes on")


@triggers.command()
@TRIGGER
def remove(trigger: str) -> None:
    """Take no messages any more, and forget its secret."""
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        trigger_id = automatic.named(api, "trigger", trigger)
        api.delete(f"/api/triggers/{trigger_id}", wire.Accepted)
    click.echo(f"trigger {trigger_id} is removed")


def _change(trigger: str, verb: str, done: str) -> None:
    from interfaces.cli.client import automatic, wire
    from interfaces.cli.client.connection import connect

    with connect() as api:
        trigger_id = automatic.named(api, "trigger", trigger)
        api.post(f"/api/triggers/{trigger_id}/{verb}", {}, wire.Accepted)
    click.echo(f"trigger {trigger_id} {done}")
