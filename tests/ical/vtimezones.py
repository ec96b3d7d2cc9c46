"""The smallest reader of content lines, so that these tests need no other module of ours."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Block:
    name: str
    props: list[tuple[str, str, str]] = field(default_factory=list)
    children: list[Block] = field(default_factory=list)


def blocks(text: str) -> Block:
    """A nameless block around everything in `text`."""
    stack = [Block("")]
    for line in text.splitlines():
        head, _, value = line.partition(":")
        if head == "BEGIN":
            stack.append(Block(value))
            stack[-2].children.append(stack[-1])
        elif head == "END":
            stack.pop()
        else:
            name, _, parameters = head.partition(";")
            stack[-1].props.append((name, parameters, value))
    return stack[0]
