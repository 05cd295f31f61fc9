const GETS_APPS = /(?:^|[\s;&|('"])(?:\S*\/)?bench (?:-\S+ )*(init|get-app)\b/;
/** A RUN of this length is read at a glance. */
const SHORT_RUN = 80;

/**
 * The name of a step of a build for people, in one line: of a long RUN that gets the apps, what it does; of others the
 * instruction without mounts and without the ends of digests.
 * @param name as the builder names it, or an instruction as written
 */
export function readableStep(name: string): string {
  const line = name.replace(/\s+/g, ' ').replace(/ --mount=\S+/g, '');
  const [, place = '', instruction = ''] = /^((?:\[[^\]]*\] )?)(.*)$/.exec(line) ?? [];
  const command = /^(?:ONBUILD )?RUN /i.test(instruction) ? GETS_APPS.exec(instruction)?.[1] : undefined;
  if (command !== undefined && instruction.length > SHORT_RUN)
    return `${place}install the apps (bench ${command} …)`;
  return line.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+/g, '$1');
}
