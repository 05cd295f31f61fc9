import type { LeakForm, LeakPlace } from './leak.ts';

/** Where a leak is, in one phrase: `logs/bench.log.gz > gzip (layer 5 of 9)`. */
export function describePlace(place: LeakPlace): string {
  switch (place.kind) {
    case 'file': {
      const { layer, path, inside, isInName, deletedBy, platform } = place;
      const name = [path === '' ? 'an entry' : path, ...inside].join(' > ');
      const hidden = deletedBy === undefined ? '' : `, deleted by layer ${deletedBy.number}`;
      return `${isInName ? 'the name or attributes of ' : ''}${name} (layer ${layer.number} of ${layer.total}${hidden}${platform ? `, ${platform}` : ''})`;
    }
    case 'configuration':
      return `the image's ${place.field}${place.platform ? ` (${place.platform})` : ''}`;
    case 'build-record':
      return `the engine's record of the build ${place.id}`;
    case 'build-cache':
      return `the engine's build cache, ${place.id}`;
  }
}

/** How a leak is written: `base64, broken over lines`. */
export function describeForm({ form, arrangement }: Pick<LeakForm, 'form' | 'arrangement'>): string {
  const how = {
    whole: '',
    wrapped: ', broken over lines',
    'lines-reversed': ', over lines in reverse order',
    'characters-reversed': ', reversed',
  }[arrangement];
  const written = form === 'raw' ? 'unencoded' : form === 'token-shaped' ? 'by its format' : form;
  return `${written}${how}`;
}
