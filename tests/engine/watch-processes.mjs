import { readdirSync, readFileSync } from 'node:fs';

const root = Number(process.argv[2]);
const texts = JSON.parse(readFileSync(0, 'utf8')).map((text) => Buffer.from(text));
const pause = new Int32Array(new SharedArrayBuffer(4));
/** Pid → what it was last seen as. */
const below = new Map([[root, '']]);
const others = new Set([process.pid]);
const leaks = new Set();
const commands = new Set();

for (let look = 0; isRunning(root); look++) {
  // A pid may be given to another process.
  if (look % 200 === 0) others.clear();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && !below.has(pid) && !others.has(pid)) sort(pid);
  }
  for (const pid of below.keys()) search(pid);
  Atomics.wait(pause, 0, 0, 1);
}
process.stdout.write(JSON.stringify({ leaks: [...leaks], commands: [...commands] }));

function sort(pid) {
  const parent = statOf(pid)?.parent;
  if (parent === undefined) return;
  if (below.has(parent)) below.set(pid, '');
  else others.add(pid);
}

function search(pid) {
  const args = read(pid, 'cmdline');
  if (args === undefined) {
    if (pid !== root) below.delete(pid);
    return;
  }
  const command = (args.toString('utf8').split('\0')[0] ?? '').replace(/^.*\//, '');
  if (command !== '') commands.add(command);
  for (const [place, bytes] of [
    ['argv', args],
    ['environment', read(pid, 'environ')],
  ]) {
    if (texts.some((text) => bytes?.includes(text))) leaks.add(`${place} of ${command}`);
  }
}

function isRunning(pid) {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

function statOf(pid) {
  const stat = read(pid, 'stat')?.toString('latin1');
  if (stat === undefined) return undefined;
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state, parent: Number(parent) };
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}
