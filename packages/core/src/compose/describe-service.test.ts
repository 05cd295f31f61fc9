import { expect, test } from '@jest/globals';
import { describeService } from './describe-service.ts';

const image = {
  Config: {
    Env: ['PATH=/bin', 'LANG=C'],
    Cmd: ['gunicorn'],
    Entrypoint: ['entrypoint.sh'],
    User: 'frappe',
    Labels: { 'org.opencontainers.image.version': '1.0.0' },
    Volumes: { '/bench/logs': {} },
  },
};
const ID = '1d8a03090f0933e46b0cc0e67187d4472b628cecaab7f3a551aae6aee8c691f1';

function container(
  { Labels = image.Config.Labels, ...config }: { Labels?: object; [key: string]: unknown } = {},
  host: object = {},
  more: object = {},
) {
  return {
    Id: ID,
    Name: '/erp-backend-1',
    Config: {
      ...image.Config,
      Image: 'acme/erp:1.0.0',
      Hostname: ID.slice(0, 12),
      Labels: { ...Labels, 'com.docker.compose.service': 'backend' },
      ...config,
    },
    HostConfig: {
      NetworkMode: 'erp_default',
      ShmSize: 67108864,
      IpcMode: 'private',
      Runtime: 'runc',
      ...host,
    },
    Mounts: [],
    NetworkSettings: { Networks: { erp_default: { Aliases: ['erp-backend-1', 'backend'] } } },
    ...more,
  };
}

const keys = { network: (name: string) => name.slice(4), volume: (name: string) => name.slice(4) };
const describeIt = (...parts: Parameters<typeof container>) =>
  describeService({ container: container(...parts), image }, keys);

test('what the image and Compose give by themselves is left out', () => {
  expect(describeIt()).toEqual({ image: 'acme/erp:1.0.0', networks: { default: {} } });
});

test.each<[string, Parameters<typeof container>, object]>([
  ['a command', [{ Cmd: ['bench', 'worker'] }], { command: ['bench', 'worker'] }],
  [
    'an entry point drops the command of the image',
    [{ Entrypoint: ['bash'], Cmd: null }],
    { entrypoint: ['bash'], command: [] },
  ],
  ['variables, and dollars', [{ Env: ['PATH=/bin', 'A=b=$c'] }], { environment: { A: 'b=$$c' } }],
  ['labels', [{ Labels: { a: 'b', 'com.docker.compose.oneoff': 'False' } }], { labels: { a: 'b' } }],
  [
    'a health check',
    [{ Healthcheck: { Test: ['CMD', 'true'], Interval: 5e9, Retries: 3 } }],
    { healthcheck: { test: ['CMD', 'true'], interval: '5000000000ns', retries: 3 } },
  ],
  ['no health check', [{ Healthcheck: { Test: ['NONE'] } }], { healthcheck: { disable: true } }],
  [
    'a restart policy',
    [{}, { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 5 } }],
    { restart: 'on-failure:5' },
  ],
  [
    'ports',
    [
      {},
      {
        PortBindings: {
          '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '80' }],
          '53/udp': [{ HostPort: '0' }],
        },
      },
    ],
    {
      ports: [
        { mode: 'ingress', target: 8080, published: '80', host_ip: '127.0.0.1', protocol: 'tcp' },
        { mode: 'ingress', target: 53, protocol: 'udp' },
      ],
    },
  ],
  [
    'volumes and binds, and no anonymous volume of the image',
    [
      {},
      {},
      {
        Mounts: [
          { Type: 'volume', Name: 'erp_sites', Destination: '/bench/sites', RW: true },
          { Type: 'volume', Name: 'a'.repeat(64), Destination: '/bench/logs', RW: true },
          { Type: 'bind', Source: '/srv/x', Destination: '/x', RW: false, Propagation: 'rprivate' },
        ],
      },
    ],
    {
      volumes: [
        { type: 'volume', source: 'sites', target: '/bench/sites' },
        { type: 'bind', source: '/srv/x', target: '/x', read_only: true, bind: { create_host_path: true } },
      ],
    },
  ],
  ['limits', [{}, { Memory: 1e9, NanoCpus: 5e8, Init: true }], { mem_limit: 1e9, cpus: 0.5, init: true }],
  [
    'dependencies',
    [{ Labels: { 'com.docker.compose.depends_on': 'db:service_healthy:false' } }],
    { depends_on: { db: { condition: 'service_healthy', required: false } } },
  ],
])('%s', (_, parts, described) => {
  expect(describeIt(...parts)).toEqual({ image: 'acme/erp:1.0.0', networks: { default: {} }, ...described });
});

test('the network of the host', () => {
  expect(describeIt({}, { NetworkMode: 'host' })).toEqual({ image: 'acme/erp:1.0.0', network_mode: 'host' });
});
