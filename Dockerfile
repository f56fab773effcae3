# One image for every role; docker-compose.yml says which command each container runs.
FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation .
RUN useradd --create-home tollway && mkdir /data /payloads && chown tollway /data /payloads
USER tollway
# Optimised: crash points for tests are compiled to nothing.
ENV PYTHONOPTIMIZE=1 TOLLWAY_DATA_DIR=/data TOLLWAY_WORKFLOWS_DIR=/app/workflows
ENTRYPOINT ["tollway"]
