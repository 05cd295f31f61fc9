import { serviceUnit, timerUnit, type UnitFile } from '../flow/systemd-units.ts';

/** When services are to have more containers, as systemd writes it. */
export interface BusyHours {
  /** `Mon..Fri` */
  readonly days: string;
  /** `08:00` */
  readonly from: string;
  readonly to: string;
}

export interface ScaleTimerOptions {
  readonly project: string;
  /** Absolute path. */
  readonly site: string;
  /** The command `de-build`; absolute paths. */
  readonly command: readonly string[];
  /** `queue-long=3` */
  readonly busy: readonly string[];
  readonly quiet: readonly string[];
  readonly hours: BusyHours;
}

/** Units of systemd that scale services at the beginning and the end of busy hours. */
export interface ScaleTimer {
  readonly units: readonly UnitFile[];
}

/** `08:00-18:00`; `undefined` where it is none. */
export function parseHours(text: string): Pick<BusyHours, 'from' | 'to'> | undefined {
  const [, from, to] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text) ?? [];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

export function scaleTimer({ project, site, command, busy, quiet, hours }: ScaleTimerOptions): ScaleTimer {
  const pair = (part: string, scale: readonly string[], at: string) => {
    const name = `de-build-scale-${project}-${part}`;
    const description = `Scale ${scale.join(' ')} of ${project}`;
    const line = [...command, 'scale', ...scale, '--site', site, '--project', project, '--lock-wait=1h'];
    return [
      serviceUnit(name, description, [line]),
      timerUnit(name, description, [`OnCalendar=${hours.days} ${at}`]),
    ];
  };
  return { units: [...pair('busy', busy, hours.from), ...pair('quiet', quiet, hours.to)] };
}
