/** What each tool writes for a sign. */
const ENTITIES: readonly Readonly<Record<string, string>>[] = [
  // Python's `xmlcharrefreplace`
  {},
  // Python's `saxutils.escape`, ElementTree's text
  tool('&amp; &lt; &gt;'),
  // The HTML standard's attributes; ElementTree's and Java's
  tool('&amp; &quot;'),
  tool('&amp; &lt; &gt; &quot;'),
  // jq's `@html`, .NET's `SecurityElement.Escape`
  tool('&amp; &lt; &gt; &quot; &apos;'),
  // Ruby, lodash, React
  tool('&amp; &lt; &gt; &quot; &#39;'),
  // Go, markupsafe (Jinja)
  tool('&amp; &lt; &gt; &#34; &#39;'),
  // Python's `html.escape`, Django
  tool('&amp; &lt; &gt; &quot; &#x27;'),
  // PHP
  tool('&amp; &lt; &gt; &quot; &#039;'),
  // Handlebars, mustache
  tool('&amp; &lt; &gt; &quot; &#x27; &#x60; &#x3D;'),
  tool('&amp; &lt; &gt; &quot; &#39; &#x2F; &#x60; &#x3D;'),
  // Go's templates, in an attribute with quotes and without
  tool('&amp; &lt; &gt; &#34; &#39; &#43;'),
  tool('&amp; &lt; &gt; &#34; &#39; &#43; &#61; &#96; &#32;'),
];

const decimal = (sign: string) => `&#${sign.codePointAt(0)};`;
const hex = (sign: string) => `&#x${sign.codePointAt(0)?.toString(16)};`;
const upperHex = (sign: string) => `&#x${sign.codePointAt(0)?.toString(16).toUpperCase()};`;

/**
 * A value with the entities and character references of HTML and XML: for the signs that each tool replaces, beyond ASCII
 * also (libxml2), and for all signs (OWASP).
 */
export function entityForms(value: string): readonly string[] {
  const references = [(sign: string) => sign, decimal, hex, upperHex];
  return references.flatMap((reference) => [
    value.replace(/\W/gu, reference),
    ...ENTITIES.map((entities) =>
      value.replace(/\W/gu, (sign) => entities[sign] ?? (sign > '~' ? reference(sign) : sign)),
    ),
  ]);
}

function tool(entities: string): Readonly<Record<string, string>> {
  const names: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return Object.fromEntries(
    entities.split(' ').map((entity) => {
      const name = entity.slice(1, -1);
      return [names[name] ?? String.fromCharCode(Number(name.replace('#', '').replace('x', '0x'))), entity];
    }),
  );
}
