/** The tone of a piece of text. */
export type Tone = 'strong' | 'quiet' | 'good' | 'warning' | 'bad' | 'accent';

export type Paint = (text: string) => string;

/** Paints each tone; leaves text unchanged without colours. */
export type Style = Readonly<Record<Tone, Paint>>;

const plain: Paint = (text) => text;

export function createStyle(hasColours: boolean): Style {
  const sgr = (open: number, close: number): Paint =>
    hasColours ? (text) => (text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`) : plain;
  return {
    strong: sgr(1, 22),
    quiet: sgr(2, 22),
    good: sgr(32, 39),
    warning: sgr(33, 39),
    bad: sgr(31, 39),
    accent: sgr(36, 39),
  };
}
