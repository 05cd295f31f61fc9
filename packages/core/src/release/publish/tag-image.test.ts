import { expect, test } from '@jest/globals';
import { imagesNamed } from '../../engine/images/named-images.fixture.ts';
import type { BuildPlan } from '../plan/plan.ts';
import { tagImage } from './tag-image.ts';

const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;
const REFERENCE = 'acme/erp:1.0.0';
const ASIDE = `acme/erp:1.0.0-replaced-${'a'.repeat(12)}`;

function plan(replaces?: BuildPlan['replaces']) {
  return { image: 'acme/erp', siteVersion: '1.0.0', reference: REFERENCE, replaces } as BuildPlan;
}

test('a free tag is given', async () => {
  const { images, names } = imagesNamed({});
  const { tags } = await tagImage(images, plan(), NEW);
  expect(names).toEqual({ [REFERENCE]: NEW });
  expect(tags).toEqual([REFERENCE]);
});

test('a tag that was taken meanwhile is left alone', async () => {
  const { images, names } = imagesNamed({ [REFERENCE]: OLD });
  await expect(tagImage(images, plan(), NEW)).rejects.toMatchObject({
    code: 'image-tag-taken-meanwhile',
    exitCode: 8,
  });
  expect(names).toEqual({ [REFERENCE]: OLD });
});

test('with --force the old image gets another tag, and undo restores the old one', async () => {
  const { images, names } = imagesNamed({ [REFERENCE]: OLD });
  const tagging = await tagImage(images, plan({ imageId: OLD, tag: '1.0.0' }), NEW);
  expect(names).toEqual({ [REFERENCE]: NEW, [ASIDE]: OLD });
  await tagging.undo();
  expect(names).toEqual({ [REFERENCE]: OLD });
});

test('undo leaves a tag alone that somebody else took since', async () => {
  const { images, names } = imagesNamed({});
  const tagging = await tagImage(images, plan(), NEW);
  names[REFERENCE] = OLD;
  await tagging.undo();
  expect(names).toEqual({ [REFERENCE]: OLD });
});

test.each([
  ['another run takes the tag after the look', OLD],
  ['a program removes it', undefined],
])('%s: the loser is told', async (_, taker) => {
  const { images, names } = imagesNamed({});
  const tag: typeof images.tag = async (image, reference) => {
    await images.tag(image, reference);
    if (taker === undefined) delete names[reference];
    else names[reference] = taker;
  };
  await expect(tagImage({ ...images, tag }, plan(), NEW)).rejects.toMatchObject({
    code: 'image-tag-taken-meanwhile',
    why: expect.stringContaining(taker ?? 'removed the tag'),
  });
  expect(names).toEqual(taker === undefined ? {} : { [REFERENCE]: taker });
});
