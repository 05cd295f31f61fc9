import { userInfo } from 'node:os';

/** A file of systemd. */
export interface UnitFile {
  /** `/etc/systemd/system/…` */
  readonly path: string;
  readonly text: string;
}

/** What a timer runs. @param commands each a program and its words */
export function serviceUnit(
  name: string,
  description: string,
  commands: readonly (readonly string[])[],
  more: readonly string[] = [],
): UnitFile {
  return unitFile(`${name}.service`, [
    '[Unit]',
    `Description=${escapePercent(description)}`,
    'After=docker.service network-online.target',
    'Wants=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `User=${userInfo().username}`,
    ...commands.map((words) => `ExecStart=${words.map(quote).join(' ')}`),
    ...more,
  ]);
}

/** @param times lines of `[Timer]` */
export function timerUnit(name: string, description: string, times: readonly string[]): UnitFile {
  return unitFile(`${name}.timer`, [
    '[Unit]',
    `Description=${escapePercent(description)}`,
    '',
    '[Timer]',
    ...times,
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function unitFile(name: string, lines: readonly string[]): UnitFile {
  return { path: `/etc/systemd/system/${name}`, text: `${lines.join('\n')}\n` };
}

/** A word of ExecStart: `%` begins a specifier, `$` a variable. */
function quote(word: string): string {
  const escaped = escapePercent(word).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

function escapePercent(text: string): string {
  return text.replaceAll('%', '%%');
}
