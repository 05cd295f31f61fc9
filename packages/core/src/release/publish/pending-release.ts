import { z } from 'zod';
import { COMPANIONS } from '../../manifests/companion.ts';

export const pendingReleaseSchema = z.object({
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
export type PendingRelease = Readonly<z.infer<typeof pendingReleaseSchema>>;
