import { z } from 'zod';

/**
 * How a container of a service gives way to its successor: `beside`: both run for a while. `after`: both exist, and the new one
 * starts when the old one has ended, because they share a port of the host or an address. `in-place`: the old one is removed
 * first, because they share a name.
 */
export type Replacement = 'beside' | 'after' | 'in-place';

/** Of a service, as `docker compose config` prints it. */
export const replacementFields = {
  container_name: z.string().optional(),
  network_mode: z.string().optional(),
  ports: z.array(z.looseObject({ published: z.string().optional() })).nullish(),
  networks: z
    .record(
      z.string(),
      z
        .looseObject({
          ipv4_address: z.string().optional(),
          ipv6_address: z.string().optional(),
          mac_address: z.string().optional(),
        })
        .nullable(),
    )
    .nullish(),
};

const schema = z.object(replacementFields);

export function replacementOf(service: z.infer<typeof schema>): Replacement {
  if (service.container_name !== undefined) return 'in-place';
  const hasPort = (service.ports ?? []).some(
    ({ published }) => published !== undefined && published !== '' && published !== '0',
  );
  const hasAddress = Object.values(service.networks ?? {}).some(
    (one) => (one?.ipv4_address ?? one?.ipv6_address ?? one?.mac_address) !== undefined,
  );
  const isShared =
    service.network_mode === 'host' || /^(service|container):/.test(service.network_mode ?? '');
  return hasPort || hasAddress || isShared ? 'after' : 'beside';
}
