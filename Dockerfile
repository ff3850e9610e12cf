# syntax=docker/dockerfile:1
# The controller, and only what requirements/controller.txt locks. Pin the base by digest in a release:
# --build-arg PYTHON=python:3.13-slim@sha256:...
ARG PYTHON=python:3.13-slim

FROM ${PYTHON} AS build
ARG SOURCE_DATE_EPOCH=0
ENV SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/build.txt requirements/controller.txt requirements/
RUN python -m venv /build
RUN /build/bin/python -m pip install --require-hashes --only-binary=:all: -r requirements/build.txt
RUN python -m venv --without-pip /opt/mxjob
RUN /build/bin/python -m pip --python /opt/mxjob/bin/python install --require-hashes --no-deps --only-binary=:all: --no-compile -r requirements/controller.txt
COPY pyproject.toml pyproject.toml
COPY deploy/image deploy/image
COPY controller controller
RUN /build/bin/python -m pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels ./deploy/image
RUN /build/bin/python -m pip --python /opt/mxjob/bin/python install --no-deps --no-index --no-compile --find-links /wheels mxjob-fork-kit
# Bytecode that is trusted as it is: no time of any file in it, and nothing to write in a read-only container.
RUN /opt/mxjob/bin/python -m compileall -q -f --invalidation-mode unchecked-hash /opt/mxjob/lib

FROM ${PYTHON}
COPY --from=build /opt/mxjob /opt/mxjob
ENV PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["/opt/mxjob/bin/mxjob-controller"]
