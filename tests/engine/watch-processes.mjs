import { readdirSync, readFileSync, writeSync } from 'node:fs';

const root = Number(process.argv[2]);
const texts = JSON.parse(readFileSync(0, 'utf8')).map((text) => Buffer.from(text));
const pause = new Int32Array(new SharedArrayBuffer(4));
/** Pid → what it was last seen as. */
const below = new Map([[root, { command: '', filter: '' }]]);
const others = new Set([process.pid]);
const leaks = new Set();
const commands = new Set();
/** Commands of processes whose memory a core dump would have held, to the last. */
const dumpable = new Set();
let looks = 0;
let seen = 1;

for (; isRunning(root); looks++) {
  // A pid may be given to another process.
  if (looks % 200 === 0) others.clear();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (Number.isInteger(pid) && !below.has(pid) && !others.has(pid)) sort(pid);
  }
  for (const pid of below.keys()) search(pid);
  if (looks === 0) writeSync(1, 'watching\n');
  Atomics.wait(pause, 0, 0, 1);
}
for (const process of below.values()) judge(process);
writeSync(
  1,
  JSON.stringify({ leaks: [...leaks], commands: [...commands], dumpable: [...dumpable], looks, seen }),
);

function sort(pid) {
  const parent = statOf(pid)?.parent;
  if (parent === undefined) return;
  if (!below.has(parent)) {
    others.add(pid);
    return;
  }
  below.set(pid, { command: '', filter: '' });
  seen++;
}

function search(pid) {
  const args = read(pid, 'cmdline');
  const process = below.get(pid);
  if (args === undefined) {
    if (pid === root) return;
    judge(process);
    below.delete(pid);
    return;
  }
  const command = (args.toString('utf8').split('\0')[0] ?? '').replace(/^.*\//, '');
  if (command !== '') {
    commands.add(command);
    process.command = command;
    process.filter = read(pid, 'coredump_filter')?.toString('latin1').trim() || process.filter;
  }
  for (const [place, bytes] of [
    ['argv', args],
    ['environment', read(pid, 'environ')],
  ]) {
    if (texts.some((text) => bytes?.includes(text))) leaks.add(`${place} of ${command}`);
  }
}

function judge({ command, filter }) {
  if (command !== '' && /[^0]/.test(filter)) dumpable.add(command);
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
