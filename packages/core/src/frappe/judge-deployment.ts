import { type AppChanges, isDoctype, isPatchList } from './app-changes.ts';
import { removedFields } from './doctype-fields.ts';
import { newPatches } from './patch-list.ts';

/** What deploying a release over another requires: the worst that was found. */
export interface DeploymentVerdict {
  /**
   * `pull-only`: new containers are enough. `migrate-needed`: `bench migrate` has something to do, and going back needs no
   * backup. `irreversible-without-backup`: data is changed or deleted in a way that the older code can't work with.
   * `unknown`: nothing was found, but not everything could be checked.
   */
  readonly verdict: 'pull-only' | 'migrate-needed' | 'irreversible-without-backup' | 'unknown';
  readonly reasons: readonly DeploymentReason[];
  /** What could not be checked; the verdict may be worse. */
  readonly unknown: readonly { readonly app: string; readonly why: string }[];
}

export interface DeploymentReason {
  readonly app: string;
  readonly weight: 'migrate-needed' | 'irreversible-without-backup';
  /** The file that says so; `null` when the whole app does. */
  readonly file: string | null;
  readonly why: string;
}

export interface DeploymentSources {
  readonly added: readonly { readonly name: string }[];
  readonly removed: readonly { readonly name: string }[];
  readonly moved: readonly AppChanges[];
  /** The second release is the older one; migrations are not undone. */
  readonly isBackward: boolean;
}

/**
 * Judges by the files that Frappe migrates from: a patch runs once and can't be undone; doctypes, fixtures, customisations
 * and hooks are synced at every migration.
 */
export function judgeDeployment(sources: DeploymentSources): DeploymentVerdict {
  const found = [
    ...sources.added.map(({ name }) =>
      reason(name, 'migrate-needed', {
        why: 'The app is new in the image; install it on the site, or it does nothing.',
      }),
    ),
    ...sources.removed.map(({ name }) =>
      reason(name, 'irreversible-without-backup', {
        why: 'The app is no longer in the image; a site that has it installed does not start, and uninstalling it deletes its data.',
      }),
    ),
    ...(sources.isBackward ? sources.moved.map(reversed) : sources.moved).flatMap(reasonsOf),
  ];
  const reasons = sources.isBackward ? found.map(backward) : found;
  const unknown = sources.moved
    .filter(({ changedFiles }) => changedFiles === undefined)
    .map(({ name }) => ({ app: name, why: 'The mirror does not have the files of both commits.' }));
  return { verdict: worstOf(reasons, unknown.length > 0), reasons, unknown };
}

function worstOf(reasons: readonly DeploymentReason[], isIncomplete: boolean): DeploymentVerdict['verdict'] {
  const weights = new Set(reasons.map(({ weight }) => weight));
  if (weights.has('irreversible-without-backup')) return 'irreversible-without-backup';
  if (weights.has('migrate-needed')) return 'migrate-needed';
  return isIncomplete ? 'unknown' : 'pull-only';
}

function reasonsOf(app: AppChanges): readonly DeploymentReason[] {
  return (app.changedFiles ?? []).flatMap((file) => reasonOfFile(app, file) ?? []);
}

function reasonOfFile({ name, contents }: AppChanges, file: string): DeploymentReason | undefined {
  const change = contents.get(file);
  if (isPatchList(file)) {
    if (change?.to === undefined) {
      return reason(name, 'irreversible-without-backup', {
        file,
        why: 'Its patches changed and could not be compared.',
      });
    }
    const patches = newPatches(change.from ?? '', change.to);
    if (patches.length === 0) return undefined;
    return reason(name, 'irreversible-without-backup', {
      file,
      why: `${patches.length === 1 ? '1 patch is' : `${patches.length} patches are`} new: ${shortList(patches)}.`,
    });
  }
  if (isDoctype(file)) {
    if (change?.from !== undefined && change.to === undefined) {
      return reason(name, 'irreversible-without-backup', { file, why: 'The doctype is removed.' });
    }
    const fields = change === undefined ? [] : removedFields(change.from, change.to);
    if (fields.length > 0) {
      return reason(name, 'irreversible-without-backup', {
        file,
        why: `Fields are removed or have another type: ${shortList(fields)}.`,
      });
    }
    return reason(name, 'migrate-needed', { file, why: 'A doctype is new or changed.' });
  }
  const synced = SYNCED.find(({ pattern }) => pattern.test(file));
  return synced === undefined ? undefined : reason(name, 'migrate-needed', { file, why: synced.why });
}

/** Paths begin with the app's Python package, whose name may not be the app's. */
const SYNCED: readonly { readonly pattern: RegExp; readonly why: string }[] = [
  { pattern: /^[^/]+\/hooks\.py$/, why: 'Hooks changed: scheduled jobs and fixtures are synced from them.' },
  { pattern: /^[^/]+\/fixtures\/[^/]+\.json$/, why: 'Fixtures changed.' },
  { pattern: /^[^/]+\/(?:.+\/)?custom\/[^/]+\.json$/, why: 'Customisations changed.' },
  { pattern: /^[^/]+\/modules\.txt$/, why: 'The list of modules changed.' },
  { pattern: /^frappe\/geo\/languages\.(?:json|csv)$/, why: 'The list of languages changed.' },
  // Reports, pages, workspaces, print formats: <package>/<module>/<kind>/<name>/<name>.json
  { pattern: /^[^/]+\/(?:[^/]+\/)+([^/]+)\/\1\.json$/, why: 'A document that is synced changed.' },
];

/** Going back, what counts is what the newer release did: its patches have run. */
function reversed(app: AppChanges): AppChanges {
  const contents = [...app.contents].map(([path, { from, to }]) => [path, { from: to, to: from }] as const);
  return { ...app, contents: new Map(contents) };
}

function backward(found: DeploymentReason): DeploymentReason {
  if (found.weight === 'irreversible-without-backup') return found;
  return {
    ...found,
    weight: 'irreversible-without-backup',
    why: `${found.why} The site was migrated beyond it.`,
  };
}

function reason(
  app: string,
  weight: DeploymentReason['weight'],
  { file = null, why }: { readonly file?: string | null; readonly why: string },
): DeploymentReason {
  return { app, weight, file, why };
}

const SHOWN = 3;

function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN;
  return `${items.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
