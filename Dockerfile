# The version that the suite runs on with `npm run test:node24`.
ARG NODE_IMAGE=node:24.22.3-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
# .dockerignore lets in the sources only.
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
# The files belong to root: the service cannot change its own code, and needs no writable folder.
COPY package.json ./
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node`. By number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 3003
# Liveness, not readiness: an orchestrator that restarts unhealthy containers must not restart one that is stopping.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3003}/api/health/live`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself and not npm, so that the service gets the SIGTERM. The same arguments as `npm start`.
CMD ["node", "--max-semi-space-size=32", "--enable-source-maps", "dist/index.js"]
