"""What is wrong with a prompt template, and where."""


class WrongTemplate(Exception):
    """`line` counts from 1; 0 where nobody can say."""

    def __init__(self, detail: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {detail}" if line else detail)
        self.detail = detail
        self.line = line


class Unfilled(Exception):
    """A prompt cannot be made of its template and the values for it; `section` and `line` say where, if it is there."""

    def __init__(self, detail: str, section: str = "", line: int = 0) -> None:
        where = f"section {section!r}" + (f", line {line}" if line else "")
        super().__init__(f"{where}: {detail}" if section else detail)
        self.detail = detail
        self.section = section
        self.line = line
