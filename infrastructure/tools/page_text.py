"""The text of a page: what a reader would see of its HTML, with its headings, lists and links."""

import re
import time
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin

from domain.kernel import Record

PIECE = 64 * 1024
SECONDS = 5.0
MOST_LINKS = 200
LONGEST_REST = 1_000

_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "iframe", "object", "head"})
_BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer"),
        *("form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section"),
        *("table", "tbody", "tfoot", "thead", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
_HEADING = re.compile(r"h[1-6]")
_DECLARED = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{1,40})")


class Link(Record):
    text: str
    url: str


class PageText(Record):
    title: str
    text: str
    links: tuple[Link, ...]


class _Reader(HTMLParser):
    """Gathers what is seen; tags that are never closed end with the page."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.said: list[str] = []
        self.links: list[Link] = []
        self._url = url
        self._unseen: list[str] = []
        self._in_title = False
        self._linked: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        self._in_title = tag == "title" or self._in_title
        if tag == "body":
            self._unseen.clear()
        if tag in _BLOCKS:
            self.said.append("\n")
        if _HEADING.fullmatch(tag):
            self.said.append(f"\n{'#' * int(tag[1])} ")
        elif tag == "li":
            self.said.append("- ")
        elif tag in _CELLS:
            self.said.append(" | ")
        elif tag == "a":
            self._linked = dict(attrs).get("href") or "", len(self.said)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            super().handle_startendtag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
        if tag == "title":
            self._in_title = False
        if tag in _BLOCKS:
            self.said.append("\n")
        if tag == "a" and self._linked is not None:
            self._link(*self._linked)
            self._linked = None

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data[: max(0, 500 - len(self.title))]
        elif not self._unseen:
            self.said.append(re.sub(r"\s+", " ", data))

    def end(self) -> None:
        """What is left is text, or a tag that is never closed, and a long one of those takes very long to make out."""
        if not self.rawdata.startswith("<"):
            self.handle_data(unescape(self.rawdata))
        elif len(self.rawdata) <= LONGEST_REST:
            self.close()

    def _link(self, href: str, since: int) -> None:
        text = " ".join("".join(self.said[since:]).split())[:200]
        if not href or not text or len(self.links) >= MOST_LINKS:
            return
        try:
            url = urljoin(self._url, href)
        except ValueError:
            return
        if url.startswith(("http://", "https://")) and len(url) <= 2_000:
            self.links.append(Link(text, url))


def decoded(body: bytes, charset: str) -> str:
    """As its server says, or else the page itself, or else UTF-8."""
    declared = _DECLARED.search(body[:2_048])
    for name in filter(None, (charset, declared.group(1).decode() if declared else "", "utf-8")):
        try:
            return body.decode(name, errors="replace").replace("\x00", "")
        except (LookupError, ValueError):
            continue
    return body.decode("utf-8", errors="replace")


def read(html: str, url: str) -> PageText:
    """What is there after some seconds of reading, where a page is made to take longer."""
    reader, until = _Reader(url), time.monotonic() + SECONDS
    for start in range(0, len(html), PIECE):
        reader.feed(html[start : start + PIECE])
        if time.monotonic() > until:
            break
    reader.end()
    lines = [" ".join(line.split()) for line in "".join(reader.said).split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return PageText(" ".join(reader.title.split()), text, tuple(reader.links))
