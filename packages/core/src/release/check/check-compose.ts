import { composeAsked, composeNotAsked } from '../../errors/compose-findings.ts';
import { ENVIRONMENT } from '../../errors/environment.ts';
import type { Finding } from '../../errors/finding.ts';
import type { OpenSite } from '../../flow/open-site.ts';
import type { Tools } from '../../flow/tools.ts';
import { askCompose } from '../../site/ask-compose.ts';
import { judgeCompose, readComposeLines, readComposeServices } from '../../site/judge-compose.ts';
import { readVersion } from '../../site/site.ts';
import { findWrongSetting } from './check.ts';

/** Whether Compose would start what is released: by Compose itself where it answers, else by our own reading of its files. */
export async function checkCompose(
  site: OpenSite,
  { environment, signal }: Pick<Tools, 'environment' | 'signal'>,
): Promise<readonly Finding[]> {
  const { composeFiles: files, env, folder } = site;
  const isJudged = findWrongSetting(site, ['image', 'push', 'versionKey']) === undefined;
  if (files.length === 0 || env === undefined || readVersion(site) === undefined || !isJudged) return [];
  const answer =
    env.path === ENVIRONMENT
      ? { problem: 'There is no env file' }
      : await askCompose({ folder, envFile: env.path, environment, signal });
  return 'problem' in answer
    ? [...judgeCompose(site, readComposeLines(files, env)), composeNotAsked(answer.problem)]
    : [...judgeCompose(site, readComposeServices(answer, files, env)), composeAsked()];
}
