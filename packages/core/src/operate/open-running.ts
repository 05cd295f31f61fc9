import { type Compose, openCompose } from '../compose/compose.ts';
import type { ProjectDocument } from '../compose/describe-project.ts';
import type { RunningProject } from '../compose/running-project.ts';
import { openProjectFiles } from '../deploy/open-project-files.ts';
import { snapshotOf } from '../deploy/snapshot.ts';
import { writeWhole } from '../disk/write-whole.ts';
import type { Engine } from '../engine/engine.ts';
import type { OpenSite } from '../flow/open-site.ts';
import type { Tools } from '../flow/tools.ts';

/** Compose on a file of the project as it runs now, which may be changed and written again. */
export async function openRunning(
  { own }: Pick<OpenSite, 'own'>,
  project: RunningProject,
  engine: Engine,
  tools: Pick<Tools, 'environment' | 'signal'>,
): Promise<{
  readonly compose: Compose;
  readonly document: ProjectDocument;
  readonly write: (document: ProjectDocument) => Promise<void>;
}> {
  const { environment, signal } = tools;
  const { compose: files, source } = await openProjectFiles(own, project, engine, tools);
  const known = files && { compose: files, resolved: await files.resolve() };
  const { document } = await snapshotOf(project, engine, known);
  const write = (changed: ProjectDocument) =>
    writeWhole(own.running, `${JSON.stringify(changed)}\n`, { mode: 0o600 });
  await write(document);
  const compose = await openCompose(
    { name: project.name, folder: source.folder, files: [own.running] },
    { environment, endpoint: engine.endpoint, signal },
  );
  return { compose, document, write };
}
