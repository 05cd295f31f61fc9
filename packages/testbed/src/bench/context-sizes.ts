/** The build contexts that are compared: the example's own three files, and one with many more. */
export function contextSizes(
  isQuick: boolean,
): readonly { readonly label: string; readonly files: number }[] {
  const many = isQuick ? 2000 : 20_000;
  return [
    { label: 'small context', files: 0 },
    { label: `${many.toLocaleString('en')} files`, files: many },
  ];
}
