/** @throws Error that tells why Go refuses the expression */
export type CompileGoRegExp = (source: string) => (text: string) => boolean;

/** Go's regular expressions: other than JavaScript's in what they mean, and linear in the text. Loaded when one is needed. */
export async function loadGoRegExp(): Promise<CompileGoRegExp> {
  const { RE2JS } = await import('re2js');
  return (source) => {
    const expression = RE2JS.compile(source);
    return (text) => expression.test(text);
  };
}
