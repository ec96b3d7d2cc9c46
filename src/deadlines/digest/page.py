"""What a digest says, as plain texts in the language of its reader, before it is text or HTML.

Page
└── Block      the state of our data, a client, what is resolved
    └── Part   missed, due soon, ...
        └── Item   one matter: what, a mark such as "new", when and why, what to do
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class Tone(enum.Enum):
    """How something is felt, for colours."""

    PLAIN = "plain"
    BAD = "bad"
    WARN = "warn"
    GOOD = "good"


class Item(NamedTuple):
    """One matter. `badge` is a word such as "new" or empty; `remedy` what to do; `mark` identifies it to commands."""

    subject: str
    details: tuple[str, ...] = ()
    badge: str = ""
    remedy: str = ""
    mark: str = ""


class Part(NamedTuple):
    """Matters of one kind. `title` may be empty."""

    title: str
    items: tuple[Item, ...]
    tone: Tone = Tone.PLAIN


class Block(NamedTuple):
    """Parts that belong together; `aside` stands by the title."""

    title: str
    parts: tuple[Part, ...]
    aside: str = ""


class Page(NamedTuple):
    """A whole digest. `language` is a code such as `nb`; `subject` is that of its mail; `lead` what it all comes to.

    `notices` are what must be known before one reads on.
    """

    language: str
    title: str
    subject: str
    lead: str
    notices: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    footer: tuple[str, ...] = ()
