import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type AppRepository, createAppRepository } from './git-repository.ts';
import { runCommand } from './run-command.ts';
import { workspaceFile } from './workspace-file.ts';

/** Frappe and three apps in miniature, as bare repositories below a git server's folder. */
export interface ExampleApps {
  /** `frappe/frappe` */
  readonly frappe: AppRepository;
  /** `example/mini_erp` and so on, by name. */
  readonly apps: Readonly<Record<ExampleAppName, AppRepository>>;
}

export type ExampleAppName = (typeof EXAMPLE_APP_NAMES)[number];
export const EXAMPLE_APP_NAMES = ['mini_erp', 'mini_hr', 'mini_custom'] as const;
const BRANCH = 'version-15';

/**
 * Makes the four repositories. Each has the branch `version-15`, the annotated tag `v15.0.0` on its first commit,
 * the light tag `v15.1.0` on its second, and a third commit on the branch. The commits are the same on every run.
 */
export async function createExampleApps(serverFolder: string): Promise<ExampleApps> {
  const [frappe, mini_erp, mini_hr, mini_custom] = await Promise.all([
    createExampleApp(serverFolder, 'frappe/frappe'),
    createExampleApp(serverFolder, 'example/mini_erp'),
    createExampleApp(serverFolder, 'example/mini_hr'),
    createExampleApp(serverFolder, 'example/mini_custom'),
  ]);
  return { frappe, apps: { mini_erp, mini_hr, mini_custom } };
}

/** Moves an app's branch to a new commit with a new version, as its developers would; returns the commit. */
export async function moveExampleApp(
  repository: AppRepository,
  version: string,
  branch: string = repository.defaultBranch,
): Promise<string> {
  const app = repository.name.split('/').at(-1);
  return repository.commit({
    branch,
    message: `Release ${version}`,
    files: { [`${app}/__init__.py`]: `__version__ = "${version}"\n` },
  });
}

/** Gives mini_erp what a running site shows: doctypes, methods, jobs, a bundle, a patch. Returns the commit. */
export async function fillExampleApp({ apps }: ExampleApps): Promise<string> {
  const folder = workspaceFile('examples/apps/mini_erp');
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const files = await Promise.all(
    paths.sort().map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const),
  );
  return apps.mini_erp.commit({ message: 'Add orders', files: Object.fromEntries(files) });
}

const PATCHES = 'mini_erp/patches.txt';
const ORDER = 'mini_erp/mini_erp/doctype/sales_order/sales_order.json';

export interface OrderChanges {
  /** A new field of the doctype. */
  readonly field?: { readonly name: string; readonly type: string };
  /** By name, SQL statements that are separated by `; `. They take the place of a patch `break_halfway`. */
  readonly patches: Readonly<Record<string, string>>;
}

/** Changes the doctype of orders in the app that {@link fillExampleApp} filled, and adds patches for it. Returns the commit. */
export async function changeOrders(
  { apps }: Pick<ExampleApps, 'apps'>,
  { field, patches }: OrderChanges,
): Promise<string> {
  const { mini_erp } = apps;
  const read = (path: string) => runCommand('git', ['--git-dir', mini_erp.folder, 'show', `HEAD:${path}`]);
  const doctype = JSON.parse(await read(ORDER));
  if (field !== undefined) doctype.fields.push({ fieldname: field.name, fieldtype: field.type });
  const lines = Object.keys(patches).map((name) => `mini_erp.patches.v15_0.${name}\n`);
  const files = Object.entries(patches).map(([name, statements]) => [
    `mini_erp/patches/v15_0/${name}.py`,
    `import frappe\n\n\ndef execute():\n    for statement in ${JSON.stringify(statements.split('; '))}:\n        frappe.db.sql(statement)\n`,
  ]);
  const kept = (await read(PATCHES)).replace(/^.*break_halfway\n?/m, '').trimEnd();
  return mini_erp.commit({
    message: field === undefined ? 'Add patches' : `Add the field ${field.name} to orders`,
    files: {
      [ORDER]: JSON.stringify(doctype, undefined, 2),
      [PATCHES]: `${kept}\n${lines.join('')}`,
      ...Object.fromEntries(files),
    },
  });
}

async function createExampleApp(serverFolder: string, name: string): Promise<AppRepository> {
  const app = name.split('/').at(-1) ?? name;
  const repository = await createAppRepository(serverFolder, {
    name,
    defaultBranch: BRANCH,
    files: {
      'pyproject.toml': `[project]\nname = "${app}"\nrequires-python = ">=3.10"\ndynamic = ["version"]\n`,
      'package.json': `${JSON.stringify({ name: app, version: '0.0.0', engines: { node: '>=18' } }, undefined, 2)}\n`,
      'README.md': `# ${app}\n`,
      [`${app}/__init__.py`]: '__version__ = "15.0.0"\n',
      [`${app}/hooks.py`]: `app_name = "${app}"\napp_title = "${app}"\n`,
      [`${app}/modules.txt`]: `${app}\n`,
      [`${app}/patches.txt`]: '',
    },
  });
  await repository.tag('v15.0.0', { annotated: true });
  await moveExampleApp(repository, '15.1.0');
  await repository.tag('v15.1.0');
  await repository.commit({
    message: 'Say more',
    files: { 'README.md': `# ${app}\n\nAn app in miniature.\n` },
  });
  return repository;
}
