# The service as an image: one static-ish binary, git, and a user without rights.
# build: docker build -t sightline .
# run:   docker run -p 3000:3000 -v sightline:/data sightline

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc g++ libc6-dev cmake make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build

# The dependencies alone, so that they are built again only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir -p src tests/bench \
 && echo 'fn main() {}' | tee src/main.rs src/build.rs tests/bench/engine.rs > /dev/null \
 && touch src/lib.rs \
 && cargo build --profile dist --locked \
 && rm -rf src tests

COPY app.yml ./
COPY rules rules
COPY src src
COPY tests/bench tests/bench
COPY fixtures fixtures
# Docker keeps the times of copied files, and cargo would take the empty library above for the newer one.
RUN find src -name '*.rs' -exec touch {} + && cargo build --profile dist --locked

FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl git \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin sightline \
 && install -d -o sightline -g sightline -m 0700 /data
COPY --from=build /build/target/dist/sightline /usr/local/bin/sightline
USER 10001
ENV SIGHTLINE_DATA_DIR=/data \
    SIGHTLINE_HOST=0.0.0.0 \
    PORT=3000
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s --start-period=10s CMD curl -fsS "http://127.0.0.1:${PORT}/healthz" || exit 1
ENTRYPOINT ["sightline"]
CMD ["serve"]
