"""A client that works with MXJobs by Kubeflow's own SDK; it runs in `.venv-sdk`, beside the SDK's older packages."""
