import { z } from 'zod';
import { omitUndefined } from '../omit-undefined.ts';
import type { ImageTree, TakeNote } from './image-tree.ts';

/** A package that is installed in an image. */
export interface Package {
  readonly ecosystem: 'python' | 'node' | 'debian';
  /** As its own metadata writes it. */
  readonly name: string;
  readonly version: string;
  /** Of a Debian package: `amd64`. */
  readonly architecture?: string;
}

export interface ImagePackages {
  /** Sorted, each once however often it is installed. */
  readonly packages: readonly Package[];
  /** The system's name in os-release: `debian`, `ubuntu`; `undefined` without one. */
  readonly system: string | undefined;
}

/** What one file says about packages. */
export type PackageNote =
  | { readonly packages: readonly Package[] }
  | { readonly system: string; readonly packages?: undefined };

/** A package's own file is kilobytes; dpkg's, of thousands of packages, a few megabytes. */
const METADATA_LIMIT = 1024 * 1024;
const DPKG_LIMIT = 64 * 1024 * 1024;

const PYTHON = /\.(?:dist-info\/METADATA|egg-info\/PKG-INFO)$/;
/** Of a package right in a node_modules; deeper in a package there are fixtures and sub-modules. */
const NODE = /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;
const DPKG = /^var\/lib\/dpkg\/(?:status|status\.d\/[^/]+)$/;
const OS_RELEASE = /^(?:usr\/lib|etc)\/os-release$/;

/** For `readImageTree`: notes the metadata of Python, Node and Debian packages. */
export const notePackages: TakeNote<PackageNote> = (path, size) => {
  if (path.endsWith('/package.json')) {
    return NODE.test(path) && size <= METADATA_LIMIT ? (content) => noteOf(nodePackage(content)) : undefined;
  }
  if (PYTHON.test(path)) {
    return size <= METADATA_LIMIT ? (content) => noteOf(pythonPackage(content)) : undefined;
  }
  if (DPKG.test(path) && size <= DPKG_LIMIT) return (content) => ({ packages: debianPackages(content) });
  return OS_RELEASE.test(path) && size <= METADATA_LIMIT ? (content) => systemOf(content) : undefined;
};

/** The packages of an image that was read with `notePackages`. */
export function packagesOf({ notes }: Pick<ImageTree<PackageNote>, 'notes'>): ImagePackages {
  const found = new Map<string, Package>();
  let system: string | undefined;
  for (const note of notes.values()) {
    if (note.packages === undefined) system ??= note.system;
    for (const each of note.packages ?? []) found.set(keyOf(each), each);
  }
  const packages = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
  return { packages, system };
}

function keyOf({ ecosystem, name, version, architecture = '' }: Package): string {
  return [ecosystem, name, version, architecture].join('\0');
}

/** Its headers (Python's core metadata, RFC 822) end at the first empty line, before the description. */
function pythonPackage(content: Buffer): Package | undefined {
  const end = content.indexOf('\n\n');
  const fields = fieldsOf((end === -1 ? content : content.subarray(0, end)).toString('utf8'));
  const name = fields.get('name');
  const version = fields.get('version');
  return name && version ? { ecosystem: 'python', name, version } : undefined;
}

const NodePackage = z.looseObject({ name: z.string().min(1), version: z.string().min(1) });

function nodePackage(content: Buffer): Package | undefined {
  try {
    const { name, version } = NodePackage.parse(
      JSON.parse(content.toString('utf8').replace(/^\u{feff}/u, '')),
    );
    return { ecosystem: 'node', name, version };
  } catch {
    // Test data of packages that deal with package.json.
    return undefined;
  }
}

/** Paragraphs of dpkg's status file (deb-control); a removed package may have left its configuration. */
function debianPackages(content: Buffer): readonly Package[] {
  return content
    .toString('utf8')
    .split(/\n\s*\n/)
    .map(fieldsOf)
    .flatMap((fields) => {
      const name = fields.get('package');
      const version = fields.get('version');
      const architecture = fields.get('architecture');
      const isInstalled = fields.get('status')?.endsWith(' installed') ?? true;
      if (!name || !version || !isInstalled) return [];
      return [{ ecosystem: 'debian' as const, name, version, ...omitUndefined({ architecture }) }];
    });
}

/** By lower-case name: the first line of the first field of that name. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^([A-Za-z0-9-]+):[ \t]*(.*?)\r?$/gm)) {
    const key = name.toLowerCase();
    if (!fields.has(key)) fields.set(key, value);
  }
  return fields;
}

function systemOf(content: Buffer): PackageNote | undefined {
  const id = /^ID=(["']?)([a-z0-9._-]+)\1\s*$/m.exec(content.toString('utf8'))?.[2];
  return id === undefined ? undefined : { system: id };
}

function noteOf(found: Package | undefined): PackageNote | undefined {
  return found === undefined ? undefined : { packages: [found] };
}
