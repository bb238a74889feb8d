# One image with all four programs: worker, portal, sandbox, newborn. docker-compose.yml says which one a container runs.

FROM rust:1.95-bookworm AS build
WORKDIR /src
# Named one by one: nothing else in the folder, such as data or build results, gets into the image.
COPY Cargo.toml Cargo.lock ./
COPY activities activities
COPY cli cli
COPY domain domain
COPY portal portal
COPY proto proto
COPY sandbox sandbox
COPY store store
COPY tests tests
COPY worker worker
COPY workflows workflows
# The command knows its pinned tools from these files.
COPY deploy/tools.txt deploy/browser-tools.txt deploy/
# The same profile as on one machine.
RUN cargo build --locked --bins

FROM debian:bookworm-slim
# openssl makes the development certificates and keys, see deploy/compose/keys.sh.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates openssl \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 newborn \
    && useradd --uid 10001 --gid newborn --no-create-home --shell /usr/sbin/nologin newborn
COPY --from=build /src/target/debug/worker /src/target/debug/portal /src/target/debug/sandbox /src/target/debug/newborn \
    /usr/local/bin/
COPY --chmod=755 deploy/compose/is-ready /usr/local/bin/is-ready
USER newborn
