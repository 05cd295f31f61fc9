import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findSite, isSite, requireSite } from './find-site.ts';

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'de-build-find-')));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Makes files, and folders where a path ends in `/`. */
async function make(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(root, path.endsWith('/') ? path : dirname(path)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(root, path), '');
  }
}
/** The site found from a folder, relative to the root. */
async function found(from: string): Promise<string | undefined> {
  const site = await findSite(join(root, from));
  return site === undefined ? undefined : relative(root, site);
}

describe('findSite', () => {
  test.each(['de-build.json', 'apps.json', 'de-example.env', 'build-manifests/', '.de-build/'])(
    'a folder with %s is a site, also from folders below it',
    async (mark) => {
      await make(`erp/${mark}`, 'erp/images/custom/');
      expect(await found('erp')).toBe('erp');
      expect(await found('erp/images/custom')).toBe('erp');
      expect(await isSite(join(root, 'erp'))).toBe(true);
    },
  );

  test('from within its records and its own folder', async () => {
    await make('erp/build-manifests/', 'erp/.de-build/mirror/');
    expect(await found('erp/build-manifests')).toBe('erp');
    expect(await found('erp/.de-build/mirror')).toBe('erp');
  });

  test('of several sites in one repository, the nearest', async () => {
    await make('apps.json', 'sites/one/apps.json', 'sites/two/de-build.json', 'sites/one/docs/');
    expect(await found('sites/one/docs')).toBe('sites/one');
    expect(await found('sites/two')).toBe('sites/two');
    expect(await found('sites')).toBe('');
  });

  test('a bare .env counts where the search starts, unless there is a site above', async () => {
    await make('erp/.env', 'erp/images/', 'full/apps.json', 'full/frontend/.env');
    expect(await found('erp')).toBe('erp');
    expect(await isSite(join(root, 'erp'))).toBe(true);
    expect(await found('erp/images')).toBeUndefined();
    expect(await found('full/frontend')).toBe('full');
  });

  test('other files, and files with the names of its folders, do not make a site', async () => {
    await make('erp/package.json', 'erp/.git/', 'erp/build-manifests', 'erp/.de-build');
    expect(await found('erp')).toBeUndefined();
    expect(await isSite(join(root, 'erp'))).toBe(false);
    await expect(requireSite(join(root, 'erp'))).rejects.toMatchObject({ code: 'not-a-site', exitCode: 2 });
  });

  test('through a symbolic link, by the folder it leads to', async () => {
    await make('erp/apps.json', 'erp/images/', 'elsewhere/');
    await symlink(join(root, 'erp/images'), join(root, 'elsewhere/images'));
    expect(await found('elsewhere/images')).toBe('erp');
  });

  test('a link as its file counts, even one that leads nowhere', async () => {
    await make('erp/images/', 'store/');
    await symlink(join(root, 'store'), join(root, 'erp/.de-build'));
    expect(await found('erp/images')).toBe('erp');
    await rm(join(root, 'erp/.de-build'));
    await symlink('nowhere', join(root, 'erp/apps.json'));
    expect(await found('erp/images')).toBe('erp');
  });

  test('the root of the file system ends the search', async () => {
    await expect(findSite('/')).resolves.toBeUndefined();
  });

  test('a folder above that cannot be listed is skipped; one that cannot be entered is an error', async () => {
    await make('erp/apps.json', 'erp/closed/below/');
    const closed = join(root, 'erp/closed');
    try {
      await chmod(closed, 0o111);
      expect(await found('erp/closed/below')).toBe('erp');
      await chmod(closed, 0o000);
      const entered = found('erp/closed/below');
      // Root may enter every folder.
      if (process.getuid?.() === 0) expect(await entered).toBe('erp');
      else await expect(entered).rejects.toMatchObject({ code: 'site-unreadable' });
    } finally {
      await chmod(closed, 0o755);
    }
  });

  test('a folder that does not exist', async () => {
    await expect(findSite(join(root, 'missing'))).rejects.toMatchObject({ code: 'site-not-found' });
    await make('file');
    for (const path of ['file', 'file/below']) {
      await expect(findSite(join(root, path))).rejects.toMatchObject({ code: 'site-not-found' });
    }
  });
});
