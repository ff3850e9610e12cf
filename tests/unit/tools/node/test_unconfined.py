"""A pod without namespaces: names and paths that mean something only inside are pointed at the host's."""

from __future__ import annotations

import pytest

from fork_tools.cluster.node.pod.unconfined import unconfined
from fork_tools.cluster.node.sandbox.bundle import Bind, Bundle
from tests.unit.tools.node.manifests import service

SERVICES = [service("job-scheduler-0", {"a": "b"}), service("job", {"a": "b"})]
BINDS = (Bind("/pods/x/code", "/opt/code"), Bind("/pods/x/opt", "/opt"))


def rewritten(value: str, **variables: str) -> str:
    bundle = Bundle(("run", value), {"X": value, **variables}, "/opt/code/src", "pod", BINDS)
    found = unconfined(bundle, SERVICES)
    assert found.argv[1] == found.environment["X"]
    assert (found.working_directory, found.binds) == ("/pods/x/code/src", ())
    return found.environment["X"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("job-scheduler-0", "127.0.0.1"),
        ("tcp://job-scheduler-0:9091/x", "tcp://127.0.0.1:9091/x"),
        ('[{"url":"job-scheduler-0","port":9091}]', '[{"url":"127.0.0.1","port":9091}]'),
        ("job-scheduler-0.space.svc.cluster.local", "127.0.0.1"),
        ("job", "127.0.0.1"),
        pytest.param("my-job", "my-job", id="part of a longer name"),
        pytest.param("job-scheduler-01", "job-scheduler-01", id="the start of a longer name"),
        ("/opt/code/train.py", "/pods/x/code/train.py"),
        ("python /opt/code/train.py --out=/opt/out", "python /pods/x/code/train.py --out=/pods/x/opt/out"),
        pytest.param("/opt/codes", "/pods/x/opt/codes", id="below the outer volume only"),
        pytest.param("/usr/opt/code", "/usr/opt/code", id="the end of a longer path"),
    ],
)
def test_names_and_paths(value: str, expected: str) -> None:
    assert rewritten(value) == expected


def test_services_that_do_not_exist_yet_are_known_from_the_jobs_variables() -> None:
    config = '{"cluster":{"server":[{"url":"late-server-0","port":9091}]}}'
    assert rewritten("late-server-0 late-scheduler-0", MX_CONFIG=config, DMLC_PS_ROOT_URI="late-scheduler-0") == (
        "127.0.0.1 127.0.0.1"
    )


@pytest.mark.parametrize("config", ["", "[]", '{"cluster": 3}', '{"cluster": {"server": [1]}}'])
def test_a_broken_configuration_is_left_alone(config: str) -> None:
    assert rewritten("word", MX_CONFIG=config) == "word"


def test_a_node_address_of_the_users_own_stays() -> None:
    assert unconfined(Bundle((), {}, "/", "pod"), []).environment == {"DMLC_NODE_HOST": "127.0.0.1"}
    own = Bundle((), {"DMLC_NODE_HOST": "10.0.0.1"}, "/", "pod")
    assert unconfined(own, []).environment == {"DMLC_NODE_HOST": "10.0.0.1"}
