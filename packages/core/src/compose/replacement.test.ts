import { expect, test } from '@jest/globals';
import { replacementOf } from './replacement.ts';

test.each<[what: string, Parameters<typeof replacementOf>[0], string]>([
  ['nothing', {}, 'beside'],
  ['a port of the container alone', { ports: [{ target: 8080 }] }, 'beside'],
  ['any port of the host', { ports: [{ published: '0' }] }, 'beside'],
  ['a network', { networks: { default: null } }, 'beside'],
  ['a port of the host', { ports: [{ published: '8080' }] }, 'after'],
  ['an address', { networks: { default: { ipv4_address: '10.0.0.7' } } }, 'after'],
  ['the network of the host', { network_mode: 'host' }, 'after'],
  ['the network of another service', { network_mode: 'service:vpn' }, 'after'],
  ['a name', { container_name: 'erp', ports: [{ published: '8080' }] }, 'in-place'],
])('a service with %s', (_, service, replacement) => {
  expect(replacementOf(service)).toBe(replacement);
});
