# The one image of Restock. `restock migrate`, `restock api` and `restock worker` are the same image
# with another command: docker-compose.yml shows all three.

# --- build: makes the virtual environment; nothing else of this stage is shipped
# 3.11 is the version the tests run on. Every locked package has a wheel for it, so neither stage
# needs a compiler.
FROM python:3.11-slim-trixie AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/restock
WORKDIR /src

# The packages come before the sources, so a changed line of Restock does not install them again.
# `--only-binary` makes a package without a wheel an error here instead of a compiler's message.
COPY requirements.production.lock .
RUN /opt/restock/bin/pip install --require-hashes --only-binary :all: \
    --requirement requirements.production.lock

# .dockerignore lists what is copied. Not editable: the sources stay behind in this stage.
COPY . .
RUN /opt/restock/bin/pip install --no-deps .

# --- run: the interpreter, the virtual environment and a user without rights
FROM python:3.11-slim-trixie
LABEL org.opencontainers.image.title="Restock" \
      org.opencontainers.image.description="Self-hosted back-in-stock engine" \
      org.opencontainers.image.licenses="Apache-2.0"

# A fixed number, so that rights on a mounted file can be given to it, and so that an orchestrator
# sees that it is not root.
RUN useradd --uid 10001 --create-home restock

# Installed at the same path in both stages: a virtual environment cannot be moved.
COPY --from=build /opt/restock /opt/restock

# Logs appear line by line, and nothing tries to write byte code next to files of root (pip has
# compiled them already).
ENV PATH=/opt/restock/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER 10001
WORKDIR /home/restock
# In this form the process gets SIGTERM itself and can finish what it is doing.
ENTRYPOINT ["restock"]
CMD ["--help"]
