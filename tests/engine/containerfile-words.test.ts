import { expect, test } from '@jest/globals';
import { parseInstructions } from '../../packages/core/src/site/containerfile-instructions.ts';
import { parseContainerfile } from '../../packages/core/src/site/parse-containerfile.ts';
import { FAULTY_WORDS, VALUES, WORDS } from '../../packages/core/src/site/words.fixture.ts';
import { onOneEngine } from './on-each-engine.ts';
import { useBuilds } from './use-builds.ts';

// An older engine knows fewer operators.
onOneEngine('words of a Containerfile', (shared) => {
  const builds = useBuilds(shared, {});
  const { write, build } = builds;
  const head = ['FROM BASE', ...Object.entries(VALUES).map(([name, value]) => `ENV ${name}="${value}"`)];

  test('are what BuildKit makes of them', async () => {
    const labels = WORDS.map(([word], index) => `LABEL w${index}=${word}`);
    await write({ Containerfile: [...head, ...labels].join('\n') });
    const image = await build();
    const found = (await builds.engine.images.inspect(image.id))?.labels;
    const read = WORDS.map(([word], index) => [word, found?.[`w${index}`]]);
    expect(read).toEqual(WORDS.map(([word, text]) => [word, text]));
  });

  test.each(FAULTY_WORDS)('%s is refused', async (word) => {
    await write({ Containerfile: [...head, `LABEL w=${word}`].join('\n') });
    await expect(build()).rejects.toMatchObject({ exitCode: 6 });
  });

  test('a stage has the ARG and ENV of the stage it is based on; ENV before FROM is refused', async () => {
    const text = ['FROM BASE AS one', 'ENV V=1', 'ARG W=2', 'FROM one', 'ARG X=$V$W', 'LABEL x=$X'].join(
      '\n',
    );
    await write({ Containerfile: text });
    const { id } = await build();
    expect((await builds.engine.images.inspect(id))?.labels.x).toBe('12');
    expect(parseContainerfile('C', Buffer.from(text)).containerfile.args.get('X')).toMatchObject([
      { default: '12' },
    ]);
    await write({ Containerfile: 'ENV A=1\nFROM BASE' });
    await expect(build()).rejects.toMatchObject({ exitCode: 6 });
  });

  test.each([
    'RUN <<$EOF\nFROM nothing\n$EOF',
    'RUN <<"$EOF" cat\nFROM nothing\n$EOF',
    'RUN <<E"O"F cat\nFROM nothing\nEOF',
    'RUN << EOF cat\nFROM nothing\nEOF',
    'RUN ["echo", "<<EOF"]',
    'RUN cat <<EOF "\\"',
  ])('heredoc: %j', async (run) => {
    const text = `FROM BASE\n${run}\nLABEL x=1`;
    await write({ Containerfile: text });
    const isBuilt = await build().then(
      () => true,
      (error: { code: string }) => error.code !== 'containerfile-invalid' && error.code !== 'build-failed',
    );
    const { list, openHeredoc } = parseInstructions(text);
    expect(isBuilt).toBe(openHeredoc === undefined);
    if (isBuilt) expect(list.map(({ name }) => name)).toEqual(['FROM', 'RUN', 'LABEL']);
  });
});
