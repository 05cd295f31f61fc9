import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXAMPLE_SERVICES_IMAGE } from './base-image.ts';
import { ensureCached } from './cache-folder.ts';
import { readDistribution, unpackPackages } from './debian-packages.ts';

const PACKAGES = ['haproxy', 'liblua5.3-0', 'libopentracing-c-wrapper0', 'libopentracing1'];
const FILE = 'compose.proxy.yaml';

/** As traefik does it: it finds the frontends by itself, and asks another one where the first takes no connection. */
const CONFIG = `
global
  maxconn 1000
resolvers docker
  nameserver engine 127.0.0.11:53
  hold valid 500ms
  hold obsolete 0s
  timeout resolve 500ms
defaults
  mode http
  retries 3
  option redispatch 1
  timeout connect 1s
  timeout client 60s
  timeout server 60s
frontend web
  bind :8080
  default_backend frontends
backend frontends
  balance roundrobin
  server-template frontend 4 frontend:8080 check inter 250ms fall 1 rise 1 resolvers docker init-addr none
`;

/** Writes the Compose file that puts haproxy before the frontend, whose port is not published then; returns its name. */
export async function addExampleProxy(folder: string): Promise<string> {
  const software = await ensureProxy();
  await mkdir(join(folder, 'proxy'), { recursive: true });
  await writeFile(join(folder, 'proxy/haproxy.cfg'), CONFIG);
  await writeFile(
    join(folder, FILE),
    `services:
  frontend:
    ports: !reset []
  proxy:
    image: ${EXAMPLE_SERVICES_IMAGE}
    pull_policy: missing
    command: [/opt/haproxy/usr/sbin/haproxy, -db, -f, /etc/haproxy.cfg]
    environment:
      LD_LIBRARY_PATH: /opt/haproxy/usr/lib/x86_64-linux-gnu:/opt/haproxy/usr/lib/aarch64-linux-gnu
    volumes:
      - ${software}:/opt/haproxy:ro
      - ./proxy/haproxy.cfg:/etc/haproxy.cfg:ro
    ports:
      - \${HTTP_PUBLISH_PORT:-8080}:8080
`,
  );
  return FILE;
}

function ensureProxy(): Promise<string> {
  const suite = readDistribution()?.codename ?? 'stable';
  return ensureCached(`haproxy-${suite}`, (draft) => unpackPackages({ suite, packages: PACKAGES }, draft));
}
