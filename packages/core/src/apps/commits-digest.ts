import { createHash } from 'node:crypto';
import type { ResolvedApp } from './app.ts';

/**
 * `sha256:…` over name, URL and commit of every app, frappe included: the same for the same commits in any order,
 * and different as soon as any commit changes.
 */
export function digestCommits(apps: readonly Pick<ResolvedApp, 'name' | 'url' | 'commit'>[]): string {
  const lines = apps.map(({ name, url, commit }) => `${name}\0${url}\0${commit}\n`).sort();
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
}
