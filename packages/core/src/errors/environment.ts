/** What takes the place of the env file's path where the values come from the environment. */
export const ENVIRONMENT = 'the environment';

/** Follows "Set NAME in": where its value comes from, and what that takes. */
export function setIn(source: string): string {
  return source === ENVIRONMENT
    ? `${source}, and name it in the example: no other keys are taken from there`
    : source;
}
