import { inspectSite } from '../flow/change-site.ts';
import type { Flow, SiteOptions } from '../flow/tools.ts';
import { type Ledger, readLedger } from './ledger.ts';

const HISTORY: Flow = { name: 'history', stages: [], unchanged: 'It changes nothing.' };

/** Every deployment and rollback from a site's folder, the oldest first. @throws DeBuildError `site-not-found`, `not-a-site` */
export function readHistory(options: SiteOptions): Promise<Ledger> {
  return inspectSite(options, { flow: HISTORY, what: 'history' }, ({ own }) => readLedger(own.ledger));
}
