/** Names of images, by the grammar of the distribution project's `reference`, without a tag and a digest. */

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HUB = 'docker.io';
/** Docker tags no image so: with a tag it would look like a digest. */
const ALGORITHM = 'sha256';
/** Of a path; `library/` counts. */
const LONGEST = 255;

/** The grammar for the JSON Schema; `judgeImageName` accepts the same, and says what is wrong. */
export const IMAGE_NAME = {
  pattern: [
    `^(?![0-9a-f]{64}$|(?:(?:index\\.)?docker\\.io/)?(?:library/)?${ALGORITHM}$)`,
    `(?!(?:(?:index\\.)?docker\\.io/)?[^/]{${LONGEST - 'library/'.length + 1}}[^/]*$)`,
    `(?:(?:localhost|(?=[^/]*[.:])${HOST})/|(?![^/]*[.:][^/]*/))`,
    `(?!.{${LONGEST + 1}})${COMPONENT}(?:/${COMPONENT})*$`,
  ].join(''),
};

/** The host of a name's registry, and its path there, as Docker tells them: `python` is `library/python` of `docker.io`. */
export function splitImageName(name: string): { readonly host: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = first === 'localhost' || /[.:\p{Lu}]/u.test(first);
  const host = isHost && first !== `index.${HUB}` ? first : HUB;
  const path = isHost ? name.slice(slash + 1) : name;
  return { host, path: host === HUB && !path.includes('/') ? `library/${path}` : path };
}

/** A name with its tag, which is `latest` where none is written. */
export function splitReference(reference: string): { readonly name: string; readonly tag: string } {
  const [, name = reference, tag = 'latest'] =
    /^(.*?)(?::([\w.-]+))?$/.exec(reference.replace(/@.*/, '')) ?? [];
  return { name, tag };
}

/** The name as Docker shows it: without `docker.io/` and `docker.io/library/`. */
export function familiarImageName(name: string): string {
  const { host, path } = splitImageName(name);
  return host === HUB ? path.replace(/^library\/(?=[^/]*$)/, '') : `${host}/${path}`;
}

/**
 * Why a text is not the name of an image, following on "It"; `undefined` when it is one. Two names that Docker accepts are
 * none: of a host that is one only by its upper case, and with a first part that looks like a host and cannot be one.
 */
export function judgeImageName(name: string): string | undefined {
  if (/^[0-9a-f]{64}$/.test(name))
    return 'is 64 hexadecimal digits, which Docker takes for the id of an image';
  if (familiarImageName(name) === ALGORITHM)
    return `is ${JSON.stringify(ALGORITHM)}, which Docker takes for the beginning of a digest`;
  const { host, path } = splitImageName(name);
  if (/^[^.:]*\p{Lu}[^.:]*$/u.test(host))
    return `begins with ${JSON.stringify(host)}, which Docker takes for the host of a registry, because of its upper case; write it in lower case`;
  if (!matches(HOST, host)) return `begins with ${JSON.stringify(host)}, which is not the host of a registry`;
  if (path.length > LONGEST) return `has a path of more than ${LONGEST} characters`;
  if (/[:@]/.test(path))
    return 'has a tag or a digest; write it without, for the site version becomes the tag';
  if (/[A-Z]/.test(path)) return 'has upper case; write it in lower case';
  const wrong = path.split('/').find((component) => !matches(COMPONENT, component));
  if (wrong === '') return 'has an empty part between two slashes, or at an end';
  return wrong === undefined
    ? undefined
    : `has the part ${JSON.stringify(wrong)}; a part has letters and digits, with ".", "_", "__" or "-" only between them`;
}

function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern}$`).test(text);
}
