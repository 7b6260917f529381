"""The terminal of somebody who talks with an agent, or the lines that a program sends in their place."""

import sys

import click
from rich.text import Text

from interfaces.cli.client import screen
from interfaces.cli.client.wording import printable


class Leaving(Exception):
    """There is nothing more to say."""


class Terminal:
    """`attended`: somebody sits there, who is asked again where something is refused."""

    def __init__(self) -> None:
        self.attended = sys.stdin.isatty() and sys.stdout.isatty()
        self._console = screen.console()
        self._within_line = False
        if self.attended:
            import readline  # noqa: F401 - whoever types can go back in the line, and to earlier ones

    def ask(self, prompt: str) -> str:
        """The next line. Raises Leaving where there is none, and KeyboardInterrupt."""
        self._break()
        try:
            if self.attended:
                return input(prompt)
            line = sys.stdin.readline()
        except EOFError:
            raise Leaving from None
        except UnicodeDecodeError:
            self.remark("that is no text in UTF-8")
            return ""
        if not line:
            raise Leaving
        return line.rstrip("\n")

    def words(self, text: str) -> None:
        """As they come; nothing in them steers the terminal."""
        shown = printable(text)
        click.echo(shown, nl=False)
        sys.stdout.flush()
        self._within_line = not shown.endswith("\n") if shown else self._within_line

    def remark(self, text: str) -> None:
        """What is no part of an answer; a program that reads the answers is not told of it there."""
        self._break()
        if self.attended:
            self._console.print(Text(printable(text), style="dim"), soft_wrap=True)
        else:
            click.echo(printable(text), err=True)

    def over(self) -> None:
        """The answer is whole."""
        self._break()
        if self.attended:
            click.echo()

    def end(self) -> None:
        if self.attended:
            click.echo()

    def _break(self) -> None:
        if self._within_line:
            click.echo()
            self._within_line = False


def asked(question: str) -> str:
    """A question as it is shown, with its lines."""
    return f"you are asked: {printable(question).strip()}"
