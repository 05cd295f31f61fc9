import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../deploy/deployment.ts';
import { planRollback } from './plan-rollback.ts';

const release = (version: string) => ({
  ...{ siteVersion: version, reference: `acme/erp:${version}`, imageId: `sha256:${version}` },
});

/** @param migrated names of sites that it migrated */
function deployment(
  from: string,
  to: string,
  migrated: readonly string[] = [],
  more: Partial<Deployment> = {},
) {
  const site = (name: string) => ({
    ...{ name, maintenance: false, doctypes: [] },
    patches: migrated.includes(name) ? [{ app: 'erp', patch: to }] : [],
    ...(migrated.includes(name)
      ? {
          migration: 'done' as const,
          dump: { path: `/dumps/${to}/${name}`, sizeBytes: 1, sha256: '', at: to },
        }
      : {}),
  });
  return {
    ...{ schemaVersion: 1, id: to, project: 'erp', by: 'me', startedAt: '', state: 'done' },
    ...{ from: release(from), to: release(to), services: {}, workers: [], stages: [] },
    sites: ['a', 'b'].map(site),
    ...more,
  } as Deployment;
}

function plan(deployments: readonly Deployment[], to?: string, running = deployments[0]?.to.imageId ?? '') {
  const planned = planRollback(deployments, to, running);
  if (planned === undefined || 'refused' in planned) return planned;
  const { taken, whole } = planned;
  return {
    taken: taken.map(({ id }) => id),
    from: whole.from.siteVersion,
    dumps: whole.sites.map(({ name, dump, migration }) => [name, migration && dump?.at]),
  };
}

const [third, second, first] = [
  deployment('1.2', '1.3'),
  deployment('1.1', '1.2', ['a']),
  deployment('1.0', '1.1', ['a', 'b']),
];

describe('a way back', () => {
  test('of the last deployment', () => {
    const dumps = [
      ['a', undefined],
      ['b', undefined],
    ];
    expect(plan([third, second, first])).toEqual({ taken: ['1.3'], from: '1.2', dumps });
  });

  test('to a release takes the oldest dump of each site', () => {
    const dumps = [
      ['a', '1.1'],
      ['b', '1.1'],
    ];
    expect(plan([third, second, first], '1.0')).toEqual({ taken: ['1.3', '1.2', '1.1'], from: '1.0', dumps });
    expect(plan([third, second, first], '1.1')).toMatchObject({
      dumps: [
        ['a', '1.2'],
        ['b', undefined],
      ],
    });
  });

  test('leaves out what was undone or rolled back', () => {
    const gone = deployment('1.1', '1.2', [], { state: 'rolled-back' });
    expect(plan([gone, first], '1.0')).toMatchObject({ taken: ['1.1'] });
    expect(plan([gone])).toBeUndefined();
  });

  test('goes on where one was broken off', () => {
    expect(plan([third], undefined, third.from.imageId)).toMatchObject({ taken: ['1.3'] });
  });

  test('leads over something that was brought up by hand where a dump is older', () => {
    expect(plan([deployment('1.2', '1.3'), first], '1.0')).toMatchObject({ taken: ['1.3', '1.1'] });
    expect(plan([first], '1.0', 'sha256:by-hand')).toMatchObject({ taken: ['1.1'] });
  });
});

describe('no way back', () => {
  test.each([
    ['to a release that was not replaced', [third, second], '1.0', undefined, 'a way back to 1.2, 1.1.'],
    ['over what runs by hand', [third], undefined, 'sha256:x', 'Something else runs now'],
    [
      'over what was brought up by hand in between',
      [deployment('1.2', '1.3'), deployment('1.0', '1.1')],
      '1.0',
      undefined,
      'acme/erp:1.2 ran before 1.3',
    ],
    [
      'of a site that was created since',
      [third, { ...first, to: release('1.2'), sites: first?.sites.slice(0, 1) ?? [] }],
      '1.0',
      undefined,
      'b was created since',
    ],
  ])('%s', (_, deployments, to, running, why) => {
    expect(plan(deployments, to, running)).toEqual({ refused: expect.stringContaining(why) });
  });
});
