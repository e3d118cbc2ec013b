# Milepost in a container: one image for all its processes; docker-compose.yml says which is which.
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/milepost
WORKDIR /build
COPY requirements-traces.lock ./
RUN /opt/milepost/bin/pip install --no-deps --require-hashes --only-binary :all: -r requirements-traces.lock
COPY pyproject.toml README.md ./
COPY domain domain
COPY projections projections
COPY consumers consumers
COPY milepost milepost
RUN /opt/milepost/bin/pip install --no-deps --no-build-isolation --no-index . && /opt/milepost/bin/pip check

FROM ${PYTHON}
RUN groupadd --gid 10001 milepost && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp milepost
COPY --from=built /opt/milepost /opt/milepost
# Nothing is written but to /tmp, so the file system may be read-only.
ENV PATH=/opt/milepost/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /tmp
ENTRYPOINT ["milepost"]
CMD ["--help"]
