// Before anything else: as long as this script is there, no form sends what is in it by itself. If the rest of the
// script breaks, nothing goes out unlocked.

/** The forms whose content must not leave unlocked. */
const GUARDED = ['report', 'status'];

let open = false;

addEventListener('submit', (event) => {
  if (!open && GUARDED.includes(event.target.id)) event.preventDefault();
}, true);

/**
 * The only way to send the ordinary way: after somebody chose it.
 * @param {HTMLFormElement} form
 */
export function submitPlain(form) {
  open = true;
  form.submit();
}
