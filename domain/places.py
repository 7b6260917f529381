"""Places in texts such as prompts and questions: expressions that stand between `{{` and `}}`."""

OPEN, CLOSE = "{{", "}}"


def closed(text: str, at: int) -> int:
    """Where the expression that begins here is closed, which is not within its own texts and objects; -1 if nowhere."""
    depth, quote = 0, ""
    while at < len(text):
        each = text[at]
        if quote:
            at += each == "\\"
            quote = "" if each == quote else quote
        elif each in "'\"`":
            quote = each
        elif each == "{":
            depth += 1
        elif each == "}" and depth:
            depth -= 1
        elif text.startswith(CLOSE, at):
            return at
        at += 1
    return -1
