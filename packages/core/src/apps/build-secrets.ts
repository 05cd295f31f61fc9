import { Secret } from '../secrets/secret.ts';
import { secretParts } from '../secrets/secret-parts.ts';
import { readSecretKey } from '../site/judge-mounts.ts';
import type { Site } from '../site/site.ts';

export interface BuildSecrets {
  /** What the build gets, by id; without those that have no value. */
  readonly byId: Readonly<Record<string, Secret>>;
  /** What must not be shown nor be in an image: each of them, and the passwords within a file. */
  readonly searched: readonly Secret[];
  /** The keys of `.env` that were used. */
  readonly usedKeys: readonly string[];
}

/** The secrets that de-build.json names for the build. */
export function readBuildSecrets({ config, env, secretFiles }: Site): BuildSecrets {
  const byId: Record<string, Secret> = {};
  const searched: Secret[] = [];
  const usedKeys: string[] = [];
  for (const [id, source] of Object.entries(config.secrets)) {
    if ('env' in source) {
      const value = env && readSecretKey(source.env, env, config.tokenAliases);
      usedKeys.push(source.env);
      if (value === undefined) continue;
      byId[id] = new Secret(source.env, value);
      searched.push(byId[id]);
      continue;
    }
    const content = secretFiles.get(id);
    if (content === undefined || content.trim() === '') continue;
    byId[id] = new Secret(id, content);
    searched.push(...secretParts(content).map((part) => new Secret(id, part)));
  }
  return { byId, searched, usedKeys };
}
