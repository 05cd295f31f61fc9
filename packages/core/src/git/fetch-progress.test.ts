import { expect, test } from '@jest/globals';
import type { ProgressEvent } from '../progress/progress.ts';
import { reportReceived, repositoryName, withoutProgress, withProgress } from './fetch-progress.ts';

// As git prints it, in versions from 2.25 on.
const PRINTED = [
  'remote: Enumerating objects: 402, done.        \nremote: Counting objects:  50% (201/402)        ',
  'remote: Compressing objects: 100% (402/402), done.        ',
  'Receiving objects:  42% (169/402)\rReceiving objects:  99% (398/402), 1.16 MiB | 2.00 MiB/s',
  'remote: Total 402 (delta 0), reused 0 (delta 0), pack-reused 0        ',
  'Receiving objects: 100% (402/402), 1.16 MiB | 13.04 MiB/s, done.\nResolving deltas:  50% (1/2)',
  'From https://git.example/acme/erp\n * [new ref]                    -> refs/x/b',
  ' * branch            0123 -> FETCH_HEAD',
];

test('what git adds to report progress is left out, and nothing else', () => {
  const others = ['remote: Repository not found.', 'fatal: early EOF', 'error: RPC failed; curl 18', ''];
  expect(withoutProgress([...PRINTED, ...others].join('\r'))).toBe(others.join('\n'));
});

test('the objects received are counted', async () => {
  const events: ProgressEvent[] = [];
  const work = { id: 'fetch erp', title: 'Fetching acme/erp' };
  await withProgress(
    work,
    (event) => events.push(event),
    async (meter) => {
      for (const line of PRINTED.join('\n').split(/[\r\n]/)) reportReceived(line, meter);
    },
  );
  expect(events.at(-1)).toEqual({
    type: 'progress',
    ...work,
    unit: 'objects',
    current: 402,
    total: 402,
    done: true,
  });
});

test('a fetch that fails ends its progress', async () => {
  const events: ProgressEvent[] = [];
  const fetching = withProgress(
    { id: 'a', title: 'A' },
    (event) => events.push(event),
    async () => {
      throw new Error('cut off');
    },
  );
  await expect(fetching).rejects.toThrow('cut off');
  expect(events).toMatchObject([{ current: 0, done: true }]);
});

test.each([
  ['https://github.com/frappe/erpnext.git', 'frappe/erpnext'],
  ['ssh://git@host:2222/acme/team/erp/', 'acme/team/erp'],
])('%s is named %s', (url, name) => {
  expect(repositoryName(url)).toBe(name);
});
