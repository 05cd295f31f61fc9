import type { Package } from './packages.ts';

/** The purl of a package, by the rules of its type (package-url specification, "PURL-TYPES"). */
export function packageUrl({ ecosystem, name, version, architecture }: Package, system = 'debian'): string {
  if (ecosystem === 'python')
    return `pkg:pypi/${encode(name.toLowerCase().replaceAll('_', '-'))}@${encode(version)}`;
  if (ecosystem === 'node') return `pkg:npm/${name.split('/').map(encode).join('/')}@${encode(version)}`;
  const arch = architecture === undefined ? '' : `?arch=${encode(architecture)}`;
  return `pkg:deb/${encode(system)}/${encode(name.toLowerCase())}@${encode(version)}${arch}`;
}

/**
 * The purl of an app: of type github where it is hosted there, otherwise a generic one that names the repository.
 * @param app with a URL without credentials
 */
export function appUrl(app: {
  readonly name: string;
  readonly url: string;
  readonly commit: string;
}): string {
  const github = /^https:\/\/github\.com\/([^/]+)\/([^/]+?)(?:\.git)?\/?$/i.exec(app.url);
  if (github !== null) {
    const [, owner = '', repository = ''] = github;
    return `pkg:github/${encode(owner.toLowerCase())}/${encode(repository.toLowerCase())}@${app.commit}`;
  }
  return `pkg:generic/${encode(app.name)}@${app.commit}?vcs_url=${encode(`git+${app.url}@${app.commit}`)}`;
}

/** Encodes everything but letters, digits, `.-_~` and the colon (of Debian's epochs). */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');
}
