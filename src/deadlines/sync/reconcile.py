"""The decision: what to do with one resource, given what became of it on either side. Pure; a table.

Both sides are compared with the `base`, the text they last agreed on:

    SAME    still says what the base says
    EDITED  says something else
    GONE    was removed
    NEW     is there, and there is no base: a first sync, or state that was lost
    NONE    is not there, and there is no base

Two rules decide the whole table. *Edit beats delete*: a removal is carried over only to a side that has not touched the resource
since. *Without a base nothing is ever deleted*: what only one side has is copied, what both have is in step or in conflict.
`agree` tells whether both sides now say the same; it matters only where both have something to say.
"""

from __future__ import annotations

import enum


class Side(enum.Enum):
    """What became of a resource on one side since the base."""

    SAME = "same"
    EDITED = "edited"
    GONE = "gone"
    NEW = "new"
    NONE = "none"


class Action(enum.Enum):
    """What to do about it."""

    NOTHING = "nothing"
    ADOPT = "adopt"
    """Both say the same: remember it as the base."""
    PULL = "pull"
    """Take the server's version; ours has nothing that it lacks."""
    PUSH = "push"
    """Write our version over the one the server still has."""
    MERGE = "merge"
    """Both changed the same base: property by property."""
    CONFLICT = "conflict"
    """Two versions and no base: one must win, the other goes to the journal."""
    CREATE_REMOTE = "create remote"
    """Write our version where the server has none."""
    RECREATE_REMOTE = "recreate remote"
    """They removed what we edited: write it again, and say so."""
    RESTORE_LOCAL = "restore local"
    """We removed what they edited: take it back, and say so."""
    DELETE_LOCAL = "delete local"
    DELETE_REMOTE = "delete remote"
    FORGET = "forget"
    """Gone on both sides: drop what is left of it."""


_TABLE = {
    (Side.SAME, Side.SAME): Action.NOTHING,
    (Side.SAME, Side.EDITED): Action.PULL,
    (Side.SAME, Side.GONE): Action.DELETE_LOCAL,
    (Side.EDITED, Side.SAME): Action.PUSH,
    (Side.EDITED, Side.EDITED): Action.MERGE,
    (Side.EDITED, Side.GONE): Action.RECREATE_REMOTE,
    (Side.GONE, Side.SAME): Action.DELETE_REMOTE,
    (Side.GONE, Side.EDITED): Action.RESTORE_LOCAL,
    (Side.GONE, Side.GONE): Action.FORGET,
    (Side.NEW, Side.NEW): Action.CONFLICT,
    (Side.NEW, Side.NONE): Action.CREATE_REMOTE,
    (Side.NONE, Side.NEW): Action.PULL,
    (Side.NONE, Side.NONE): Action.FORGET,
}

_IN_STEP = {Action.MERGE: Action.ADOPT, Action.CONFLICT: Action.ADOPT}


def decide(local: Side, remote: Side, *, agree: bool) -> Action:
    """What to do. Sides that disagree about there being a base are a programming error."""
    action = _TABLE[local, remote]
    return _IN_STEP.get(action, action) if agree else action
