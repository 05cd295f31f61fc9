import { expect, test } from '@jest/globals';
import { oneWorker } from './one-worker.ts';

const ONE = ['--workers=1', '--threads=1', '--timeout=0'];

test.each<[readonly string[], readonly string[]]>([
  [
    [
      'gunicorn',
      '--bind=0.0.0.0:8000',
      '--threads=4',
      '--workers=2',
      '--timeout=120',
      '--preload',
      'frappe.app',
    ],
    ['gunicorn', ...ONE, '--bind=0.0.0.0:8000', '--preload', 'frappe.app'],
  ],
  [
    ['/bench/env/bin/gunicorn', '-w', '2', '-b', '0.0.0.0:8000', '-t', '120', 'app'],
    ['/bench/env/bin/gunicorn', ...ONE, '-b', '0.0.0.0:8000', 'app'],
  ],
  [
    ['bash', '-c', 'exec gunicorn -w 2 --timeout=120 --chdir=sites app'],
    ['bash', '-c', `exec gunicorn ${ONE.join(' ')} --chdir=sites app`],
  ],
  [
    ['bench', 'worker', '--queue', 'long'],
    ['bench', 'worker', '--queue', 'long'],
  ],
])('%j', (command, changed) => {
  expect(oneWorker(command)).toEqual(changed);
});
