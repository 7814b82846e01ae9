# SPDX-License-Identifier: EUPL-1.2
FROM python:3.13-slim-bookworm
WORKDIR /app
COPY pyproject.toml requirements.lock README.md ./
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip install --system --no-cache --require-hashes -r requirements.lock
COPY migrations migrations
COPY src src
RUN uv pip install --system --no-cache --no-deps -e . \
    && useradd --system --home /data loket && mkdir /data && chown loket /data
USER loket
VOLUME /data
EXPOSE 8080
CMD ["loket", "serve"]
