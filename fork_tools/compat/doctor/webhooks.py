"""Admission webhooks that MXJobs pass through, and whether anybody is behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from controller.api.constants import GROUP, PLURAL, VERSION
from fork_tools.api_server import Object
from fork_tools.compat.doctor import rules
from fork_tools.report.finding import Finding

ServiceExists = Callable[[str, str], bool]


def judge_webhooks(configurations: Sequence[Object], missing: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    """Judge the configurations; `missing` are namespace and name of services that they call and that do not exist."""
    for configuration in configurations:
        for webhook in configuration.get("webhooks") or []:
            if any(_meets_mxjobs(rule) for rule in webhook.get("rules") or []):
                yield from _judge(f"{configuration['metadata']['name']} {webhook['name']}", webhook, missing)


def services(configurations: Sequence[Object]) -> set[tuple[str, str]]:
    """Give namespace and name of every service that a webhook for MXJobs calls."""
    webhooks = [webhook for configuration in configurations for webhook in configuration.get("webhooks") or []]
    return {
        service
        for webhook in webhooks
        if any(_meets_mxjobs(rule) for rule in webhook.get("rules") or [])
        if (service := _service(webhook)) is not None
    }


def _judge(name: str, webhook: Object, missing: frozenset[tuple[str, str]]) -> Iterator[Finding]:
    service = _service(webhook)
    closed = webhook.get("failurePolicy", "Fail") == "Fail"
    operations = sorted({each for rule in webhook["rules"] for each in rule.get("operations") or []})
    if service in missing and closed:
        message = f"the service {'/'.join(service or ())} is gone: {', '.join(operations)} of MXJobs fails"
        yield rules.WEBHOOK_LEFT.finding(name, message, remedy=rules.WEBHOOK_LEFT.fix)
    else:
        policy = "fails closed" if closed else "is skipped when it fails"
        yield rules.WEBHOOK_OTHER.finding(name, f"sees {', '.join(operations)} of MXJobs and {policy}")


def _service(webhook: Object) -> tuple[str, str] | None:
    service = webhook.get("clientConfig", {}).get("service")
    return (service["namespace"], service["name"]) if service else None


def _meets_mxjobs(rule: Object) -> bool:
    wanted = ((GROUP, "apiGroups"), (VERSION, "apiVersions"))
    resources = {resource.partition("/")[0] for resource in rule.get("resources") or []}
    return all({name, "*"} & {*(rule.get(field) or [])} for name, field in wanted) and bool(resources & {PLURAL, "*"})
