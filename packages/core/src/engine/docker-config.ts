import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { settingsFolder } from './find-endpoint.ts';

const Proxies = z.looseObject({
  httpProxy: z.string().optional(),
  httpsProxy: z.string().optional(),
  ftpProxy: z.string().optional(),
  noProxy: z.string().optional(),
  allProxy: z.string().optional(),
});

/** Docker's own configuration file, as `docker login` writes it. */
const DockerConfig = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
  proxies: z.record(z.string(), Proxies).optional(),
});

export type DockerConfig = z.infer<typeof DockerConfig>;

/** `undefined` when there is none, or it can't be read. */
export async function readDockerConfig(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DockerConfig | undefined> {
  try {
    return DockerConfig.parse(
      JSON.parse(await readFile(join(settingsFolder(environment), 'config.json'), 'utf8')),
    );
  } catch {
    return undefined;
  }
}
