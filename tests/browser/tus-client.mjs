// One upload with tus-js-client, for 13-tus-client.py. usage: node tus-client.mjs '{"endpoint": …}'
// Options: endpoint, file, metadata (a whole Upload-Metadata), chunk, url (go on there), override (POST
// for PATCH), abort (to stop when so many bytes were accepted), terminate. Prints what became of it.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const tools = path.resolve(process.env.SKRYNKA_BUILD || '.', 'tests/browser/');
const tus = createRequire(tools + '/')('tus-js-client');
const asked = JSON.parse(process.argv[2]);
const seen = { requests: [], retries: 0 };

function finish(result) {
  console.log(JSON.stringify({ ...seen, ...result }));
  process.exit(0);
}

function options(done) {
  return {
    endpoint: asked.endpoint,
    uploadUrl: asked.url ?? null,
    chunkSize: asked.chunk ?? Infinity,
    overridePatchMethod: asked.override ?? false,
    retryDelays: Array(60).fill(0),
    storeFingerprintForResuming: false,
    uploadSize: fs.statSync(asked.file).size,
    onBeforeRequest(request) {
      seen.requests.push(request.getMethod());
      // The library can send text only as metadata, not bytes.
      if (asked.metadata && request.getMethod() === 'POST' && request.getURL() === asked.endpoint) {
        request.setHeader('Upload-Metadata', asked.metadata);
      }
    },
    onShouldRetry(error) {
      seen.retries += 1;
      const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
      return status === 0 || status === 409 || status === 423 || status >= 500;
    },
    onError: (error) => done({ error: String(error) }),
    onSuccess: () => done({}),
  };
}

const upload = new tus.Upload(fs.createReadStream(asked.file), options((result) =>
  finish({ url: upload.url, ...result })));
if (asked.terminate) {
  await tus.Upload.terminate(asked.url, { retryDelays: [] });
  finish({ url: asked.url });
}
if (asked.abort) {
  upload.options.onChunkComplete = (size, accepted) => {
    if (accepted >= asked.abort) {
      finish({ url: upload.url, aborted: accepted });
    }
  };
}
upload.start();
