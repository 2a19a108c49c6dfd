/**
 * True when some text is matched by both patterns: `*` is any run of characters, `?` exactly one, anything else itself.
 * Takes as many steps as the product of the lengths.
 */
export function globsOverlap(one: string, other: string): boolean {
  const left = [...one];
  const right = [...other];
  // below[j]: what follows left[i] and what stands in `right` from j on have a text in common. One row for each i.
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = right.length; j >= 0; j -= 1) {
      const a = left[i];
      const b = right[j];
      const skipsLeft = a !== undefined && below[j] === true;
      const skipsRight = b !== undefined && row[j + 1] === true;
      if (a === undefined && b === undefined) row[j] = true;
      // A star stands for nothing, or swallows what the other pattern has next; either way one of the two moves on.
      else if (a === '*' || b === '*') row[j] = skipsLeft || skipsRight;
      else row[j] = (a === b || a === '?' || b === '?') && a !== undefined && b !== undefined && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}
