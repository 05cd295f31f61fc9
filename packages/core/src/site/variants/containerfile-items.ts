import { parseInstructions } from '../containerfile-instructions.ts';
import { readShellCommands } from '../shell-commands.ts';
import { isMarked, type VariantItem } from './variant.ts';

/** The build args that a Containerfile declares, and the packages that its steps install. */
export function readContainerfileItems(file: string, text: string): readonly VariantItem[] {
  const lines = text.split(/\r?\n/);
  return parseInstructions(text).list.flatMap(({ name, line, lastLine, rest }): VariantItem[] => {
    const isInstructionMarked = isMarked(lines, line);
    const item = (kind: VariantItem['kind'], of: string): VariantItem => {
      const word = new RegExp(`(?:^|[\\s"'])${of.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.-])`);
      const within = lines.slice(line - 1, lastLine).findIndex((one) => !/^\s*#/.test(one) && word.test(one));
      const at = line + Math.max(0, within);
      return { kind, name: of, file, line: at, isOnPurpose: isInstructionMarked || isMarked(lines, at) };
    };
    if (name === 'ARG')
      return rest.split(/\s+/).flatMap((word) => {
        const arg = /^[A-Za-z_]\w*/.exec(word)?.[0];
        return arg === undefined ? [] : [item('build arg', arg)];
      });
    return name === 'RUN' ? packagesOf(rest).map((one) => item('package', one)) : [];
  });
}

const INSTALLS: readonly RegExp[] = [
  /^(?:apt-get|apt|aptitude)\b.* install /,
  /^apk\b.* add /,
  /^(?:dnf|yum|microdnf)\b.* install /,
  /^(?:\S*python[\d.]* -m )?\S*pip[\d.]* install /,
  /^npm (?:.* )?(?:install|i) (?:.* )?(?:-g|--global) /,
  /^npm (?:.* )?(?:-g|--global) (?:.* )?(?:install|i) /,
  /^yarn global add /,
];
/** Options with a value in the next word. */
const TAKES_VALUE = new Set(['-o', '-t', '-r', '-c', '-i', '--virtual', '--requirement', '--constraint']);

function packagesOf(script: string): readonly string[] {
  return readShellCommands(script, () => undefined).flatMap((command) => {
    const words = command.map(({ text, asWritten }) => text ?? asWritten).filter((word) => word !== 'sudo');
    const line = `${words.join(' ')} `;
    const start = INSTALLS.map((pattern) => pattern.exec(line)?.[0]).find((found) => found !== undefined);
    if (start === undefined) return [];
    const names = words.slice(start.trim().split(' ').length);
    return names
      .filter((word, index) => !word.startsWith('-') && !TAKES_VALUE.has(names[index - 1] ?? ''))
      .map((word) => word.replace(/(?!^)(?:[=<>~!@[].*)$/, ''))
      .filter((word) => /^@?[A-Za-z0-9]/.test(word));
  });
}
