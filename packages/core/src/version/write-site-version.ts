import { isUtf8 } from 'node:buffer';
import { readFile, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { writeWhole } from '../disk/write-whole.ts';
import { envNotWritten, siteVersionUnwritable } from '../errors/site-failures.ts';
import { type ComposeAssignment, readComposeEnv } from '../site/compose-env.ts';
import { requireVersion } from './bump.ts';
import type { SchemeName } from './schemes.ts';

export interface VersionWriting {
  readonly version: string;
  readonly scheme: SchemeName;
  /** The key of the version; `DE_SITE_VERSION` unless given. */
  readonly key?: string;
}

/**
 * Writes the site version into an env file: the value changes and nothing else, not the quotes around it, a comment
 * after it, the line endings, a byte order mark, or the file's permissions. Atomic; a symbolic link is followed.
 *
 * @param path Absolute path of the env file.
 * @returns the previous version.
 * @throws DeBuildError `site-version-malformed`, `site-version-unwritable`, `env-not-written`
 */
export async function writeSiteVersion(path: string, writing: VersionWriting): Promise<string> {
  const { version, scheme, key = 'DE_SITE_VERSION' } = writing;
  requireVersion(version, scheme);
  const name = basename(path);
  const text = await readEnv(path, name, key);
  const { start, end, value } = findAssignment(text, name, key);
  const changed = text.slice(0, start) + version + text.slice(end);
  try {
    await writeWhole(await realpath(path), changed);
  } catch (error) {
    throw envNotWritten(name, error);
  }
  return value;
}

async function readEnv(path: string, name: string, key: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'There is no such file.' : `It cannot be read: the system answered ${code}.`;
    throw siteVersionUnwritable(name, key, why);
  }
  if (!isUtf8(bytes)) throw siteVersionUnwritable(name, key, 'The file is not UTF-8 text.');
  return bytes.toString('utf8');
}

function findAssignment(text: string, name: string, key: string): ComposeAssignment {
  const reading = readComposeEnv(text);
  const found = reading.assignments.filter((assignment) => assignment.key === key);
  const [first] = found;
  if (first === undefined) throw siteVersionUnwritable(name, key, `No line of the file sets ${key}.`);
  if (found.length > 1) {
    const lines = found.map((assignment) => assignment.line).join(' and ');
    throw siteVersionUnwritable(name, key, `It is set more than once, in lines ${lines}.`);
  }
  if (first.value !== first.written || !/^[\w.+-]*$/.test(first.value)) {
    throw siteVersionUnwritable(name, key, `Its value in line ${first.line} is not a plain text.`);
  }
  return first;
}
