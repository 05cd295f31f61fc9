import type { ComposeProject, ResolvedProject } from '../compose/compose.ts';
import type { RunningProject } from '../compose/running-project.ts';
import { makeFolders } from '../disk/make-folders.ts';
import { writeWhole } from '../disk/write-whole.ts';
import { omitUndefined } from '../omit-undefined.ts';
import type { DeploymentFiles } from './deployment.ts';
import { snapshotOf } from './snapshot.ts';

/** Writes what a rollback needs to know of before. */
export async function startFiles(
  files: DeploymentFiles,
  before: {
    readonly source: ComposeProject;
    readonly resolved: ResolvedProject;
    readonly project: RunningProject;
    readonly image: string;
    /** `sites/apps.txt` */
    readonly appList: string;
  },
): Promise<void> {
  const { source, resolved, project, image, appList } = before;
  const { folder, files: paths, envFile } = source;
  await makeFolders(files.folder, 0o700);
  const text = JSON.stringify({ folder, files: paths, appList, ...omitUndefined({ envFile }) });
  await writeWhole(files.before, `${text}\n`, { mode: 0o600 });
  await writeWhole(files.compose, `${JSON.stringify(snapshotOf(resolved, project, image))}\n`, {
    mode: 0o600,
  });
}
