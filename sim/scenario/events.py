"""PyYAML's events, its pure Python parser relieved of its slowest habits; what it accepts, gives and refuses is the same.

A scenario file may be as large as its limits allow and must still be refused in a quarter of a second. PyYAML works out anew at every
look at the next token whether that token is final, and goes through plain words letter by letter.
"""

from __future__ import annotations

import re

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner
from yaml.tokens import ScalarToken

_WORD = re.compile(
    r"[A-Za-z0-9_.]+(?:(?=:[ \n])|(?=[,\]}])|(?=\n(?:( +)[^ #\r\n\x85\u2028\u2029]|[^ #\r\n\x85\u2028\u2029.-])))"
)
"""A plain word before a colon, before the end of an entry in a flow, or at the end of a line; group 1: the indent of the next line."""

_SHORT = {
    ",": Scanner.fetch_flow_entry,
    "[": Scanner.fetch_flow_sequence_start,
    "]": Scanner.fetch_flow_sequence_end,
    "{": Scanner.fetch_flow_mapping_start,
    "}": Scanner.fetch_flow_mapping_end,
}
"""What is fetched where a token begins with this letter, whatever follows."""

_BREAKS = "\0#\r\n\x85\u2028\u2029\ufeff"


class Events(Reader, Scanner, Parser):
    """Give a text, ask ``check_event()`` and ``get_event()``. Raises ``yaml.YAMLError``, and rarely others, where it is not YAML."""

    def __init__(self, text: str) -> None:
        self._ready = False
        self._mark: yaml.Mark | None = None
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_mark(self) -> yaml.Mark:
        """Where we are; the same mark as long as we stay."""
        if self._mark is None or self._mark.index != self.index:
            self._mark = super().get_mark()
        return self._mark

    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> yaml.Event:
        """The event that begins here; a scalar without anchor or tag by a short way."""
        token = self.peek_token()
        if type(token) is not ScalarToken:
            return super().parse_node(block, indentless_sequence)
        self.get_token()
        self.state = self.states.pop()
        implicit = (token.plain, not token.plain)
        return yaml.ScalarEvent(None, None, implicit, token.value, token.start_mark, token.end_mark, style=token.style)

    def need_more_tokens(self) -> bool:
        """Whether the next token is not final yet."""
        if self.done:
            return False
        if not self.tokens:
            return True
        if not self.possible_simple_keys:
            return False
        self.stale_possible_simple_keys()
        return self.next_possible_simple_key() == self.tokens_taken

    def peek_token(self) -> yaml.Token | None:
        """The next token, left where it is."""
        if not self._ready:
            while self.need_more_tokens():
                self.fetch_more_tokens()
            self._ready = True
        return self.tokens[0] if self.tokens else None

    def check_token(self, *choices: type) -> bool:
        """Whether there is a next token, of one of these classes."""
        token = self.tokens[0] if self._ready and self.tokens else self.peek_token()
        return token is not None and (not choices or isinstance(token, choices))

    def get_token(self) -> yaml.Token | None:
        """The next token, taken away."""
        if self.peek_token() is None:
            return None
        self._ready = False
        self.tokens_taken += 1
        return self.tokens.pop(0)

    def fetch_more_tokens(self) -> None:
        """Scan one token more; the usual ones by a short way."""
        self.scan_to_next_token()
        letter = self.buffer[self.pointer]
        fetch = _SHORT.get(letter) or (Scanner.fetch_plain if letter.isascii() and letter.isalnum() else None)
        if fetch is None and letter == ":" and self.check_value():
            fetch = Scanner.fetch_value
        elif fetch is None and letter == "-" and self.buffer[self.pointer + 1] == " ":
            fetch = Scanner.fetch_block_entry
        if fetch is None:
            super().fetch_more_tokens()
            return
        if self.possible_simple_keys:
            self.stale_possible_simple_keys()
        self.unwind_indent(self.column)
        fetch(self)

    def scan_to_next_token(self) -> None:
        """Go past spaces, breaks and comments."""
        if self.buffer[self.pointer] in _BREAKS:
            super().scan_to_next_token()
            return
        while self.buffer[self.pointer] == " ":
            self.pointer += 1
            self.index += 1
            self.column += 1
        if self.buffer[self.pointer] in _BREAKS:
            super().scan_to_next_token()

    def scan_plain(self) -> ScalarToken:
        """The plain scalar that begins here."""
        word = _WORD.match(self.buffer, self.pointer)
        if word is None:
            return super().scan_plain()
        after, size = self.buffer[word.end()], word.end() - self.pointer
        ends_line, indent = after == "\n", len(word[1] or "")
        if ends_line and (self.flow_level or indent > self.indent) or not ends_line and not self.flow_level and after != ":":
            return super().scan_plain()
        start = self.get_mark()
        self.pointer += size
        self.index += size
        self.column += size
        end = self.get_mark()
        self.allow_simple_key = ends_line
        if ends_line:
            self.pointer += 1 + indent
            self.index += 1 + indent
            self.line += 1
            self.column = indent
        return ScalarToken(word[0], True, start, end)
