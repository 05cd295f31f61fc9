import { describe, expect, test } from '@jest/globals';
import { readImageApps } from './image-apps.ts';

const COMMIT = 'a'.repeat(40);
const BENCH = '/home/frappe/frappe-bench';

/** An image that holds one file. */
function imageWith(text: string | undefined) {
  return {
    async readFile(_image: string, path: string) {
      expect(path).toBe(`${BENCH}/sites/apps.json`);
      return text === undefined ? undefined : Buffer.from(text);
    },
  };
}

const read = (text: string | undefined) => readImageApps(imageWith(text), 'sha256:0123456789abcdef', BENCH);

describe('readImageApps', () => {
  test('reads what bench 5.22 writes, also frappe without a commit', async () => {
    const apps = await read(
      JSON.stringify({
        frappe: {
          resolution: { commit_hash: null, branch: null },
          required: [],
          idx: 1,
          version: '15.1.0',
        },
        erpnext: {
          is_repo: true,
          resolution: { commit_hash: COMMIT, branch: 'version-15' },
          required: ['payments'],
          idx: 2,
          version: '15.2.0',
        },
        local: { is_repo: false, resolution: 'not a repo', required: [], idx: 3, version: null },
      }),
    );
    expect([...apps.values()]).toEqual([
      { name: 'frappe', commit: undefined, branch: undefined, version: '15.1.0', isRepository: true },
      { name: 'erpnext', commit: COMMIT, branch: 'version-15', version: '15.2.0', isRepository: true },
      { name: 'local', commit: undefined, branch: undefined, version: undefined, isRepository: false },
    ]);
  });

  test.each([
    ['nothing', '', []],
    ['no apps', '{}', []],
    ['an entry without a resolution', '{"a":{"version":1}}', ['a']],
    ['a name of JavaScript', '{"constructor":{"resolution":null}}', ['constructor']],
    ['a byte order mark', '\u{feff}{"a":{}}', ['a']],
  ])('takes %s', async (_, text, names) => {
    expect([...(await read(text)).keys()]).toEqual(names);
  });

  test.each([
    ['no file', undefined, 'image-without-bench'],
    ['half a file', '{"frappe": {', 'image-apps-unreadable'],
    ['a list', '[]', 'image-apps-unreadable'],
    ['an entry that is text', '{"frappe":"15"}', 'image-apps-unreadable'],
  ])('refuses %s', async (_, text, code) => {
    await expect(read(text)).rejects.toMatchObject({ code, exitCode: 7 });
  });

  test('does not take a text for a commit', async () => {
    const apps = await read('{"a":{"resolution":{"commit_hash":"version-15","branch":"version-15"}}}');
    expect(apps.get('a')?.commit).toBeUndefined();
  });
});
