"""`python -m tests.e2e.sdk KUBECONFIG NAMESPACE STORY` lives a story and prints what the SDK told, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import redirect_stdout

from kubeflow.training import TrainingClient  # type: ignore[import-not-found]  # installed in .venv-sdk only

from tests.e2e.sdk.ending import create_again, fail
from tests.e2e.sdk.listing import list_jobs
from tests.e2e.sdk.training import train
from tests.e2e.sdk.updating import scale, suspend

STORIES = {story.__name__: story for story in (create_again, fail, list_jobs, scale, suspend, train)}

parser = argparse.ArgumentParser(prog="python -m tests.e2e.sdk", description=__doc__)
parser.add_argument("kubeconfig")
parser.add_argument("namespace")
parser.add_argument("story", choices=STORIES)
arguments = parser.parse_args()

# The kind matters: without it the SDK's waiters and events look for a PyTorchJob.
client = TrainingClient(config_file=arguments.kubeconfig, namespace=arguments.namespace, job_kind="MXJob")
# Logs that the SDK follows go to standard output too.
with redirect_stdout(sys.stderr):
    told = STORIES[arguments.story](client)
json.dump(told, sys.stdout, indent=2)
