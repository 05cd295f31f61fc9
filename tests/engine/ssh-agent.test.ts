import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXAMPLE_BASE_IMAGE, runCommand } from '@de-build/testbed';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { BuildEvent } from '../../packages/core/src/engine/build-event.ts';
import { onEachEngine } from './on-each-engine.ts';
import { useBuilds } from './use-builds.ts';

/** Asks the agent for its keys (RFC draft-miller-ssh-agent: 11, answered by 12), and prints how many there are. */
const ASK = `
import os, socket, struct
agent = socket.socket(socket.AF_UNIX)
agent.connect(os.environ['SSH_AUTH_SOCK'])
agent.sendall(struct.pack('>IB', 1, 11))
head = agent.recv(9)
print('keys:', struct.unpack('>IBI', head)[1:])
`;

onEachEngine('a step that mounts an ssh agent', (shared) => {
  const events: BuildEvent[] = [];
  const builds = useBuilds(shared, { onEvent: (event) => events.push(event) });
  let agent: ChildProcess;
  let socket: string;
  beforeEach(async () => {
    events.length = 0;
    socket = join(builds.folder, 'agent.sock');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    for (let left = 100; left > 0 && !existsSync(socket); left -= 1) await sleep(50);
    const key = join(builds.folder, 'key');
    await runCommand('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    await runCommand('ssh-add', ['-q', key], { environment: { ...process.env, SSH_AUTH_SOCK: socket } });
  });
  afterEach(() => {
    agent.kill();
  });

  const logged = () => events.flatMap((event) => (event.type === 'build-log' ? [event.text] : [])).join('');

  test('reaches it, by whatever id, and leaves nothing of it in the image', async () => {
    await builds.write({
      'ask.py': ASK,
      Containerfile: [
        `FROM ${EXAMPLE_BASE_IMAGE}`,
        'COPY ask.py /ask.py',
        'RUN --mount=type=ssh,required=true python3 /ask.py',
        'RUN --mount=type=ssh,id=deploy python3 /ask.py && env > /env',
        '',
      ].join('\n'),
    });
    const built = await builds.build({ sshAgent: socket, noCache: true });
    expect(logged().match(/keys: \(12, 1\)/g)).toHaveLength(2);
    expect(await builds.engine.images.readFile(built.id, '/run/buildkit/ssh_agent.0')).toBeUndefined();
  });

  test('fails without one when it requires it', async () => {
    await builds.write({
      Containerfile: `FROM ${EXAMPLE_BASE_IMAGE}\nRUN --mount=type=ssh,required=true true\n`,
    });
    await expect(builds.build({ noCache: true })).rejects.toMatchObject({ exitCode: 6 });
  });
});
