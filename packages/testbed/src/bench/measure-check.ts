import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createExampleSite, type ExampleSite } from '../example-site.ts';
import { type AppRepository, createAppRepository } from '../git-repository.ts';
import { startGitServer } from '../git-server.ts';
import type { BenchContext } from './bench-context.ts';
import { comparePaired } from './compare-paired.ts';
import { type Aim, type Figure, figureOf } from './figure.ts';
import { type Program, runProgram } from './program.ts';
import { type RememberingHost, startRememberingHost } from './remembering-host.ts';

const APPS = 12;
/** Simulated round trips to a git host. The one without an aim shows how much of the gain is shorter waiting. */
const LATENCIES: readonly { readonly ms: number; readonly aim?: Aim }[] = [
  { ms: 50, aim: { atMost: 0.25 } },
  { ms: 20, aim: { atMost: 0.5 } },
  { ms: 0 },
];

/** All checks of a site with twelve private apps, compared with listing the refs of the twelve apps one after the other. */
export async function measureCheck(context: BenchContext): Promise<readonly Figure[]> {
  const { site, host, repositories, token } = await createSiteOfTwelve(context);
  const engine = await context.engine();
  const check = context.deBuild(['check', '--format', 'json', ...(engine === undefined ? SKIP_ENGINE : [])], {
    folder: site.folder,
    environment: engine === undefined ? {} : { DOCKER_HOST: `unix://${engine.socketPath}` },
  });
  const inARow = listInARow(repositories, host, token);
  const figures: Figure[] = [];
  for (const { ms, aim } of LATENCIES) {
    context.tell(`check of ${APPS} apps, each answer of the git host ${ms} ms late`);
    host.setLatency(ms);
    const comparison = await comparePaired({
      ours: async () => {
        const run = await runProgram(check, context.signal);
        assertAllResolved(run.stdout);
        return run.ms;
      },
      peer: async () => (await runProgram(inARow, context.signal)).ms,
      pairs: context.isQuick ? 3 : 11,
      warmUps: 1,
    });
    figures.push(
      figureOf(
        {
          part: 'check',
          name: `check of ${APPS} apps : git ls-remote in a row, answers ${ms} ms late`,
          unit: 'ms',
          ...(aim === undefined ? {} : { aim }),
        },
        comparison,
      ),
    );
  }
  return figures;
}

const SKIP_ENGINE = ['engine', 'disk', 'image-tag'].flatMap((id) => ['--skip', id]);

interface SiteOfTwelve {
  readonly site: ExampleSite;
  readonly host: RememberingHost;
  readonly repositories: readonly AppRepository[];
  readonly token: string;
}

async function createSiteOfTwelve(context: BenchContext): Promise<SiteOfTwelve> {
  const folder = join(context.folder, 'check');
  const token = `bench_${randomBytes(16).toString('hex')}`;
  const create = (name: string) =>
    createAppRepository(join(folder, 'git'), { name, defaultBranch: 'version-15' });
  const frappe = await create('frappe/frappe');
  const repositories = await Promise.all(
    Array.from({ length: APPS }, (_, at) => create(`bench/app_${at + 1}`)),
  );
  const gitServer = await startGitServer({
    folder: join(folder, 'git'),
    users: [{ token }],
    publicRepositories: [frappe.name],
  });
  context.cleanUps.push(() => gitServer.close());
  const host = await startRememberingHost(gitServer.url);
  context.cleanUps.push(() => host.close());
  const site = await createExampleSite({
    folder: join(folder, 'site'),
    gitUrl: host.url,
    token,
    image: 'de-build-bench/check',
    apps: repositories.map(({ name, defaultBranch }) => ({ url: `${name}.git`, branch: defaultBranch })),
  });
  return { site, host, repositories, token };
}

/** The manual way: one shell, one repository after the other, the token in the URL. */
function listInARow(repositories: readonly AppRepository[], host: RememberingHost, token: string): Program {
  const base = host.url.replace('://', `://x-access-token:${token}@`);
  const urls = repositories.map(({ name }) => `${base}/${name}.git`);
  return {
    command: 'sh',
    args: ['-c', 'for url in "$@"; do git ls-remote "$url" || exit 1; done', 'sh', ...urls],
  };
}

function assertAllResolved(report: string): void {
  const { checks } = JSON.parse(report);
  const repositories = checks.find(({ id }: { id: string }) => id === 'repositories');
  if (!['passed', 'warned'].includes(repositories?.status)) {
    throw new Error(`check did not reach every repository: ${JSON.stringify(repositories)}`);
  }
}
