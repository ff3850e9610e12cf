"""Which permissions let their holder become somebody else."""

from __future__ import annotations

from fork_tools.compat.rbac.grants import Grant

_READ = frozenset({"get", "list", "watch", "*"})
_WRITE = frozenset({"create", "update", "patch", "*"})
_RBAC = "rbac.authorization.k8s.io"
_WAYS: tuple[tuple[str, frozenset[str], frozenset[str], str], ...] = (
    ("", frozenset({"secrets"}), _READ | _WRITE, "secrets hold the tokens of other accounts"),
    (
        "",
        frozenset({"pods/exec", "pods/attach", "pods/ephemeralcontainers"}),
        _READ | _WRITE,
        "it runs commands in pods",
    ),
    ("", frozenset({"nodes/proxy"}), _READ | _WRITE, "it reaches every kubelet"),
    ("", frozenset({"serviceaccounts/token"}), _WRITE, "it mints tokens of other accounts"),
    (
        "",
        frozenset({"users", "groups", "serviceaccounts"}),
        frozenset({"impersonate", "*"}),
        "it acts as somebody else",
    ),
    (_RBAC, frozenset({"roles", "clusterroles"}), _WRITE | {"bind", "escalate"}, "it gives itself more rights"),
    (_RBAC, frozenset({"rolebindings", "clusterrolebindings"}), _WRITE, "it binds itself to any role"),
    (
        "admissionregistration.k8s.io",
        frozenset({"validatingwebhookconfigurations", "mutatingwebhookconfigurations"}),
        _WRITE,
        "it reads and changes every request by a webhook",
    ),
    (
        "certificates.k8s.io",
        frozenset({"certificatesigningrequests/approval"}),
        _WRITE,
        "it lets certificates of anybody be signed",
    ),
)


def escalation(grant: Grant) -> str:
    """Say how the grant leads to more rights, `` if it does not."""
    if "*" in (grant.group, grant.resource, grant.verb):
        return "a wildcard also covers what is added later"
    for group, resources, verbs, how in _WAYS:
        if grant.group == group and grant.resource in resources and grant.verb in verbs:
            return f"{how}"
    return ""
