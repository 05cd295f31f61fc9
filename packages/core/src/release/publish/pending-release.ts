import { join } from 'node:path';
import { z } from 'zod';
import type { PendingEntry } from '../../flow/journal.ts';
import type { PendingWork } from '../../flow/pending-kinds.ts';
import { COMPANIONS } from '../../manifests/companion.ts';
import { finishRelease } from './finish-release.ts';

const schema = z.object({
  image: z.string().min(1),
  siteVersion: z.string().min(1),
  reference: z.string().min(1),
  imageId: z.string().min(1),
  /** The image that `--force` takes the version from. */
  replaces: z.object({ imageId: z.string(), tag: z.string() }).nullable(),
  /** Whether the version may have a record, which is moved aside. */
  isReplacing: z.boolean(),
  /** The folder of records, relative to the site's. */
  records: z.string().min(1),
  /** The whole text of the manifest, and of the files next to it. */
  manifest: z.string().min(1),
  companions: z.array(z.object({ companion: z.enum(COMPANIONS), text: z.string() })),
});

/** A release that is built and verified; what is left is to tag the image and write the record. */
export type PendingRelease = Readonly<z.infer<typeof schema>>;

const OUTCOMES = {
  undone: (version: string) => `could not complete the release of ${version}, which is undone`,
  finished: (version: string) => `had verified the image of ${version}, which now has its tag and its record`,
  'was-complete': (version: string) => `had just released ${version}, and the release is complete`,
};

/** Pending work of the kind `release`. */
export function openPendingRelease(entry: PendingEntry, site: string): PendingWork {
  const release = schema.parse(entry);
  const { siteVersion: version, reference, manifest } = release;
  return {
    during: `while it tagged and recorded ${reference}`,
    references: [reference],
    records: [{ version, text: manifest }],
    async settle(tools) {
      const { images } = await tools.engine();
      const outcome = await finishRelease(join(site, release.records), release, images);
      return `An earlier run died: it ${OUTCOMES[outcome](version)}.`;
    },
  };
}
