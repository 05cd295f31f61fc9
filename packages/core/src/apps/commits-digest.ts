import { createHash } from 'node:crypto';
import type { ResolvedApp } from './app.ts';

/**
 * `sha256:…` over name, URL and commit of every app, frappe included: the same for the same commits, in whatever order
 * the apps are written, and another one as soon as any ref has moved.
 */
export function digestCommits(apps: readonly Pick<ResolvedApp, 'name' | 'url' | 'commit'>[]): string {
  const lines = apps.map(({ name, url, commit }) => `${name}\0${url}\0${commit}\n`).sort();
  return `sha256:${createHash('sha256').update(lines.join('')).digest('hex')}`;
}
