/** An element of an XML document, where it begins. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const TOKEN =
  /<\?xml[^>]*\?>|<!\[CDATA\[.*?\]\]>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>|[^<]+|</gs;
const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/;

/** The elements of a document in their order. Throws where it is not well-formed XML. */
export function elementsOf(xml: string): readonly XmlElement[] {
  const open: string[] = [];
  const elements: XmlElement[] = [];
  for (const [token, slash, name, attributes, isEmpty] of xml.matchAll(TOKEN)) {
    if (token === '<') throw new Error('A < stands for itself.');
    if (!token.startsWith('<![CDATA[') && STRAY_AMPERSAND.test(token)) throw new Error(`Stray & in ${token}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
    if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(token)) throw new Error('A control character.');
    if (name === undefined) {
      if (open.length === 0 && !token.startsWith('<?') && token.trim() !== '')
        throw new Error('Text outside.');
    } else if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes another element.`);
    } else {
      if (open.length === 0 && elements.length > 0) throw new Error('Two roots.');
      const pairs = [...(attributes ?? '').matchAll(/([\w:.-]+)="([^"]*)"/g)];
      elements.push({ name, attributes: Object.fromEntries(pairs.map(([, key, value]) => [key, value])) });
      if (isEmpty !== '/') open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)}> is not closed.`);
  return elements;
}
