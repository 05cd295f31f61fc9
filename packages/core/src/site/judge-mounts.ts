import type { Finding } from '../errors/finding.ts';
import {
  buildSecretEmpty,
  buildSecretMissing,
  buildSecretUnused,
  buildSshMissing,
  type NamedMount,
  sshAgentMissing,
} from '../errors/secret-findings.ts';
import type { Containerfile, StageMount } from './containerfile.ts';
import type { EnvFile } from './env-file.ts';
import { neededStages } from './needed-stages.ts';
import { APPS_SECRET } from './parse-containerfile.ts';
import type { SecretFiles } from './secret-files.ts';
import type { SiteConfig } from './site-config.ts';

interface Sources extends SecretFiles {
  readonly config: SiteConfig;
  readonly env: EnvFile | undefined;
}

/** Every secret and SSH agent that a stage of the build mounts needs a source, and every source a use. */
export function judgeMounts(containerfile: Containerfile, sources: Sources): readonly Finding[] {
  const { config } = sources;
  const needed = neededStages(containerfile.text, config.target);
  const mounts = containerfile.mounts.filter(({ id }) => id !== APPS_SECRET);
  const built = mounts.filter(({ stage }) => needed.has(stage));
  const unused = Object.keys(config.secrets)
    .filter((id) => !mounts.some((mount) => mount.kind === 'secret' && mount.id === id))
    .map((id) => buildSecretUnused(id, containerfile.path));
  return [...firstOfEach(built).flatMap((mount) => judge(mount, containerfile.path, sources)), ...unused];
}

/** Mounts of the agent that the site allows; where there is no agent, each is a finding. */
export function judgeAgent(
  containerfile: Containerfile,
  { config, agent }: { readonly config: SiteConfig; readonly agent: string | undefined },
): readonly Finding[] {
  if (agent || !config.ssh) return [];
  const needed = neededStages(containerfile.text, config.target);
  const mounts = containerfile.mounts.filter(({ kind, stage }) => kind === 'ssh' && needed.has(stage));
  return firstOfEach(mounts).map(({ id, isRequired, line }) =>
    sshAgentMissing({ id, isRequired, place: { file: containerfile.path, line } }),
  );
}

/** One mount of each id: a required one, if there is one. */
function firstOfEach(mounts: readonly StageMount[]): readonly StageMount[] {
  const chosen = new Map<string, StageMount>();
  for (const mount of mounts) {
    const key = `${mount.kind} ${mount.id}`;
    if (chosen.get(key) === undefined || (mount.isRequired && chosen.get(key)?.isRequired === false))
      chosen.set(key, mount);
  }
  return [...chosen.values()];
}

function judge(
  { kind, id, isRequired, line }: StageMount,
  file: string,
  { config, env, files, findings }: Sources,
): Finding[] {
  const mount: NamedMount = { id, isRequired, place: { file, line } };
  if (kind === 'ssh') return config.ssh ? [] : [buildSshMissing(mount)];
  if (kind !== 'secret') return [];
  const source = Object.hasOwn(config.secrets, id) ? config.secrets[id] : undefined;
  if (source === undefined) return [buildSecretMissing(mount, env?.path ?? config.env)];
  if ('file' in source) {
    const content = files.get(id);
    const isReported = findings.some((finding) => finding.file === source.file);
    if (isReported || (content !== undefined && content.trim() !== '')) return [];
    return [buildSecretEmpty(mount, source.file, content !== undefined)];
  }
  const value = env === undefined ? undefined : readSecretKey(source.env, env, config.tokenAliases);
  return env === undefined || value !== undefined
    ? []
    : [buildSecretEmpty(mount, `${source.env} in ${env.path}`, env.entries.has(source.env))];
}

/** The value of a key of `.env`, or of an alias of it; `undefined` where none has one. */
export function readSecretKey(
  key: string,
  env: EnvFile,
  aliases: SiteConfig['tokenAliases'],
): string | undefined {
  const group = aliases.filter((names) => names.includes(key)).flat();
  const values = [key, ...group].map((name) => env.entries.get(name)?.value);
  return values.find((value) => value !== undefined && value !== '');
}
