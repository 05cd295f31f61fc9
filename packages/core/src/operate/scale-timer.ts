/** When services are to have more containers, as systemd writes it. */
export interface BusyHours {
  /** `Mon..Fri` */
  readonly days: string;
  /** `08:00` */
  readonly from: string;
  readonly to: string;
}

export interface ScaleTimer {
  readonly project: string;
  readonly site: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** `queue-long=3` */
  readonly busy: readonly string[];
  readonly quiet: readonly string[];
  readonly hours: BusyHours;
}

/** `08:00-18:00`; `undefined` where it is none. */
export function parseHours(text: string): Pick<BusyHours, 'from' | 'to'> | undefined {
  const [, from, to] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? [];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

/** Units of systemd that scale services at the beginning and the end of busy hours, as a file of files. */
export function scaleTimer({ project, site, program, busy, quiet, hours }: ScaleTimer): string {
  const units = ([name, scale, at]: readonly [string, readonly string[], string]) => {
    const unit = `de-build-scale-${project}-${name}`;
    return [
      `# /etc/systemd/system/${unit}.service`,
      '[Unit]',
      `Description=Scale ${scale.join(' ')} of ${project}`,
      'Wants=docker.service',
      'After=docker.service',
      '',
      '[Service]',
      'Type=oneshot',
      `ExecStart=${program} scale ${scale.join(' ')} --site ${quoted(site)} --project ${project} --lock-wait=1h`,
      '',
      `# /etc/systemd/system/${unit}.timer`,
      '[Unit]',
      `Description=${unit}`,
      '',
      '[Timer]',
      `OnCalendar=${hours.days} ${at}`,
      '',
      '[Install]',
      'WantedBy=timers.target',
      '',
    ];
  };
  const both = [
    ['busy', busy, hours.from],
    ['quiet', quiet, hours.to],
  ] as const;
  const timers = both.map(([name]) => `de-build-scale-${project}-${name}.timer`).join(' ');
  return [
    '# Each part belongs in the file that its first line names. Then:',
    `#   systemctl daemon-reload && systemctl enable --now ${timers}`,
    '',
    ...both.flatMap(units),
  ].join('\n');
}

/** systemd splits at blanks, and fills `%`. */
function quoted(path: string): string {
  const text = path.replaceAll('%', '%%');
  return /^[\w./%@:-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
