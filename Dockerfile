FROM node:24-slim

ENV NODE_ENV=production
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY src ./src

# The data folder is only used without DATABASE_URL. PGlite does not flush to disk: in production use PostgreSQL.
RUN mkdir -p /data && chown node:node /data
VOLUME /data
ENV WEIRKEEPER_DATA_DIR=/data HOST=0.0.0.0 PORT=3000
EXPOSE 3000

USER node
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

# Give it 20 s to finish what it is doing: docker stop --time 20, stop_grace_period: 20s.
STOPSIGNAL SIGTERM
CMD ["node", "src/cli/weirkeeper.mjs", "serve"]
