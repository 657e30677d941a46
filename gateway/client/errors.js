/** A refusal; `code` is the name that it has everywhere in the project (keys/base/error.h), or one of this folder's own. */
export class Refused extends Error {
  /** @param {string} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}
