import { settingWrong } from '../errors/site-failures.ts';
import { SITE_CONFIG_FILE } from '../site/read-site-config.ts';
import type { SiteConfig } from '../site/site-config.ts';
import type { OpenSite } from './open-site.ts';

/** Where a setting is wrong, its default is about something else. @throws DeBuildError `setting-wrong` */
export function requireSettings(
  { unknownSettings }: Pick<OpenSite, 'unknownSettings'>,
  settings: readonly (keyof SiteConfig)[],
): void {
  const wrong = settings.find((setting) => unknownSettings.has(setting));
  if (wrong !== undefined) throw settingWrong(wrong, SITE_CONFIG_FILE);
}
