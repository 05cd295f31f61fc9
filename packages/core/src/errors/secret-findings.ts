/** What a Containerfile mounts, and de-build.json has no source for. No text contains a value. */
import { setIn } from './environment.ts';
import { error, type Finding, type Place, warning } from './finding.ts';

/** A mount, for messages. */
export interface NamedMount {
  readonly id: string;
  /** The build fails without it. */
  readonly isRequired: boolean;
  readonly place: Place;
}

/** @param env the env file, or the environment */
export function buildSecretMissing(mount: NamedMount, env: string): Finding {
  const { id } = mount;
  const key = suggestKey(id);
  return found('build-secret-missing', mount, {
    what: `${at(mount)} mounts the secret ${id}, and de-build.json names no source of it.`,
    fix: `Write \`"secrets": { ${JSON.stringify(id)}: { "env": "${key}" } }\` in de-build.json and set ${key} in ${setIn(env)}, or name a file: \`"secrets": { ${JSON.stringify(id)}: { "file": ".secrets/${fileName(id)}" } }\`.`,
  });
}

/** `source` is what de-build.json names: a key of `.env`, or a file. */
export function buildSecretEmpty(mount: NamedMount, source: string, isSet: boolean): Finding {
  return found('build-secret-empty', mount, {
    what: `The secret ${mount.id}, which ${at(mount)} mounts, has no value: ${source} is ${isSet ? 'empty' : 'missing'}.`,
    fix: `Give ${source} its value, or correct \`secrets\` in de-build.json.`,
  });
}

export function buildSecretUnused(id: string, file: string): Finding {
  return warning('build-secret-unused', {
    what: `de-build.json has the secret ${id}, and no RUN of ${file} mounts it.`,
    why: 'A secret reaches a step only by a mount of its id.',
    fix: `Write \`RUN --mount=type=secret,id=${id}\` for the step that needs it, or remove it from \`secrets\`.`,
    file: 'de-build.json',
    subject: id,
  });
}

export function buildSshMissing(mount: NamedMount): Finding {
  return found('build-ssh-missing', mount, {
    what: `${at(mount)} mounts an SSH agent, and de-build.json does not allow that.`,
    fix: 'Write `"ssh": true` in de-build.json, and start the agent with the key (`ssh-add`).',
  });
}

/** `ssh` of de-build.json is set. */
export function sshAgentMissing(mount: NamedMount): Finding {
  return found('ssh-agent-missing', mount, {
    what: `${at(mount)} mounts an SSH agent, and there is none here: SSH_AUTH_SOCK is not set.`,
    fix: 'Start an agent and add a key: `eval "$(ssh-agent)" && ssh-add`.',
  });
}

function found(
  id: string,
  { isRequired, place, id: subject }: NamedMount,
  said: { readonly what: string; readonly fix: string },
): Finding {
  return (isRequired ? error : warning)(id, {
    why: isRequired
      ? 'The mount is `required`, so the build would fail at this step.'
      : 'The mount is not `required`, so the step would run without it, as if nothing were wrong.',
    ...said,
    ...place,
    subject,
  });
}

function at({ place: { file, line } }: NamedMount): string {
  return `${file} line ${line}`;
}

function suggestKey(id: string): string {
  const key = id
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_');
  return /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PAT)(?:_|$)/.test(key) ? key : `${key}_SECRET`;
}

function fileName(id: string): string {
  return id.replace(/[^\w.-]+/g, '-');
}
