import { describe, expect, test } from '@jest/globals';
import type { ProjectContainer, RunningProject } from '../compose/running-project.ts';
import type { BenchSite } from '../frappe/bench/bench-answers.ts';
import { type PlanSources, planDeployment } from './deployment-plan.ts';

const IMAGE = 'acme/erp';

function container(service: string, command: string, more: Partial<ProjectContainer> = {}): ProjectContainer {
  return {
    ...{ id: service, name: `erp-${service}-1`, service, number: 1, configHash: 'x', createdAt: '' },
    ...{ image: `${IMAGE}:1.0.0`, imageId: 'sha256:1', status: 'running', isRunning: true, exitCode: 0 },
    ...{
      restarts: 0,
      labels: {},
      user: '',
      workingDir: '',
      environment: [],
      mounts: [],
      networks: [],
      addresses: {},
    },
    ...{ networkMode: '', command: command.split(' ') },
    ...more,
  };
}

const containers = [
  container('backend', 'gunicorn --chdir=/home/frappe/frappe-bench/sites --workers=2 --worker-class gthread'),
  container('frontend', 'nginx-entrypoint.sh'),
  container('queue-long', 'bench worker --queue long,default'),
  container('queue-long', 'bench worker --queue long,default', { number: 2 }),
  container('scheduler', 'bench schedule'),
  container('configurator', 'bash -c bench', { status: 'exited', isRunning: false }),
  container('db', 'mariadbd', { image: 'mariadb:10.6' }),
];
const project: RunningProject = { name: 'erp', sources: [], containers };

const site: BenchSite = {
  ...{ name: 'erp.localhost', database: 'mariadb', maintenance: false, readsAllowed: false },
  ...{ apps: ['frappe'], missingApps: [], patches: [], doctypes: [], databaseBytes: 5e6 },
};

function plan({
  sites = [site],
  tag = '1.1.0',
  pullPolicy = 'missing',
  ...more
}: Partial<PlanSources> & { sites?: BenchSite[]; tag?: string; pullPolicy?: string }) {
  const service = (image: string) => ({
    ...({
      image,
      configHash: 'x',
      replacement: 'beside',
      command: '',
      environment: {},
      replicas: 1,
    } as const),
    pullPolicy,
  });
  const services = containers.map(
    (one) => [one.service, service(one.service === 'db' ? one.image : `${IMAGE}:${tag}`)] as const,
  );
  return planDeployment({
    project,
    resolved: { document: {}, services: new Map(services) },
    bench: { apps: ['frappe'], appList: 'frappe\n', sites },
    image: IMAGE,
    from: { siteVersion: '1.0.0', reference: `${IMAGE}:1.0.0`, imageId: 'sha256:1' },
    to: { siteVersion: '1.1.0', reference: `${IMAGE}:1.1.0`, imageId: 'sha256:2' },
    freeBytes: 1e9,
    isLocal: true,
    ...more,
  });
}

test('services of the image are replaced, with as many containers as run; all others are kept', () => {
  expect(plan({})).toMatchObject({
    findings: [],
    plan: {
      services: { backend: 1, frontend: 1, 'queue-long': 2, scheduler: 1 },
      oneShots: ['configurator'],
      kept: ['db'],
      workers: ['queue-long', 'scheduler'],
      frontend: 'frontend',
      isMigration: false,
    },
  });
});

describe('what prevents it', () => {
  const ids = (sources: Parameters<typeof plan>[0]) => plan(sources).findings.map(({ id }) => id);

  test.each<[string, Parameters<typeof plan>[0]]>([
    ['deploy-other-image', { tag: '1.0.0' }],
    ['deploy-app-missing', { sites: [{ ...site, missingApps: ['hrms'] }] }],
    ['deploy-database-unsupported', { sites: [{ ...site, database: 'postgres' }] }],
    [
      'deploy-disk-full',
      { freeBytes: 1e6, sites: [{ ...site, patches: [{ app: 'acme', patch: 'acme.patches.one' }] }] },
    ],
    [
      'deploy-service-migrates',
      {
        project: {
          ...project,
          containers: [
            ...containers,
            container('backend', 'bash -c bench --site all migrate', { number: 0 }),
          ].reverse(),
        },
      },
    ],
  ])('%s', (id, sources) => {
    expect(ids(sources)).toEqual([id]);
  });
});

describe('a service that ended, and would migrate if it was started', () => {
  const migrator = container('configurator', 'bash -c bench --site all migrate', {
    ...{ status: 'exited', isRunning: false },
  });
  const others = containers.filter(({ service }) => service !== 'configurator');
  const sources = { project: { ...project, containers: [...others, migrator] } };
  const found = (full: boolean) =>
    plan({ ...sources, full }).findings.map(({ id, severity }) => [id, severity]);

  test('is left, and reported', () => {
    expect(found(false)).toEqual([['deploy-one-shot-migrates', 'warning']]);
  });

  test('prevents that all services are started', () => {
    expect(found(true)).toEqual([['deploy-service-migrates', 'error']]);
  });
});

test('a disk for a fifth of the databases may be enough, less is not; without a migration none is needed', () => {
  const sites = [{ ...site, patches: [{ app: 'acme', patch: 'acme.patches.one' }] }];
  const severity = (freeBytes: number, more = {}) => plan({ freeBytes, ...more }).findings[0]?.severity;
  expect(severity(1.1e6, { sites })).toBe('warning');
  expect(severity(0.9e6, { sites })).toBe('error');
  expect(severity(0.9e6)).toBeUndefined();
});

test('an image of this engine alone is not pulled', () => {
  const ids = (isLocal: boolean) => plan({ pullPolicy: 'always', isLocal }).findings.map(({ id }) => id);
  expect(ids(true)).toEqual(['deploy-pulls-always']);
  expect(ids(false)).toEqual([]);
});

test.each<[Partial<BenchSite>]>([
  [{ patches: [{ app: 'acme', patch: 'acme.patches.one' }] }],
  [{ doctypes: [{ app: 'acme', doctype: 'Rate', isNew: true }] }],
])('a site with %j is migrated', (more) => {
  expect(plan({ sites: [{ ...site, ...more }] }).plan.isMigration).toBe(true);
});

test('expects what the last deployment that migrated took', () => {
  const stage = (name: string) => ({ name, state: 'done', durationMs: 1000 });
  const entry = (names: readonly string[], outcome: 'done' | 'failed' = 'done') => ({
    ...({
      kind: 'deploy',
      id: 'x',
      at: '2026-11-29T12:00:00Z',
      by: 'me@host',
      project: 'erp',
      outcome,
    } as const),
    ...{ from: '1', to: '2', durationMs: 0, sites: [], stages: names.map(stage) },
  });
  const migrated = entry(['pause', 'backup', 'migrate', 'swap', 'gate']);
  const history = [migrated, entry(['backup', 'migrate'], 'failed'), entry(['pause', 'swap', 'gate'])];
  expect(plan({ history }).plan.lastDowntimeMs).toBe(3000);
  expect(plan({}).plan.lastDowntimeMs).toBeUndefined();
});
