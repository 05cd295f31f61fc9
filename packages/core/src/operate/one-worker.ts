const OPTION = '(?:--workers|-w|--threads|--timeout|-t)';
const ATTACHED = new RegExp(`^${OPTION}=?\\d+$`);
const NAME = new RegExp(`^${OPTION}$`);
const WITHIN = new RegExp(`\\s${OPTION}(?:=|\\s+)?\\d+(?=\\s|$)`, 'g');
const WANTED = ['--workers=1', '--threads=1', '--timeout=0'];

/**
 * A command of gunicorn with one worker of one thread, which may wait as long as it wants: two at a breakpoint would share the
 * terminal, and a worker that waits is killed. Another command stays as it is.
 */
export function oneWorker(command: readonly string[]): readonly string[] {
  if (!command.some((word) => /\bgunicorn\b/.test(word))) return command;
  return command.flatMap((word, index) => {
    if (word.includes(' '))
      return [word.replace(WITHIN, '').replace(/\bgunicorn(?=\s)/, `gunicorn ${WANTED.join(' ')}`)];
    if (/(?:^|\/)gunicorn$/.test(word)) return [word, ...WANTED];
    const isValue = /^\d+$/.test(word) && NAME.test(command[index - 1] ?? '');
    return ATTACHED.test(word) || NAME.test(word) || isValue ? [] : [word];
  });
}
