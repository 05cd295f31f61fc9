/** How a Containerfile takes its apps, when that is in no way that de-build serves. */
import { error, type Finding } from './finding.ts';

/** A list of apps that a COPY or ADD takes from the context. */
export interface CopiedApps {
  readonly kind: 'copied';
  readonly line: number;
  /** The source as written. */
  readonly written: string;
  /** Where the copy is in the image. */
  readonly target: string;
  /** The RUN lines that read it. */
  readonly runLines: readonly number[];
  /** The line for what it copies besides. */
  readonly kept: string | undefined;
  /** `ARG CACHE_BUST` is above it. */
  readonly hasCacheBust: boolean;
}

/** A list of apps that a RUN mounts from the context. */
export interface BoundApps extends Pick<CopiedApps, 'line' | 'written' | 'target' | 'hasCacheBust'> {
  readonly kind: 'bound';
}

/** Another secret or build arg than ours. */
export interface OtherApps extends Pick<CopiedApps, 'line' | 'written'> {
  readonly kind: 'other-secret' | 'other-arg' | 'global-arg';
}

export type AppsInput = CopiedApps | BoundApps | OtherApps;

/** The Containerfile takes no list of apps at all, and the site has one. */
export interface NoInput {
  readonly kind: 'none';
  /** The site's list, and how many apps it has. */
  readonly apps: string;
  readonly count: number;
  /** Of the RUN with `bench init`. */
  readonly line: number | undefined;
  /** Repositories that it clones by itself, without credentials. */
  readonly clones: readonly { readonly url: string; readonly line: number }[];
}

const SECRET = '--mount=type=secret,id=apps_json';
const CACHE_BUST = '`ARG CACHE_BUST=""`';

/** The Containerfile takes its apps in no way that de-build serves. */
export function containerfileDialect(file: string, input: AppsInput | NoInput): Finding {
  const { line } = input;
  const said = input.kind === 'none' ? describeNone(file, input) : describe(file, input);
  return error('containerfile-dialect', { ...said, file, ...(line === undefined ? {} : { line }) });
}

interface Said {
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}

function describe(file: string, input: AppsInput): Said {
  const { written, line } = input;
  switch (input.kind) {
    case 'copied':
      return {
        what: `${file} copies ${written} from the context (line ${line}).`,
        why: 'The token of a private app would then lie in a layer of the image or of the build cache. de-build therefore never sends apps.json with the context; it gives the apps as the secret `apps_json`.',
        fix: replaceCopy(input),
      };
    case 'bound':
      return {
        what: `${file} mounts ${written} from the context (line ${line}).`,
        why: 'de-build never sends apps.json with the context, because tokens are filled in; it gives the apps as the secret `apps_json`.',
        fix: `In line ${line} write \`${mountOf(input.target)}\` in place of that mount${input.hasCacheBust ? '' : `, and ${CACHE_BUST} in a line above it`}.`,
      };
    case 'other-secret':
      return {
        what: `${file} takes its apps as the secret ${written} (line ${line}).`,
        why: 'de-build gives them as the secret `apps_json`, by that name only.',
        fix: `Write \`id=apps_json\` in line ${line}.`,
      };
    case 'other-arg':
      return {
        what: `${file} takes its apps as the build arg ${written} (line ${line}).`,
        why: 'de-build gives them as the secret `apps_json`, or to older files as the build arg `APPS_JSON_BASE64`; a build arg stays in the history of the image.',
        fix: `Replace \`ARG ${written}\` by ${CACHE_BUST}, and begin the RUN that uses it with \`RUN ${mountOf('/opt/frappe/apps.json')}\`: the apps are in that file then.`,
      };
    case 'global-arg':
      return {
        what: `${file} declares ${written} before the first FROM only (line ${line}).`,
        why: 'No stage sees such an ARG unless it declares it too, so the apps reach no step of the build.',
        fix: `Write \`ARG ${written}\` in the stage that uses it, below its FROM.`,
      };
  }
}

function replaceCopy({ line, kept, target, runLines, hasCacheBust }: CopiedApps): string {
  const written = [hasCacheBust ? undefined : CACHE_BUST, kept === undefined ? undefined : `\`${kept}\``];
  const instead = written.filter((text) => text !== undefined).join(' and ');
  const first = instead === '' ? `Remove line ${line}` : `Replace line ${line} by ${instead}`;
  const at = runLines.length === 0 ? 'in the RUN that uses it' : `in ${lines(runLines)}`;
  return `${first}, and ${at} write \`RUN ${mountOf(target)}\` in place of \`RUN\`.`;
}

function mountOf(target: string): string {
  return `${SECRET},target=${target},uid=1000,gid=1000`;
}

function lines(numbers: readonly number[]): string {
  return numbers.length === 1
    ? `line ${numbers[0]}`
    : `lines ${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`;
}

function describeNone(file: string, { apps, count, line, clones }: NoInput): Said {
  const own = clones.map((clone) => ` Line ${clone.line} clones ${clone.url} by itself.`).join('');
  const where = line === undefined ? 'in the RUN with `bench init`' : `in line ${line}`;
  return {
    what: `${file} does not read ${apps}.`,
    why: `It has neither \`RUN ${SECRET}\` nor \`ARG APPS_JSON_BASE64\` in a stage, so the build would not get the ${count === 1 ? 'app' : `${count} apps`} of ${apps}.${own}`,
    fix: `Write ${CACHE_BUST} above \`bench init\`, ${where} \`RUN ${mountOf('/opt/frappe/apps.json')}\` in place of \`RUN\`, and give \`bench init\` the option \`--apps_path=/opt/frappe/apps.json\`. If the Containerfile gets all apps by itself, write \`[]\` into ${apps}.`,
  };
}
