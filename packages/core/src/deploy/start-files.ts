import { join } from 'node:path';
import type { ComposeProject } from '../compose/compose.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { BeforeDeployment, DeploymentFiles } from './deployment.ts';
import { digestFiles } from './digest-files.ts';
import type { Snapshot } from './snapshot.ts';

/** Writes what a rollback needs to know of before. */
export async function startFiles(
  files: DeploymentFiles,
  before: {
    readonly source: ComposeProject;
    readonly snapshot: Pick<Snapshot, 'document'>;
    /** `sites/apps.txt` */
    readonly appList: string;
  },
): Promise<void> {
  const { source, snapshot, appList } = before;
  const { folder, files: paths, envFile } = source;
  await makeFolders(files.folder, 0o700);
  const saved: BeforeDeployment = {
    folder,
    files: [...paths],
    appList,
    digests: await digestFiles([...paths, envFile ?? join(folder, '.env')]),
    ...omitUndefined({ envFile }),
  };
  await writeWhole(files.before, `${JSON.stringify(saved)}\n`, { mode: 0o600 });
  await writeWhole(files.compose, `${JSON.stringify(snapshot.document)}\n`, { mode: 0o600 });
}
