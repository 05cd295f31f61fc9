/** Ways in which a program may write a secret, worked out apart from the redactor's own. */
export function secretForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const percent = encodeURIComponent(secret);
  const texts = [secret, percent, JSON.stringify(secret).slice(1, -1)];
  const base64 = [bytes, Buffer.from(percent)].flatMap((one) => [0, 1, 2].map((at) => innerBase64(one, at)));
  const hex = bytes.toString('hex');
  const lower = percent.replace(/%../g, (code) => code.toLowerCase());
  return [...new Set([...texts, ...base64, hex, hex.toUpperCase(), lower])];
}

/** Which of the secrets are in a text, in any form, also across line breaks and colours. */
export function findSecrets(text: string, secrets: readonly string[]): readonly string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of a terminal
  const bare = text.replace(/\u001b(?:\[[0-9;?]*[A-Za-z]|\][^\u0007]*\u0007|[()][A-Z0-9])/g, '');
  const joined = bare.replace(/[\r\n]/g, '');
  return secrets.flatMap((secret) =>
    secretForms(secret).filter((form) => [text, bare, joined].some((one) => one.includes(form))),
  );
}

/** The base64 of `bytes` within a larger text that has `before` bytes ahead of it, without what the neighbours share. */
function innerBase64(bytes: Buffer, before: number): string {
  const around = Buffer.concat([Buffer.alloc(before), bytes, Buffer.alloc(3)]).toString('base64');
  const from = before === 0 ? 0 : before + 1;
  return around.slice(from, Math.floor(((before + bytes.length) * 8) / 6));
}
