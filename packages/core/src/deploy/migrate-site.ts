import { appendFile } from 'node:fs/promises';
import type { Containers } from '../engine/engine.ts';
import { migrationFailed } from '../errors/migration-failures.ts';
import type { Tools } from '../flow/tools.ts';
import type { Bench } from '../frappe/bench/bench.ts';
import { readMigration } from '../frappe/bench/migration.ts';
import { createLineReader } from '../process/program-output.ts';

const SHOWN_LINES = 20;

export interface Migration {
  readonly site: string;
  readonly bench: Bench;
  readonly containers: Containers;
  /** Absolute path of the file that gets the whole output, redacted. */
  readonly log: string;
  /** What serves if it fails, as a sentence. Default: that it is undone. */
  readonly serving?: string;
}

const UNDONE = 'What ran before serves again, with its database as it was.';

/**
 * Migrates one site, and says which patch runs. `--site all` would stop at the first site that fails, and say nothing of the rest.
 * @throws DeBuildError `migration-failed`
 */
export async function migrateSite(
  { site, bench, containers, log, serving = UNDONE }: Migration,
  { redactor, emit, signal }: Pick<Tools, 'redactor' | 'emit' | 'signal'>,
): Promise<void> {
  await bench.forgetTouchedTables(site);
  const migration = readMigration(site);
  const last: string[] = [];
  let text = '';
  const lines = createLineReader(redactor, (line) => {
    migration.read(line);
    const started = /^Executing (.+) in \S+ \(/.exec(line)?.[1];
    if (started !== undefined) emit({ type: 'notice', level: 'info', text: `${site}: ${started}` });
    text += `${line}\n`;
    last.push(line);
    if (last.length > SHOWN_LINES) last.shift();
  });
  // Python holds its output back where it is no terminal. Both outputs in one, in their order.
  const command = ['sh', '-c', 'exec "$@" 2>&1', 'sh', 'bench', '--site', site, 'migrate'];
  const { exitCode } = await containers
    .exec(bench.container, command, {
      environment: { PYTHONUNBUFFERED: '1' },
      onOutput: (chunk) => lines.add(chunk),
      signal,
    })
    .finally(async () => {
      lines.end();
      await appendFile(log, text, { mode: 0o600 });
    });
  if (exitCode === 0) return;
  const { running, place } = migration.result();
  throw migrationFailed(
    site,
    { patch: running, place: place && `${place.file}:${place.line}`, exitCode },
    {
      serving,
      log,
      output: last.join('\n'),
    },
  );
}
