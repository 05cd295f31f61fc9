import type { Flow } from '../../flow/tools.ts';

/** The release. A rebuild and a restore declare their own stages. */
export const RELEASE: Flow = {
  name: 'release',
  stages: ['check', 'plan', 'fetch', 'build', 'verify', 'cache', 'push', 'tag', 'record'],
  unchanged: 'Nothing was tagged and nothing was recorded. Completed build steps are in the build cache.',
};
