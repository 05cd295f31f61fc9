import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { ifMissing } from '../disk/if-missing.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { archiveListUnreadable, archiveNotRecorded } from '../errors/archive-failures.ts';
import { parseJson } from '../parse-json.ts';

const shared = {
  imageId: z.string().min(1).describe('The id of the image when it was archived, as in the manifest.'),
  createdAt: z.iso.datetime().describe('ISO 8601, UTC.'),
  deBuildVersion: z.string(),
};

const fileArchiveSchema = z.looseObject({
  kind: z.literal('file'),
  path: z.string().min(1).describe("Absolute, or relative to the site's folder if it is inside."),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe("Of the file's bytes, as `sha256sum` prints it."),
  sizeBytes: z.int().min(0),
  layout: z
    .enum(['oci', 'docker'])
    .describe("Of the tar in it: an OCI image layout, or Docker's older layout."),
  compression: z.literal('gzip'),
  ...shared,
});

const registryArchiveSchema = z.looseObject({
  kind: z.literal('registry'),
  tag: z.string().min(1).describe('Its name there: `registry.example.com/acme/erp:1.4.0`.'),
  reference: z
    .string()
    .regex(/@sha256:[0-9a-f]{64}$/)
    .describe('The same with its digest; this is what is pulled.'),
  ...shared,
});

export const archiveSchema = z.discriminatedUnion('kind', [fileArchiveSchema, registryArchiveSchema]);

const listSchema = z.looseObject({
  schemaVersion: z.literal(1),
  siteVersion: z.string(),
  archives: z.array(archiveSchema),
});

export type FileArchive = Readonly<z.infer<typeof fileArchiveSchema>>;
export type RegistryArchive = Readonly<z.infer<typeof registryArchiveSchema>>;
/** A copy of a release's image in a file or a registry. */
export type Archive = FileArchive | RegistryArchive;

/**
 * The archives of a release in the order in which they were made; none without a list.
 * @param release the manifest's name without `.json`
 * @throws DeBuildError `archive-list-unreadable`
 */
export async function readArchives(folder: string, release: string): Promise<readonly Archive[]> {
  const path = fileOf(folder, release);
  const label = `${basename(folder)}/${basename(path)}`;
  const text = await ifMissing(readFile(path, 'utf8'), undefined).catch((error: Error) => {
    throw archiveListUnreadable(label, error.message);
  });
  if (text === undefined) return [];
  const document = parseJson(text);
  if (document === undefined) throw archiveListUnreadable(label, 'It is not JSON');
  const read = listSchema.safeParse(document);
  if (!read.success) throw archiveListUnreadable(label, explain(read.error));
  return read.data.archives;
}

/**
 * Adds an archive to a release's list, `VERSION.archives.json`; it replaces one with the same address. The manifest does
 * not change.
 * @throws DeBuildError `archive-list-unreadable`, `archive-not-recorded`
 */
export async function addArchive(folder: string, release: string, archive: Archive): Promise<string> {
  const path = fileOf(folder, release);
  const others = (await readArchives(folder, release)).filter((one) => addressOf(one) !== addressOf(archive));
  const list = { schemaVersion: 1, siteVersion: release, archives: [...others, archive] };
  try {
    await makeFolders(folder);
    await writeWhole(path, `${JSON.stringify(listSchema.parse(list), undefined, 2)}\n`);
  } catch (error) {
    throw archiveNotRecorded(addressOf(archive), path, error);
  }
  return path;
}

export function addressOf(archive: Archive): string {
  return archive.kind === 'file' ? archive.path : archive.reference;
}

function fileOf(folder: string, release: string): string {
  return join(folder, `${release}.archives.json`);
}

function explain({ issues: [issue] }: z.ZodError): string {
  return `\`${issue?.path.join('.') || 'the document'}\`: ${issue?.message ?? 'is invalid'}`;
}

/** The absolute path of a recorded archive. @param site absolute path */
export function pathOfArchive({ path }: Pick<FileArchive, 'path'>, site: string): string {
  return resolve(site, path);
}
