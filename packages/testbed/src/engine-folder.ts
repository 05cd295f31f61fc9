import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from './cache-folder.ts';
import { runCommand } from './run-command.ts';
import { BRIDGE_FILE, openTestRun } from './test-run.ts';

/** Creates a folder for an engine below that of the run, and a bridge for its containers. */
export async function createEngineFolder(
  tools: Readonly<Record<string, string>>,
): Promise<{ folder: string; bridge: string; network: number }> {
  const run = await openTestRun();
  const folder = await mkdtemp(join(run.folder, 'engine-'));
  // Two processes that look for a free network at the same time would find the same one.
  return withLock('bridges', async () => ({ folder, ...(await addBridge(folder, tools)) }));
}

/** Adds a bridge with an address in a network that no route of this machine overlaps. */
async function addBridge(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ bridge: string; network: number }> {
  const ip = (...args: string[]) => runCommand('ip', args, { environment });
  const routes = await ip('-4', 'route', 'show', 'table', 'all');
  const taken = new Set([...routes.matchAll(/\b10\.(\d+)\./g)].map(([, second]) => Number(second)));
  const start = process.pid % 150;
  const second = Array.from({ length: 150 }, (_, index) => 100 + ((start + index) % 150)).find(
    (candidate) => !taken.has(candidate),
  );
  if (second === undefined || /\b10\.0\.0\.0\/8\b/.test(routes)) {
    throw new Error('No network of 10.100.0.0 to 10.249.0.0 is free for a private engine');
  }
  const bridge = `dbt${second}x${process.pid.toString(36)}`;
  await writeFile(join(folder, BRIDGE_FILE), bridge);
  await ip('link', 'add', bridge, 'type', 'bridge');
  await ip('address', 'add', `10.${second}.0.1/24`, 'dev', bridge);
  await ip('link', 'set', bridge, 'up');
  return { bridge, network: second };
}
