import type { ArchivedRelease, RestoreAttempt, RestoredRelease, RetaggedImages } from '@de-build/core';
import { makeVisible } from '@de-build/core';
import type { Terminal } from '../io.ts';
import { shortDigest } from './outcome-lines.ts';
import { countOf, formatBytes } from './quantities.ts';
import { createStyle } from './style.ts';
import { layTable } from './table.ts';

/** What was put away, and where. */
export function renderArchive(archived: ArchivedRelease, terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const { archive, reference, imageId, isOld, recordedIn, to } = archived;
  if (archive === undefined) {
    return `Would archive ${makeVisible(reference)} to ${makeVisible(to)}. Nothing was changed.\n`;
  }
  const facts =
    archive.kind === 'file'
      ? [
          ['file', archive.path],
          [
            'size',
            `${formatBytes(archive.sizeBytes)}, ${archive.layout === 'oci' ? 'OCI layout' : "Docker's layout"}`,
          ],
          ['sha256', archive.sha256],
        ]
      : [
          ['tag', archive.tag],
          ['digest', archive.reference],
        ];
  facts.push(['image', shortDigest(imageId)]);
  if (recordedIn !== undefined) facts.push(['record', recordedIn]);
  const what = isOld ? 'was archived before, and is whole' : 'is archived';
  return lines([
    `${style.green('✓')} ${style.bold(`${makeVisible(reference)} ${what}`)}`,
    ...factLines(facts, terminal),
  ]);
}

const MEANS: Readonly<Record<RestoreAttempt['means'], string>> = {
  local: 'was there all the time',
  retag: 'had lost its tag',
  archive: 'came back from its archive',
  registry: 'came back from the registry',
  rebuild: 'was built anew',
};

const STATES: Readonly<Record<RestoreAttempt['state'], string>> = {
  used: 'used',
  failed: 'failed',
  'at-hand': 'at hand',
  'not-there': 'not there',
};

/** What brought it back, and what was tried before. */
export function renderRestore(restored: RestoredRelease, terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const { attempts, reference, means, imageId, isRenamed, keptAside, dryRun, rebuilt } = restored;
  const rows = attempts.map((one) => [
    one.means,
    STATES[one.state],
    makeVisible(shortDigest(one.from)),
    one.why ?? '',
  ]);
  const tried = layTable(
    [{ heading: 'MEANS' }, { heading: 'STATE' }, { heading: 'FROM' }, { heading: '' }],
    rows,
    { style, indent: '  ' },
  );
  if (dryRun) {
    const head =
      means === 'local' ? 'has its tag already' : 'would be brought back by the first of these that verifies';
    const last = means === undefined ? 'None of them is at hand.' : 'Nothing was changed.';
    return lines([style.bold(`${makeVisible(reference)} ${head}`), ...tried, '', last]);
  }
  const facts = [['image', imageId]];
  if (isRenamed)
    facts.push(['', 'not the recorded id: this engine names images otherwise; layers and labels agree']);
  if (rebuilt !== undefined) facts.push([rebuilt.verdict, rebuilt.proof]);
  if (rebuilt?.manifestPath !== undefined) facts.push(['record', rebuilt.manifestPath]);
  if (keptAside !== undefined) facts.push(['kept aside', keptAside]);
  const how = means === undefined ? 'is back' : MEANS[means];
  return lines([
    `${style.green('✓')} ${style.bold(`${makeVisible(reference)} ${how}`)}`,
    ...factLines(facts, terminal),
    ...(attempts.length > 1 ? ['', ...tried] : []),
  ]);
}

/** Which images got their tags back, and which did not. */
export function renderRetag(retagged: RetaggedImages, terminal: Terminal): string {
  const style = createStyle(terminal.hasColours);
  const { images, inOrder, absent, dryRun } = retagged;
  const told = {
    retagged: style.green('has its tag again'),
    'would-retag': 'would get its tag',
    held: style.yellow('tag held by another image'),
  };
  const rows = images.map((one) => [
    makeVisible(one.reference),
    shortDigest(one.imageId),
    `${told[one.state]}${one.heldBy === undefined ? '' : ` (${shortDigest(one.heldBy)})`}`,
  ]);
  const table =
    rows.length === 0
      ? ['No image of a recorded release has lost its tag.']
      : layTable([{ heading: 'TAG' }, { heading: 'IMAGE' }, { heading: '' }], rows, { style });
  const rest = [
    ...(inOrder.length === 0 ? [] : [`${countOf(inOrder.length, 'release')} in order.`]),
    ...(absent.length === 0
      ? []
      : [`Not on this engine: ${absent.join(', ')}. \`de-build restore\` may bring them back.`]),
    ...(dryRun ? ['Nothing was changed.'] : []),
  ];
  return lines([...table, ...(rest.length === 0 ? [] : ['', ...rest])]);
}

function factLines(facts: readonly (readonly string[])[], terminal: Terminal): readonly string[] {
  const style = createStyle(terminal.hasColours);
  const rows = facts.map(([name = '', value = '']) => [[name, style.dim] as const, makeVisible(value)]);
  return layTable([{ heading: '' }, { heading: '' }], rows, { style, indent: '  ' });
}

function lines(texts: readonly string[]): string {
  return `${texts.join('\n')}\n`;
}
