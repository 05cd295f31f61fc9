import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { backupTimer } from './backup-timer.ts';

const options = { site: '/srv/erp', command: ['/usr/bin/node', '/opt/de-build.cjs'], args: [] };

test('back up, then prune, each night', () => {
  const { service, timer } = backupTimer({ ...options, args: ['--to', '/mnt/nas', '--without-files'] });
  expect(service.path).toBe('/etc/systemd/system/de-build-backup-erp.service');
  expect(service.text.match(/^ExecStart=.*/gm)).toEqual([
    'ExecStart=/usr/bin/node /opt/de-build.cjs backup --to /mnt/nas --without-files --site /srv/erp --lock-wait=1h',
    'ExecStart=/usr/bin/node /opt/de-build.cjs backup prune --to /mnt/nas --site /srv/erp --lock-wait=1h',
  ]);
  expect(timer.path).toBe('/etc/systemd/system/de-build-backup-erp.timer');
  expect(timer.text).toMatch(/^OnCalendar=\*-\*-\* 02:30:00\n.*\nPersistent=true$/m);
});

test('a name that systemd would read otherwise is quoted', () => {
  const { service } = backupTimer({ ...options, site: '/srv/our $100% "erp"' });
  expect(service.path).toBe('/etc/systemd/system/de-build-backup-our-100-erp-.service');
  expect(service.text).toContain('--site "/srv/our $$100%% \\"erp\\"" --lock-wait');
});

test('systemd accepts the units, where it is installed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'units-'));
  const { service, timer } = backupTimer({ ...options, command: [process.execPath] });
  const paths = [];
  for (const { path, text } of [service, timer]) {
    paths.push(join(folder, basename(path)));
    await writeFile(join(folder, basename(path)), text);
  }
  const verified = await promisify(execFile)('systemd-analyze', ['verify', ...paths]).catch(
    (error: NodeJS.ErrnoException & { stderr?: string }) =>
      error.code === 'ENOENT' ? { stderr: '' } : { stderr: error.stderr ?? String(error) },
  );
  // It also reports units of the machine itself.
  expect(verified.stderr.split('\n').filter((line) => line.includes('de-build'))).toEqual([]);
  await rm(folder, { recursive: true });
});
