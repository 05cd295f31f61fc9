import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { containerfileUnreadable } from '../../errors/build-failures.ts';
import type { BuildRequest } from '../engine.ts';

export interface ContainerfileText {
  /** For messages: relative to the context, if it is inside. */
  readonly name: string;
  readonly text: string;
}

/** @throws DeBuildError `containerfile-unreadable` */
export async function readContainerfile({
  contextFolder,
  containerfile,
}: Pick<BuildRequest, 'contextFolder' | 'containerfile'>): Promise<ContainerfileText> {
  const path = relative(contextFolder, containerfile);
  const text = await readFile(containerfile, 'utf8').catch((error: unknown) => {
    throw containerfileUnreadable(containerfile, error);
  });
  return { name: path.startsWith('..') ? containerfile : path, text };
}
