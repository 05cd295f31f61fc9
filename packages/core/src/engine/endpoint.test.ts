import { describe, expect, test } from '@jest/globals';
import { parseHost } from './endpoint.ts';

describe('parseHost', () => {
  test.each([
    ['unix:///run/x.sock', { kind: 'socket', path: '/run/x.sock' }],
    ['unix://', { kind: 'socket', path: '/var/run/docker.sock' }],
    ['tcp://10.0.0.1', { kind: 'tcp', host: '10.0.0.1', port: 2375, pathPrefix: '' }],
    ['tcp://host:99/prefix/', { kind: 'tcp', host: 'host', port: 99, pathPrefix: '/prefix' }],
    ['tcp://[::1]:2375', { kind: 'tcp', host: '::1', port: 2375 }],
    ['host:2375', { kind: 'tcp', host: 'host', port: 2375 }],
    ['https://host', { kind: 'tcp', host: 'host', port: 2376, tls: { verify: true } }],
    ['ssh://me@host:22022', { kind: 'ssh', host: 'host', user: 'me', port: 22022 }],
    ['ssh://host/run/user/1/docker.sock', { kind: 'ssh', host: 'host', socket: '/run/user/1/docker.sock' }],
  ])('%s', (host, endpoint) => {
    expect(parseHost(host, undefined)).toMatchObject(endpoint);
  });

  test('takes the port of TLS where there is TLS', () => {
    expect(parseHost('tcp://host', { verify: true })).toMatchObject({ port: 2376, url: 'tcp://host:2376' });
  });

  test.each([
    ['/var/run/docker.sock'],
    ['unix://relative.sock'],
    ['ftp://host'],
    ['tcp://'],
    ['tcp://user:password@host'],
    ['ssh://-oProxyCommand=touch%20x/'],
    ['ssh://-oProxyCommand=x@host'],
    ['ssh://me:password@host'],
    ['ssh://host/run/x.sock;touch y'],
    ['npipe:////./pipe/docker_engine'],
  ])('refuses %s', (host) => {
    expect(parseHost(host, undefined)).toBeUndefined();
  });
});
