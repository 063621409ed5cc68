"""Read a page as a browser does: where it leads, which forms it has, what they would send, what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

SAYS = {"error-summary", "why", "notice", "trouble"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
Attributes = dict[str, str]


@dataclass
class Form:
    """One form: where it goes, and what it would send as it stands."""

    method: str
    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    typed: set[str] = field(default_factory=set)  # what a person writes herself

    def put(self, name: str, value: str | None) -> None:
        values = self.sent.setdefault(name, [])
        if value is not None:
            values.append(value)


class Page(HTMLParser):
    """One page, read once."""

    def __init__(self, address: str, text: str) -> None:
        super().__init__()
        self.address = address
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.said: list[str] = []
        self._open: list[tuple[str, int | None]] = []
        self._form: Form | None = None
        self._named: dict[str, Form] = {}
        self._box = self._list = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        says = bool(SAYS & set(has.get("class", "").split()))
        if says:
            self.said.append("")
        if tag not in VOID:
            self._open.append((tag, len(self.said) - 1 if says else None))
        if tag == "a" and "href" in has:
            self.links.append(urljoin(self.address, has["href"]))
        elif tag == "form":
            self._begin(has)
        elif tag == "option":
            self._option(has)
        elif has.get("name") and "disabled" not in has and (form := self._of(has)):
            self._field(form, tag, has)

    def _begin(self, has: Attributes) -> None:
        action = urljoin(self.address, has.get("action") or self.address)
        self._form = Form(has.get("method", "get").lower(), action)
        self.forms.append(self._form)
        self._named[has.get("id", "")] = self._form

    def _of(self, has: Attributes) -> Form | None:
        return self._named.get(has["form"]) if has.get("form") else self._form

    def _field(self, form: Form, tag: str, has: Attributes) -> None:
        name, kind = has["name"], has.get("type", "text") if tag == "input" else tag
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(has.get("value", "on"))
            form.put(name, has.get("value", "on") if "checked" in has else None)
        elif kind == "file":
            form.files.add(name)
            form.put(name, None)
        elif tag == "select":
            self._list = name
            form.put(name, None)
        elif tag == "textarea":
            self._box = name
            form.typed.add(name)
            form.put(name, "")
        elif tag == "input":
            form.put(name, has.get("value", ""))
            form.typed |= {name} if kind not in {"hidden", "password"} else set()
        elif tag == "button":
            form.choices.setdefault(name, []).append(has.get("value", ""))
            form.put(name, None)

    def _option(self, has: Attributes) -> None:
        if self._form and self._list:
            self._form.choices.setdefault(self._list, []).append(has.get("value", ""))
            if "selected" in has:
                self._form.put(self._list, has.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._box and self._form:
            self._form.sent[self._box][-1] += data
        for _, place in self._open:
            if place is not None and data.strip():
                self.said[place] += data.strip() + " "

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        self._box = "" if tag == "textarea" else self._box
        self._list = "" if tag == "select" else self._list
        while self._open and self._open.pop()[0] != tag:
            pass
