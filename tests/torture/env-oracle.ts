import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ComposeProgram, findCompose } from '@de-build/testbed';
import { runProgram } from '../../packages/core/src/process/run-program.ts';
import { readComposeEnv } from '../../packages/core/src/site/compose-env.ts';
import { parseEnv } from '../../packages/core/src/site/env-file.ts';
import { type Figure, noneOf } from './figure.ts';
import { ENV_KEYS, randomEnv } from './random-env.ts';
import { seededRandom } from './seeded-random.ts';
import type { TortureContext } from './torture-context.ts';

const PART = 'env-oracle';
const FILES = { whole: 10_000, quick: 200 };
/** Of one run of Compose, whose time grows faster than their number. */
const BATCH = 50;

type Values = Readonly<Record<string, string>>;

/**
 * Random env files, as de-build and as `docker compose config` reads them: each as the env file of an included project whose
 * service lists the keys, in an empty environment.
 */
export async function compareEnvFiles(
  context: Omit<TortureContext, 'cli' | 'engines'>,
): Promise<readonly Figure[]> {
  const compose = await findCompose();
  if (compose === undefined) {
    context.tell(`Skipping ${PART}: there is no Docker Compose 2`);
    return [];
  }
  const { random, seed } = seededRandom();
  const texts = Array.from({ length: context.isQuick ? FILES.quick : FILES.whole }, () => randomEnv(random));
  const wrong = { accepted: 0, read: 0 };
  const tries = { accepted: 0, read: 0 };
  for (let from = 0; from < texts.length; from += BATCH) {
    context.signal.throwIfAborted();
    const asked = texts
      .slice(from, from + BATCH)
      .filter((text) => readComposeEnv(text).problems.length === 0);
    const answers = await askCompose(compose, asked, context);
    for (const [at, text] of asked.entries()) {
      const isAccepted = !parseEnv(text, '.env').findings.some(({ severity }) => severity === 'error');
      const isRight = isSame(valuesOf(text), answers[at]);
      for (const kind of isAccepted ? (['accepted', 'read'] as const) : (['read'] as const)) {
        tries[kind] += 1;
        if (!isRight) wrong[kind] += 1;
      }
      if (!isRight)
        context.tell(
          `${isAccepted ? 'ACCEPTED' : 'read'} (seed ${seed}): ${JSON.stringify({ text, ours: valuesOf(text), compose: answers[at] })}`,
        );
    }
  }
  const name = `with another value than Docker Compose ${compose.version}, of ${texts.length} env files`;
  return [
    noneOf(tries.accepted, { part: PART, name: `accepted ${name}`, wrong: wrong.accepted }),
    noneOf(tries.read, { part: PART, name: `read ${name}`, wrong: wrong.read }),
  ];
}

function valuesOf(text: string): Values {
  return Object.fromEntries([...parseEnv(text, '.env').env.entries].map(([key, { value }]) => [key, value]));
}

function isSame(ours: Values, theirs: Values | undefined): boolean {
  return theirs !== undefined && ENV_KEYS.every((key) => ours[key] === theirs[key]);
}

/** What Compose makes of each file; `undefined` for one that it refuses. One that it refuses ends a run, so that halves are asked. */
async function askCompose(
  compose: ComposeProgram,
  texts: readonly string[],
  context: Pick<TortureContext, 'folder' | 'signal'>,
): Promise<readonly (Values | undefined)[]> {
  if (texts.length === 0) return [];
  const folder = join(context.folder, PART);
  await mkdir(folder, { recursive: true });
  const environment = `environment: ${JSON.stringify(ENV_KEYS)}`;
  const include: object[] = [];
  for (const [at, text] of texts.entries()) {
    await writeFile(join(folder, `${at}.env`), text);
    await writeFile(join(folder, `${at}.yaml`), `services:\n  s${at}:\n    image: x\n    ${environment}\n`);
    include.push({ path: `${at}.yaml`, env_file: `${at}.env` });
  }
  await writeFile(join(folder, 'compose.yaml'), JSON.stringify({ include }));
  const { exitCode, stdout } = await runProgram(compose.command, ['config', '--format', 'json'], {
    folder,
    environment: {},
    timeoutMs: 600_000,
    signal: context.signal,
  });
  await rm(folder, { recursive: true });
  if (exitCode === 0) {
    const { services } = JSON.parse(stdout);
    return texts.map((_, at) => readValues(services[`s${at}`].environment));
  }
  if (texts.length === 1) return [undefined];
  const half = Math.ceil(texts.length / 2);
  return [
    ...(await askCompose(compose, texts.slice(0, half), context)),
    ...(await askCompose(compose, texts.slice(half), context)),
  ];
}

/** A key that is not set is null, and `$` is written twice. */
function readValues(environment: Readonly<Record<string, string | null>>): Values {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([key, value]) =>
      value === null ? [] : [[key, value.replaceAll('$$', '$')]],
    ),
  );
}
