import Sequencer from '@jest/test-sequencer';

/** In this order, so that all workers stay busy to the end; the rest follows, and the unit tests come last. */
const LONGEST = [
  'deploy',
  'backup',
  'operations',
  'example-project',
  'sources',
  'faults',
  'archive',
  'release',
  'records-disk',
  'token-bytes',
  'secrets',
  'history',
  'rebuild',
  'buildkit-context',
  'cli',
  'recovery',
  'engine-full',
  'interruptions',
  'documents',
].map((name) => `/tests/engine/${name}.test.ts`);

export default class LongestFirst extends Sequencer {
  sort(tests) {
    const rankOf = ({ path, context }) => {
      const at = LONGEST.findIndex((name) => path.endsWith(name));
      if (at !== -1) return at;
      return context.config.displayName?.name === 'unit' ? LONGEST.length + 1 : LONGEST.length;
    };
    return [...super.sort(tests)].sort((a, b) => rankOf(a) - rankOf(b));
  }
}
