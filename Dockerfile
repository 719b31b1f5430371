# syntax=docker/dockerfile:1
# The program in an image with no shell and no tools, as a user without rights.
#
#     docker build --build-arg DYNOMITE_COMMIT=$(git rev-parse HEAD) --tag dynomite .
#
# The build runs on the builder's own platform and compiles for the image's, so that no emulation is needed.
FROM --platform=$BUILDPLATFORM denoland/deno:debian-2.9.6 AS build
WORKDIR /src
COPY deno.json deno.lock main.ts mod.ts ./
COPY core core
COPY protocols protocols
COPY gossip gossip
COPY conf conf
ARG TARGETARCH
ARG DYNOMITE_COMMIT
RUN deno task compile /out/dynomite "linux-$(echo "$TARGETARCH" | sed s/amd64/x64/)" && mkdir /out/data

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="dynomite" \
  org.opencontainers.image.description="Replication across racks and datacenters for Redis, Memcached or an embedded engine" \
  org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out/dynomite /usr/local/bin/dynomite
COPY --from=build --chown=65532:65532 /out/data /var/lib/dynomite
COPY conf/deploy/container.yml /etc/dynomite/dynomite.yml
# Half of the container's memory is the limit of the heap, and half of that the budget of the buffers.
ENV DENO_USE_CGROUPS=1
# With more clients than this ready at a time some would wait for long (README, Benchmarks).
ENV DENO_TOKIO_MAX_IO_EVENTS_PER_TICK=128
USER 65532:65532
WORKDIR /var/lib/dynomite
VOLUME /var/lib/dynomite
# Clients, other nodes, statistics.
EXPOSE 8102 8101 22222
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["/usr/local/bin/dynomite", "healthcheck", "-c", "/etc/dynomite/dynomite.yml"]
ENTRYPOINT ["/usr/local/bin/dynomite"]
CMD ["-c", "/etc/dynomite/dynomite.yml"]
