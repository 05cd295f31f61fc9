import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encodedForms } from '../../packages/core/src/secrets/forms/encoded-forms.ts';
import { credential, failureOf, type MirrorWorld, makeMirrorWorld, readAll, TOKEN } from './mirror-world.ts';

let world: MirrorWorld;
beforeEach(async () => {
  world = await makeMirrorWorld({ users: [{ token: TOKEN }] });
});
afterEach(() => world.remove());

/** What the processes of this machine were called with, and in which environment, for as long as `use` takes. */
async function watchProcesses(use: () => Promise<void>): Promise<Set<string>> {
  const seen = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync('/proc').filter(
      (name) => /^\d+$/.test(name) && Number(name) !== process.pid,
    )) {
      for (const file of ['cmdline', 'environ']) {
        try {
          seen.add(readFileSync(`/proc/${pid}/${file}`, 'latin1'));
        } catch {
          // Gone, or somebody else's.
        }
      }
    }
  };
  const timer = setInterval(look, 1);
  try {
    await use();
  } finally {
    clearInterval(timer);
  }
  return seen;
}

const FORMS = [TOKEN, Buffer.from(`x-access-token:${TOKEN}`).toString('base64')].flatMap((text) =>
  encodedForms(text).map((form) => form.text),
);

function expectNoToken(text: string): void {
  for (const form of FORMS) expect(text.includes(form)).toBe(false);
}

test('the token is in no argument, no environment and no file that stays', async () => {
  const app = { ...(await world.resolve()), credential };
  const seen = await watchProcesses(async () => {
    const mirror = world.openMirror();
    await mirror.fetch(app);
    await world.app.commit({ files: { 'a.txt': 'second' } });
    const source = await mirror.fetch({ ...(await world.resolve()), credential });
    expect(JSON.stringify(source)).not.toContain(TOKEN);
  });
  expect(
    world.server.requests.filter(({ authorization }) => authorization !== undefined).length,
  ).toBeGreaterThan(3);
  const all = [...seen].join('\n');
  // Those that had the token to hand on were seen. A failure must not print the environment of every process.
  expect(all.includes('fetch\0--progress')).toBe(true);
  expect(all.includes('remote-http')).toBe(true);
  expectNoToken(all);
  const files = await readAll(join(world.folder, 'site'));
  expect(files.size).toBeGreaterThan(5);
  for (const [path, content] of files) {
    expectNoToken(path);
    expectNoToken(content.toString('latin1'));
  }
  // The folder that git had the token in was below TMPDIR.
  expect((await readdir(world.folder)).sort()).toEqual(['site', 'upstream']);
});

test('a token that is refused is named, not shown', async () => {
  const wrong = { ...credential, password: credential.password.map('ACME_TOKEN', (text) => `${text}x`) };
  const error = await failureOf(world.openMirror().fetch({ ...(await world.resolve()), credential: wrong }));
  expect(error.code).toBe('git-token-refused');
  expect(error.what).toContain('ACME_TOKEN');
  expectNoToken(JSON.stringify({ ...error, message: error.message, stack: error.stack }));
});

test('the token is not sent to another host', async () => {
  const stranger = await makeMirrorWorld();
  world.server.setFault('acme/warehouse', { kind: 'redirect', to: stranger.server.url });
  const error = await failureOf(world.openMirror().fetch({ ...(await world.resolve()), credential }));
  expect(error.code).toBe('git-redirected');
  expect(stranger.server.requests).toEqual([]);
  await stranger.remove();
});
