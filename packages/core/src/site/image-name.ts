/** Names of images, by the grammar of the distribution project's `reference`, without a tag and a digest. */

const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9A-Fa-f:]+\\])(?::[0-9]+)?`;
const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const LONGEST = 255;

/** The grammar for the JSON Schema; `judgeImageName` accepts the same, and says what is wrong. */
export const IMAGE_NAME = {
  pattern: `^(?![0-9a-f]{64}$)(?:(?:localhost|(?=[^/]*[.:])${HOST})/)?${COMPONENT}(?:/${COMPONENT})*$`,
  maxLength: LONGEST,
};

/** Why a text is not the name of an image, following on "It"; `undefined` when it is one. */
export function judgeImageName(name: string): string | undefined {
  if (name.length > LONGEST) return `has more than ${LONGEST} characters`;
  if (/^[0-9a-f]{64}$/.test(name))
    return 'is 64 hexadecimal digits, which Docker takes for the id of an image';
  const [first = '', ...others] = name.split('/');
  const isHost = others.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  if (!isHost && others.length > 0 && /[A-Z]/.test(first))
    return `begins with ${JSON.stringify(first)}, which Docker takes for the host of a registry, because of its upper case; write it in lower case`;
  if (isHost && !matches(HOST, first))
    return `begins with ${JSON.stringify(first)}, which is not the host of a registry`;
  const path = (isHost ? others : [first, ...others]).join('/');
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
