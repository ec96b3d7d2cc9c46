"""Where servers are known not to keep the contract: what the sync must survive, in words. `docs/servers.md` tells the rest."""

from __future__ import annotations

from typing import Final

_NO_TOKENS: Final = "it has no sync-collection report, only a ctag"
_TAKES_ANY_TOKEN: Final = "it answers a token it never gave with everything, as if that were a delta"
_TWICE: Final = "it stores a second resource with the same UID"
_UNCONDITIONAL: Final = "it does not look at the precondition"
_SECONDS: Final = "its tokens count seconds: what changed in the last one is told again"
_UNKNOWN: Final = "test_an_unknown_token_leads_to_a_full_listing"
_SAME_UID: Final = "test_a_uid_that_is_there_already_is_not_written_twice"
_BAD: Final = "test_bad_data_is_refused_for_that_item_alone"

ALWAYS: Final[dict[str, dict[str, str]]] = {
    "sabre": {
        "test_capabilities_name_what_the_server_can": _NO_TOKENS,
        "test_changes_since_a_mark_are_told_with_deletions": _NO_TOKENS,
        _SAME_UID: _TWICE,
    },
    "davical": {
        _UNKNOWN: _TAKES_ANY_TOKEN,
        _SAME_UID: _TWICE,
        _BAD: "it says 412 to bad data, and takes some",
    },
    "cyrus": {},
    "sogo": {
        _UNKNOWN: _TAKES_ANY_TOKEN,
        _SAME_UID: _TWICE,
        "test_create_refuses_to_overwrite": _UNCONDITIONAL,
        "test_update_refuses_a_version_that_moved_on": f"{_UNCONDITIONAL} of a DELETE",
        "test_update_refuses_a_resource_that_is_gone": _UNCONDITIONAL,
    },
}
"""By server and test; a test that passes nevertheless fails, so that this stays true."""

SOMETIMES: Final[dict[str, dict[str, str]]] = {
    "sogo": {
        "test_nothing_changed_is_one_request": _SECONDS,
        "test_changes_since_a_mark_are_told_with_deletions": _SECONDS,
        "test_a_full_listing_names_what_exists_and_nothing_else": _SECONDS,
        "test_fetch_of_many_uses_few_requests": "it drops kept-alive connections, and the request is sent again",
        _BAD: "it repairs some bad data",
    },
}
"""Likewise, but it depends on the moment or on the parameter."""
