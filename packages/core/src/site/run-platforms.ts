import type { Stage } from './containerfile.ts';
import { parseInstructions } from './containerfile-instructions.ts';
import { splitFlag, withoutQuotes } from './containerfile-mounts.ts';
import { walkScopes } from './containerfile-scopes.ts';
import { neededStages } from './needed-stages.ts';
import { parentOf, readStage } from './parse-containerfile.ts';
import { platformArgs } from './platform-args.ts';

/**
 * Platforms whose steps the builder must run to build `target`, or the last stage, for a platform: it, or what a FROM names. A
 * stage for `$BUILDPLATFORM` runs on the builder's own.
 * @param buildArgs the site's; they replace defaults of ARGs
 */
export function runPlatforms(
  text: string,
  {
    target,
    platform,
    buildArgs: own,
  }: {
    readonly target: string | undefined;
    readonly platform: string;
    readonly buildArgs: Readonly<Record<string, string>>;
  },
): ReadonlySet<string> {
  const needed = neededStages(text, target, platform);
  const stages: Stage[] = [];
  const platforms: (string | undefined)[] = [];
  const found = new Set<string>();
  const buildArgs = { ...platformArgs(platform), BUILDPLATFORM: BUILDER, ...own };
  walkScopes(parseInstructions(text), buildArgs, {
    from: ({ instruction, lookup, fill }) => {
      const stage = readStage(instruction, stages, fill);
      const parent = parentOf(stage, stages);
      const flag = instruction.flags.map(splitFlag).find(({ name }) => name === 'platform');
      stages.push(stage);
      // What BuildKit sets by itself has no ARG.
      const named =
        flag &&
        withoutQuotes(flag.value).replace(
          /\$(?:\{(\w+)\}|(\w+))/g,
          (whole, braced?: string, bare?: string) => {
            const name = braced ?? bare ?? '';
            return lookup(name) ?? whole;
          },
        );
      platforms.push(named ?? (parent === undefined ? platform : platforms[parent]));
      return parent;
    },
    visit: ({ instruction, stage }) => {
      const platform = platforms[stage];
      if (instruction.name === 'RUN' && needed.has(stage) && platform !== undefined) found.add(platform);
    },
  });
  found.delete(BUILDER);
  return found;
}

const BUILDER = 'builder';
