/** Sends a file, so that it can be attached. `fetch` does not say how far it is. */
import type { Uploaded } from '../../../shared/wire';
import { t } from '../language/now.svelte';
import { HttpProblem, sentence } from './http';

export interface Upload {
  ended: Promise<Uploaded>;
  stop(): void;
}

export function upload(file: File, progress: (done: number) => void): Upload {
  const request = new XMLHttpRequest();
  const ended = new Promise<Uploaded>((resolve, reject) => {
    request.open('POST', `/api/v1/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onloadend = () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as Uploaded);
      else reject(new HttpProblem(request.status, request.status ? sentence(request.responseText, request.status) : t('serverUnreachable')));
    };
    request.send(file);
  });
  return { ended, stop: () => request.abort() };
}
