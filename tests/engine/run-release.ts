import type { ChildProcess } from 'node:child_process';
import type { ExampleSite } from '@de-build/testbed';
import { type CliOptions, runCli } from './run-cli.ts';

/** A release by the real CLI. `at` does something once the output holds a text; the CLI is stopped meanwhile. */
export async function runRelease(
  site: ExampleSite,
  engine: { readonly host: string },
  options: {
    readonly args?: readonly string[];
    readonly at?: readonly [string, (child: ChildProcess) => void];
  } = {},
) {
  const [marker, act] = options.at ?? [undefined, () => {}];
  let seen = '';
  let isDone = marker === undefined;
  const onOutput: CliOptions['onOutput'] = (text, child) => {
    seen += text;
    if (isDone || marker === undefined || !seen.includes(marker)) return;
    isDone = true;
    child.kill('SIGSTOP');
    act(child);
    child.kill('SIGCONT');
  };
  const args = ['--progress', 'json', '--host', engine.host, ...(options.args ?? [])];
  const run = await runCli(args, { folder: site.folder, onOutput });
  if (!isDone) throw new Error(`The release ended before it said ${marker}:\n${run.output}`);
  const last = run.stdout.trim().split('\n').at(-1) ?? '{}';
  return {
    ...run,
    outcome: JSON.parse(last) as { type: string; code?: string; why?: string; what?: string },
  };
}
