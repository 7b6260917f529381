"""Why a single sign-on failed: the person is told nothing, the log is told what it needs."""

from typing import Literal, TypeAlias

from application.errors import NotSignedIn

Reason: TypeAlias = Literal[
    "access_denied",
    "at_provider",
    "code_missing",
    "code_refused",
    "discovery_altered",
    "id_token_invalid",
    "issuer_mismatch",
    "keys_invalid",
    "no_pending",
    "pending_expired",
    "provider_mismatch",
    "provider_unreachable",
    "provider_answer_invalid",
    "provider_answer_too_large",
    "provider_too_slow",
    "query_invalid",
    "replayed",
    "state_mismatch",
    "unknown_provider",
    "used_states_unknown",
    "userinfo_mismatch",
]


class SignOnFailed(NotSignedIn):
    """Single sign-on failed; try again."""

    code = "single_sign_on_failed"

    def __init__(self, reason: Reason, detail: str = "") -> None:
        """`detail` is for the log and never has a part of a token or of what a person typed."""
        super().__init__()
        self.reason = reason
        self.detail = detail
