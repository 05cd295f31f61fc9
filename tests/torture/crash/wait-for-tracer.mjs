// Loaded before the program: names the one thread that will do the program's file work, and waits until it is watched.
import { readFileSync, writeFileSync } from 'node:fs';
import { readlink } from 'node:fs/promises';
import { basename } from 'node:path';

// That thread answers it.
const worker = basename(await readlink('/proc/thread-self'));
writeFileSync(process.env.TORTURE_THREAD_FILE, `${worker}\n`);
delete process.env.TORTURE_THREAD_FILE;
const pause = new Int32Array(new SharedArrayBuffer(4));
while (!/^TracerPid:\s*[1-9]/m.test(readFileSync(`/proc/self/task/${worker}/status`, 'utf8')))
  Atomics.wait(pause, 0, 0, 5);
