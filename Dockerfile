# The image of ack-ram-tool: its ENTRYPOINT is the tool, so that the `args` of a container are a command line of it.
# Runs on a read-only root filesystem, as a user that owns nothing of it, and needs no shell.

FROM --platform=$BUILDPLATFORM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run package
# The package holds everything that it needs: nothing is fetched for it.
RUN npm install --global --offline --prefix installed ./ack-ram-tool-*.tgz

# Nothing runs in this stage, so that any machine builds it for every platform.
FROM node:22-slim
LABEL org.opencontainers.image.title="ack-ram-tool" \
      org.opencontainers.image.description="RAM roles for service accounts (RRSA) on Alibaba Cloud ACK and ACS" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /build/installed/ /usr/local/
# The user `node` of the base image, as a number: runAsNonRoot of Kubernetes can check no name.
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/ack-ram-tool"]
CMD ["--help"]
