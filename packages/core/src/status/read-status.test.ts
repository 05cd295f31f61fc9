import { describe, expect, test } from '@jest/globals';
import { resolvedOf } from '../compose/compose.ts';
import { findScaleDrift } from './container-status.ts';
import { queueStatusOf } from './read-queues.ts';

const worker = (service: string, queues: string, isRunning = true) => ({
  service,
  isRunning,
  command: ['bash', '-c', `bench worker --queue ${queues}`],
});

describe('queues', () => {
  const queue = { name: 'long', waiting: 3, running: 1, failed: 2 };

  test('name the services that work on them, and the workers that registered', () => {
    const workers = [{ host: 'a', isBusy: true }];
    const containers = [worker('queue-long', 'long,default'), worker('queue-long', 'long,default')];
    expect(queueStatusOf({ queues: [{ ...queue, workers }] }, containers)).toEqual([
      {
        ...{ name: 'default', waiting: 0, running: 0, failed: 0, workers: 0, busy: 0 },
        services: [{ service: 'queue-long', containers: 2 }],
      },
      { ...queue, workers: 1, busy: 1, services: [{ service: 'queue-long', containers: 2 }] },
    ]);
  });

  test('have no service where its container does not run, or runs something else', () => {
    const other = { service: 'scheduler', isRunning: true, command: ['bench', 'schedule'] };
    const containers = [worker('queue-long', 'long', false), other];
    expect(queueStatusOf({ queues: [{ ...queue, workers: [] }] }, containers)).toEqual([
      { ...queue, workers: 0, busy: 0, services: [] },
    ]);
  });

  test('are all of Frappe where the worker names none', () => {
    const containers = [{ service: 'worker', isRunning: true, command: ['bench', 'worker'] }];
    expect(queueStatusOf({ queues: [] }, containers).map(({ name }) => name)).toEqual([
      'default',
      'long',
      'short',
    ]);
  });
});

describe('the number of containers', () => {
  const three = Array.from({ length: 3 }, () => ({ service: 'queue-long', isRunning: true }));
  const stopped = [{ service: 'queue-long', isRunning: false }];
  const { services } = resolvedOf({ services: { 'queue-long': {} } });

  test.each<[string, typeof three, Record<string, number>, readonly object[]]>([
    ['three run, and one is in the files', three, {}, [{ wanted: 1, running: 3, by: 'files' }]],
    ['three are set', three, { 'queue-long': 3 }, []],
    ['two are set', three, { 'queue-long': 2 }, [{ wanted: 2, running: 3, by: 'scale' }]],
    ['it is done', stopped, {}, []],
    ['it was stopped', stopped, { 'queue-long': 2 }, [{ wanted: 2, running: 0, by: 'scale' }]],
  ])('%s', (_, containers, recorded, drift) => {
    expect(findScaleDrift(containers, { services }, recorded)).toEqual(
      drift.map((one) => ({ service: 'queue-long', ...one })),
    );
  });
});
