/** Colours and weights of text; the identity where there are none. */
export interface Style {
  readonly hasColours: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly cyan: Paint;
}

export type Paint = (text: string) => string;

const plain: Paint = (text) => text;

export function createStyle(hasColours: boolean): Style {
  const sgr = (open: number, close: number): Paint =>
    hasColours ? (text) => (text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`) : plain;
  return {
    hasColours,
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    cyan: sgr(36, 39),
  };
}
