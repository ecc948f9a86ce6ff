"""Listings as a reader takes them: from the page, by a parser of its own."""

from __future__ import annotations

from html.parser import HTMLParser


class Listings(HTMLParser):
    """Every Python listing of a page in order, with what stands below it as its output."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[list[str]] = []
        self._into: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class")
        if tag == "pre" and kind in ("python", "output"):
            self._into = kind
            if kind == "python":
                self.found.append(["", ""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into:
            self.found[-1][self._into == "output"] += data
