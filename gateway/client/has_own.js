// Object.hasOwn for browsers older than 2021, which have everything else; put into the bundles by bundle.mjs.
export const hasOwn = (object, name) => ({}).hasOwnProperty.call(object, name);
