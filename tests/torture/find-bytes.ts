import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { encodedForms } from '../../packages/core/src/secrets/forms/encoded-forms.ts';
import { secretForms } from '../engine/secret-forms.ts';

const run = promisify(execFile);
const ENVIRONMENT = { PATH: process.env.PATH, LC_ALL: 'C' };
const MOST_OUTPUT = 256 * 1024 * 1024;

/** Every text that gives a secret away: as core knows them, and as they were worked out apart from it. */
export function formsOf(secret: string): readonly string[] {
  return [...new Set([...encodedForms(secret).map(({ text }) => text), ...secretForms(secret)])];
}

/**
 * The files below a folder that hold one of the texts, in their bytes, in what gzip packed, or in their names.
 * @param patternFile where the texts are written for grep, for as long as it runs
 */
export async function findInFiles(
  folder: string,
  texts: readonly string[],
  patternFile: string,
): Promise<readonly string[]> {
  const [plain, packed, names] = [
    await grep(folder, texts, patternFile),
    await findPacked(folder, texts),
    await listNames(folder),
  ];
  const named = names.filter((name) => texts.some((text) => name.includes(text)));
  return [...new Set([...plain, ...packed, ...named])].sort();
}

async function grep(
  folder: string,
  texts: readonly string[],
  patternFile: string,
): Promise<readonly string[]> {
  await writeFile(patternFile, texts.map((text) => `${text}\n`).join(''), { mode: 0o600 });
  try {
    return await listFiles(['-raslFZ', '-D', 'skip', '-f', patternFile, '--', folder]);
  } finally {
    await rm(patternFile);
  }
}

/** Tried by the first bytes of each file that may begin as gzip does. */
async function findPacked(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const candidates = await listFiles(['-raslPZ', '-D', 'skip', '\\A\\x1f\\x8b\\x08', '--', folder]);
  const found: string[] = [];
  for (const file of candidates) {
    const bytes = await readFile(file);
    if (bytes.readUInt16BE(0) !== 0x1f8b) continue;
    try {
      const unpacked = gunzipSync(bytes);
      if (texts.some((text) => unpacked.includes(text))) found.push(file);
    } catch {
      // It only begins like one.
    }
  }
  return found;
}

async function listNames(folder: string): Promise<readonly string[]> {
  const { stdout } = await run('find', [folder, '-print0'], { env: ENVIRONMENT, maxBuffer: MOST_OUTPUT });
  return stdout.split('\0').map((path) => path.slice(folder.length));
}

/** grep ends with 1 when it found nothing. */
async function listFiles(args: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('grep', args, { env: ENVIRONMENT, maxBuffer: MOST_OUTPUT }).catch((error) => {
    if (error.code !== 1) throw error;
    return { stdout: '' };
  });
  return stdout.split('\0').filter((path) => path !== '');
}
