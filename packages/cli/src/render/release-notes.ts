import type { Change, DiffedApp, MovedApp, ReleaseDiff } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import { countOf, formatBytes } from './quantities.ts';
import { describeVerdict } from './verdict.ts';

/** Of each app; the rest is counted. */
const SUBJECTS_SHOWN = 50;

/** Release notes in Markdown (CommonMark, with GitHub's tables). What comes from outside is escaped. */
export function renderReleaseNotes(diff: ReleaseDiff): string {
  const { from, to } = diff;
  const parts = [
    `# ${plain(to.siteVersion)}\n\nReleased ${to.createdAt.slice(0, 10)}, after ${plain(from.siteVersion)} of ${from.createdAt.slice(0, 10)}. The image has ${formatBytes(to.sizeBytes)} (before: ${formatBytes(from.sizeBytes)}).`,
    deployment(diff),
    apps(diff),
    ...diff.apps.moved.map(commits),
    table('Base images', ['image', 'before', 'now'], diff.baseImages),
    table('Build args', ['build arg', 'before', 'now'], diff.buildArgs),
    table('Inputs', ['input', 'before', 'now'], diff.inputs),
    packages(diff),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function deployment({ deployment: { verdict, reasons, unknown } }: ReleaseDiff): string {
  const { headline, meaning } = describeVerdict(verdict);
  const told = reasons.map(
    ({ app, file, why }) => `- ${plain(app)}${file === null ? '' : `, ${code(file)}`}: ${plain(why)}`,
  );
  const missing = unknown.map(({ app, why }) => `- ${plain(app)}: ${plain(why)}`);
  return [
    `## Deployment: ${headline}`,
    meaning,
    told.join('\n'),
    missing.length === 0 ? '' : `Not looked at:\n\n${missing.join('\n')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function apps({ apps: { added, removed, moved, same } }: ReleaseDiff): string {
  const rows = [
    ...moved.map((app) => [link(app), at(app.from), at(app.to)]),
    ...added.map((app) => [plain(app.name), '', at(app)]),
    ...removed.map((app) => [plain(app.name), at(app), 'removed']),
  ];
  const unchanged =
    same.length === 0 ? '' : `${countOf(same.length, 'app')} as before: ${same.map(plain).join(', ')}.`;
  const body = [rows.length === 0 ? '' : grid(['app', 'before', 'now'], rows), unchanged].filter(
    (part) => part !== '',
  );
  return body.length === 0 ? '' : `## Apps\n\n${body.join('\n\n')}`;
}

function link({ name, compareUrl }: MovedApp): string {
  return compareUrl === null
    ? plain(name)
    : `[${plain(name)}](<${compareUrl.replace(/[<>\s]/g, encodeURIComponent)}>)`;
}

function at({ ref, commit, version }: DiffedApp): string {
  return `${version === null ? '' : `${plain(version)}, `}${plain(ref)} ${code(commit.slice(0, 12))}`;
}

function commits({ name, commits: between }: MovedApp): string {
  const title = `### ${plain(name)}`;
  if (!between.known) return `${title}\n\nThe commits between are not known: ${plain(between.why)}`;
  const { ahead, behind } = between;
  if (ahead + behind === 0) return '';
  const subjects = between.subjects.slice(0, SUBJECTS_SHOWN);
  const more = ahead - subjects.length;
  const list = [
    ...subjects.map((subject) => `- ${plain(subject)}`),
    ...(more > 0 ? [`- and ${countOf(more, 'more commit')}`] : []),
  ].join('\n');
  const taken = behind === 0 ? '' : `${countOf(behind, 'commit')} taken back.`;
  return [title, taken, list].filter((part) => part !== '').join('\n\n');
}

function packages({ packages: found }: ReleaseDiff): string {
  if (!found.known) return `## Packages\n\n${plain(found.why)}`;
  if (found.changes.length === 0) return '';
  const rows = found.changes.map(({ ecosystem, name, from, to }) => [ecosystem, name, from, to].map(cell));
  return `## Packages\n\n${grid(['', 'package', 'before', 'now'], rows)}`;
}

function table(title: string, headings: readonly string[], changes: readonly Change[]): string {
  if (changes.length === 0) return '';
  return `## ${title}\n\n${grid(
    headings,
    changes.map(({ name, from, to }) => [name, from, to].map(cell)),
  )}`;
}

function grid(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string | null): string {
  return text === null ? '' : plain(text);
}

/** A backtick would end the code, and a bar the cell it stands in. */
function code(text: string): string {
  return /[`|]/.test(text) ? plain(text) : `\`${oneLine(text)}\``;
}

function plain(text: string): string {
  return oneLine(text)
    .replace(/&/g, '&amp;')
    .replace(/[\\`*_[\]<>|#~]/g, '\\$&')
    .replace(/@/g, '&#64;');
}

function oneLine(text: string): string {
  return makeVisible(text).replace(/\s+/g, ' ');
}
