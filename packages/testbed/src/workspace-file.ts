import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file of the workspace, also for code that runs from a bundle. */
export function workspaceFile(path: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return join(folder, path);
  }
  throw new Error(`The workspace holds no ${path}`);
}
