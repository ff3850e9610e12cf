"""Plausible MXJobs of every shape: the CRD takes them all, though some name pods that the API server will not make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from controller.api.constants import ANNOTATION_TUNER_SERVER_KEY, API_VERSION, KIND
from tests.cluster.mxjobs import IMAGE

Object = dict[str, Any]

# `{}` becomes the job's number, so that names differ.
NAMES = st.sampled_from(["job{}"] * 6 + ["a-{}", "j" * 24 + "{}", "x--{}", "a{}-b"])
KNOWN_TYPES = ["Scheduler", "Server", "Worker", "Worker", "TunerTracker", "TunerServer", "Tuner"]
TYPES = st.sampled_from([*KNOWN_TYPES, "worker", "SERVER", "tUner", "Evaluator", "2nd-Eval", "E"])
LARGEST = 2**31 - 1
ODD_TEXTS = [
    "",
    "ü",
    "日本",
    "a b",
    "-",
    "a" * 64,
    "null",
    "\u202etxet",
    "\x00",
    "{{}}",
    "$(POD_IP)",
    "<&>",
    "/../",
    "😀",
]
TEXTS = st.sampled_from(["a", "true", "1", "example.test/key", *ODD_TEXTS])
LABELS = st.dictionaries(st.sampled_from(["team", "example.test/team"]), st.sampled_from(["a", "", "A.b_c"]))
TEMPLATE_LABELS = st.dictionaries(
    st.sampled_from(["team", "training.kubeflow.org/job-name", "training.kubeflow.org/replica-index", "bad key!", ""]),
    st.sampled_from(["a", "", "0", "ü", "a" * 64, "-"]),
    max_size=2,
)
ANNOTATIONS = st.dictionaries(
    st.sampled_from(["a", "example.test/a", ANNOTATION_TUNER_SERVER_KEY, "kubectl.kubernetes.io/default-container"]),
    TEXTS,
    max_size=2,
)
QUANTITIES = st.sampled_from([0, 1, "1", "500m", "2Gi", "0.5", "1e3", "1E", ".5", "-1", "9" * 30, "1n"])
RESOURCES = st.dictionaries(
    st.sampled_from(["requests", "limits"]),
    st.dictionaries(
        st.sampled_from(["cpu", "memory", "nvidia.com/gpu", "gpu", "bad resource"]), QUANTITIES, max_size=2
    ),
    max_size=2,
)
PORTS: st.SearchStrategy[list[Object]] = st.lists(
    st.sampled_from(
        [
            {"name": "mxjob-port", "containerPort": 9091},
            {"name": "mxjob-port", "containerPort": 1, "hostPort": 1},
            {"containerPort": 80},
            {"containerPort": 80, "protocol": "UDP"},
            {"containerPort": 65535, "protocol": "SCTP"},
            {"name": "metrics", "containerPort": 8080},
            {"name": "port-80", "containerPort": 81},
            {"name": "", "containerPort": 82},
            {"name": "UPPER", "containerPort": 83},
            {"name": "n" * 16, "containerPort": 84},
            {"containerPort": 85, "protocol": "tcp"},
            {"containerPort": 0},
            {"containerPort": 70000},
            {"containerPort": -1},
        ]
    ),
    max_size=3,
    unique_by=lambda port: (port["containerPort"], port.get("protocol", "TCP")),
)
VARIABLES = st.lists(
    st.sampled_from(
        [
            {"name": "A", "value": "1"},
            {"name": "A"},
            {"name": "MX_CONFIG", "value": "mine"},
            {"name": "DMLC_ROLE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            {"name": "B", "value": "b" * 2000},
            {"name": "ü", "value": "日本"},
            {"name": ""},
            {"name": "A=B", "value": "\x00"},
            {"name": "C", "value": "c", "valueFrom": {"fieldRef": {"fieldPath": "no.such"}}},
        ]
    ),
    max_size=3,
)


def some_of(options: Mapping[str, st.SearchStrategy[Any]], most: int = 2) -> st.SearchStrategy[Object]:
    """Draw a few of the optional fields."""
    names = st.lists(st.sampled_from(sorted(options)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: options[name] for name in chosen}))


CONTAINER_EXTRAS: Mapping[str, st.SearchStrategy[Any]] = {
    "args": st.lists(TEXTS, max_size=2),
    "command": st.lists(TEXTS, max_size=2),
    "env": VARIABLES,
    "envFrom": st.just([{"configMapRef": {"name": "settings"}}]),
    "imagePullPolicy": st.sampled_from(["Always", "IfNotPresent", "", "Sometimes"]),
    "livenessProbe": st.sampled_from([{"httpGet": {"port": "metrics"}}, {"httpGet": {"port": 80}}, {}]),
    "ports": PORTS,
    "resources": RESOURCES,
    "securityContext": st.sampled_from([{}, {"privileged": True}, {"runAsUser": -1}]),
    "volumeMounts": st.sampled_from([[{"name": "data", "mountPath": "/data"}], [{"name": "no", "mountPath": "/"}], []]),
    "workingDir": TEXTS,
}
POD_EXTRAS: Mapping[str, st.SearchStrategy[Any]] = {
    "activeDeadlineSeconds": st.sampled_from([1, 0, -1, 2**62]),
    "affinity": st.sampled_from([{}, {"nodeAffinity": {}}, {"podAntiAffinity": {}}]),
    "dnsPolicy": st.sampled_from(["ClusterFirst", "None", "Nobody"]),
    "hostNetwork": st.booleans(),
    "imagePullSecrets": st.sampled_from([[], [{"name": "key"}, {"name": "key"}], [{}]]),
    "initContainers": st.sampled_from([[{"name": "prepare", "image": IMAGE}], [{"name": "prepare"}], [{"name": ""}]]),
    "nodeSelector": st.sampled_from([{}, {"gpu": "a100"}, {"bad key!": "x"}, {"gpu": "ü"}]),
    "priorityClassName": st.sampled_from(["", "no-such-class", "system-node-critical"]),
    "restartPolicy": st.sampled_from(["Never", "ExitCode", "ü"]),
    "schedulerName": st.sampled_from(["mine", "", "bad name!"]),
    "serviceAccountName": st.sampled_from(["trainer", "No Such"]),
    "subdomain": st.sampled_from(["sub", "bad.name"]),
    "terminationGracePeriodSeconds": st.sampled_from([0, 30, -1]),
    "tolerations": st.sampled_from([[{"operator": "Exists"}], [{"key": "a", "effect": "odd"}], [{}]]),
    "volumes": st.sampled_from([[{"name": "data", "emptyDir": {}}], [{"name": "data"}], [{"name": "DATA"}]]),
}
CONTAINERS = st.builds(
    lambda extras, before, after: [*before, {"name": "mxnet", "image": IMAGE, **extras}, *after],
    some_of(CONTAINER_EXTRAS),
    st.sampled_from([[], [], [], [{"name": "first", "image": IMAGE}]]),
    st.sampled_from([[], [], [], [{"name": "sidecar", "image": "b"}], [{"name": "Side Car", "image": " "}]]),
)
TEMPLATES = st.builds(
    lambda containers, extras, metadata: {"spec": {"containers": containers, **extras}, **metadata},
    CONTAINERS,
    some_of(POD_EXTRAS, 1),
    some_of(
        {"metadata": some_of({"labels": TEMPLATE_LABELS, "annotations": ANNOTATIONS, "finalizers": st.just(["a/b"])})}
    ),
)
REPLICA_SPECS = st.builds(
    lambda template, extras: {"template": template, **extras},
    TEMPLATES,
    some_of(
        {
            "replicas": st.sampled_from([0, 1, 1, 2, 3, 9]),
            "restartPolicy": st.sampled_from(["Always", "OnFailure", "Never", "ExitCode", ""]),
        }
    ),
)
RUN_POLICIES = some_of(
    {
        "activeDeadlineSeconds": st.sampled_from([0, 3600, LARGEST, 2**63 - 1]),
        "backoffLimit": st.sampled_from([0, 3, LARGEST]),
        "cleanPodPolicy": st.sampled_from(["All", "Running", "None"]),
        "managedBy": st.sampled_from(["kubeflow.org/training-operator", "kueue.x-k8s.io/multikueue"]),
        "schedulingPolicy": some_of(
            {
                "minAvailable": st.sampled_from([0, 1, LARGEST]),
                "minResources": st.dictionaries(st.sampled_from(["cpu", "ü"]), QUANTITIES, max_size=2),
                "priorityClass": TEXTS,
                "queue": TEXTS,
                "scheduleTimeoutSeconds": st.sampled_from([0, LARGEST]),
            }
        ),
        "suspend": st.just(True),
        "ttlSecondsAfterFinished": st.sampled_from([0, 3600, LARGEST]),
    },
    3,
)


def _job(name: str, metadata: Object, mode: str, types: Object, rest: Object) -> Object:
    spec = {"jobMode": mode, "mxReplicaSpecs": types, **rest}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name, **metadata}, "spec": spec}


PLAUSIBLE = st.builds(
    _job,
    NAMES,
    some_of({"annotations": ANNOTATIONS, "finalizers": st.just(["a/b"]), "labels": LABELS}, 1),
    st.sampled_from(["MXTrain", "MXTrain", "MXTune"]),
    st.lists(st.tuples(TYPES, REPLICA_SPECS), min_size=1, max_size=3, unique_by=lambda each: each[0].lower()).map(dict),
    st.one_of(st.fixed_dictionaries({"runPolicy": RUN_POLICIES}), st.just({})),
)
