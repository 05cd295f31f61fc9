import { parseInstructions } from '../../site/containerfile-instructions.ts';
import { splitFlag, withoutQuotes } from '../../site/containerfile-mounts.ts';
import { nearestName } from '../../site/nearest-name.ts';
import { fullReference } from '../images/image-reference.ts';

/** A `--from=NAME` that no stage answers, so that the builder takes it for an image. */
export interface FromFlag {
  readonly line: number;
  readonly name: string;
  /** The stage that is probably meant. */
  readonly nearest: string | undefined;
}

/** Finds the `--from` of a COPY or of a mount that names an image; `undefined` where a FROM names it. */
export function findFromFlag(containerfile: string, reference: string): FromFlag | undefined {
  const isMeant = (name: string) => fullReference(name) === fullReference(reference);
  const stages: string[] = [];
  let found: Pick<FromFlag, 'line' | 'name'> | undefined;
  for (const { name: instruction, rest, flags, line } of parseInstructions(containerfile).list) {
    if (instruction === 'FROM') {
      const [from = '', , stage] = rest.trim().split(/\s+/);
      if (isMeant(from)) return undefined;
      if (stage !== undefined) stages.push(stage);
    }
    for (const flag of flags.map(splitFlag)) {
      const name = fromOf(flag);
      if (name !== undefined && isMeant(name)) found ??= { line, name };
    }
  }
  return found && { ...found, nearest: nearestName(found.name, stages) };
}

/** Of `--from=NAME`, or of `--mount=type=bind,from=NAME,…`. */
function fromOf({ name, value }: { readonly name: string; readonly value: string }): string | undefined {
  if (name === 'from') return withoutQuotes(value);
  return name === 'mount' ? /(?:^|,)from=([^,]+)/.exec(withoutQuotes(value))?.[1] : undefined;
}
