"""`z2 chat`: a conversation with an agent, in the terminal."""

import click


@click.command()
@click.argument("agent", required=False)
@click.option(
    "--resume", metavar="SESSION|last", help="Go on with a session, by its id, the beginning of it, or `last`."
)
@click.option("--title", help="What to call a new session; it is called after the first message without it.")
@click.option("--model", help="The model that answers, such as openai/gpt-6-luna.")
@click.option(
    "--file", "places", metavar="FILE", multiple=True, help="A document for the first message; may be repeated."
)
def chat(agent: str | None, resume: str | None, title: str | None, model: str | None, places: tuple[str, ...]) -> None:
    """Talk with an agent, which is given by its name or its id.

    The answer is shown while it is made, with the tools as they are used; what the agent asks is answered in place.
    Ctrl-C stops an answer and keeps the session; Ctrl-D, or /exit, ends the conversation. Where nobody sits at the
    terminal, each line of standard input is a message.
    """
    from interfaces.cli.client import chatting

    chatting.chat(agent, resume, chatting.Wishes(title, model, places))
