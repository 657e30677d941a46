// A form as the browser itself writes it, multipart/form-data (RFC 7578), streamed, and its length beforehand.

function boundaryOf(response) {
  return /boundary="?([^";]+)/i.exec(response.headers.get('content-type'))[1];
}

/** The same form with empty files, and how many bytes the files have. */
function withoutFiles(formData) {
  const form = new FormData();
  let bytes = 0;
  for (const [name, value] of formData) {
    if (typeof value === 'string') {
      form.append(name, value);
    } else {
      form.append(name, new Blob([], { type: value.type }), value.name);
      bytes += value.size;
    }
  }
  return { form, bytes };
}

/**
 * Reads no file: what stands around them is measured on a form with empty ones. Each serialisation draws a boundary of its own, in
 * some browsers of its own length; it stands once before every field and once at the end.
 * @param {FormData} formData
 * @returns {Promise<{boundary: string, length: number, stream: () => ReadableStream<Uint8Array>}>} stream: once only
 */
export async function bodyOf(formData) {
  const response = new Response(formData);
  const boundary = boundaryOf(response);
  const { form, bytes } = withoutFiles(formData);
  const sample = new Response(form);
  const around = (await sample.arrayBuffer()).byteLength;
  const marks = [...form].length + 1;
  const length = around + marks * (boundary.length - boundaryOf(sample).length) + bytes;
  return { boundary, length, stream: () => response.body };
}
