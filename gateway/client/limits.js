// What a desk can read, in the numbers of keys/format/limits.h, which the build puts here.

const sentOf = (name) => new TextEncoder().encode(name.replace(/["\r\n]/g, 'xxx')).length; // these are written %22, %0D, %0A

/**
 * Why a form with these fields could not be read, or holds nothing: the code that C has for it; '' if nothing is wrong.
 * @param {Iterable<[string, string|File]>} fields as FormData gives them
 * @returns {''|'EMPTY'|'MANY'|'NAME'}
 */
export function formFault(fields) {
  const all = [...fields];
  const files = all.map(([, value]) => value).filter((value) => typeof value !== 'string');
  if (all.length > SK_BODY_PARTS_MAX) return 'MANY';
  if (files.some(({ name }) => sentOf(name) > SK_BODY_NAME_MAX)) return 'NAME';
  const text = all.some(([name, value]) => name === 'text' && value.trim() !== '');
  return text || files.some(({ size }) => size > 0) ? '' : 'EMPTY';
}

/** What people are told. */
export const MOST_FILES = SK_BODY_FILES_SAID;
