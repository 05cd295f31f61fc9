import { type AppRepository, createAppRepository } from '../git-repository.ts';

export interface RealisticAppOptions {
  /** `org/name` on the server; the name is the app's. */
  readonly name: string;
  /** In addition to the files that make it an app. */
  readonly files: number;
  /** Approximate size of each file. */
  readonly bytes: number;
  /** After the first; each changes five files. */
  readonly commits: number;
}

const BRANCH = 'version-15';

/** An app with files of code-like text in folders, and a history. The same on every run. */
export async function createRealisticApp(
  serverFolder: string,
  options: RealisticAppOptions,
): Promise<AppRepository> {
  const app = options.name.split('/').at(-1) ?? options.name;
  const random = seeded(app);
  const paths = Array.from({ length: options.files }, (_, at) => `${app}/module_${at % 20}/file_${at}.py`);
  const repository = await createAppRepository(serverFolder, {
    name: options.name,
    defaultBranch: BRANCH,
    files: {
      'pyproject.toml': `[project]\nname = "${app}"\nrequires-python = ">=3.10"\ndynamic = ["version"]\n`,
      [`${app}/__init__.py`]: '__version__ = "15.0.0"\n',
      [`${app}/hooks.py`]: `app_name = "${app}"\napp_title = "${app}"\n`,
      [`${app}/modules.txt`]: `${app}\n`,
      [`${app}/patches.txt`]: '',
      ...Object.fromEntries(paths.map((path) => [path, code(random, options.bytes)])),
    },
  });
  for (let commit = 0; commit < options.commits; commit++) {
    const changed = Array.from({ length: 5 }, () => paths[Math.floor(random() * paths.length)] ?? '');
    await repository.commit({
      message: `Change ${commit}`,
      files: Object.fromEntries(changed.map((path) => [path, code(random, options.bytes)])),
    });
  }
  return repository;
}

const WORDS =
  'def return self doc frappe get_value item company None True if for in not and filters query'.split(' ');

/** Compresses about as well as code: known words, and unknown names. */
function code(random: () => number, bytes: number): string {
  const parts: string[] = [];
  for (let size = 0; size < bytes; ) {
    const isName = random() < 0.25;
    const word = isName
      ? Math.floor(random() * 2 ** 32).toString(36)
      : (WORDS[Math.floor(random() * WORDS.length)] ?? '');
    const part = random() < 0.15 ? `${word}\n\t` : `${word} `;
    parts.push(part);
    size += part.length;
  }
  return `${parts.join('')}\n`;
}

/** mulberry32: small, and the same everywhere. */
function seeded(text: string): () => number {
  let state = [...text].reduce(
    (hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619),
    2_166_136_261,
  );
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
