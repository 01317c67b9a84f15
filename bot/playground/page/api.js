// Every call the page makes to the local Slack. Failures come back as
// {ok: false, error}, so that callers show them instead of throwing.

async function call(path, options) {
  try {
    const response = await fetch(path, options);
    const body = await response.json();
    return response.ok ? { ok: true, ...body } : { ok: false, error: `HTTP ${response.status}`, ...body };
  } catch (problem) {
    return { ok: false, error: "The local Slack does not answer. Is it still running?", cause: String(problem) };
  }
}

export function get(path) {
  return call(path, { headers: { accept: "application/json" } });
}

export function post(name, body) {
  return call(`/playground/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

export function upload(as, file) {
  const query = new URLSearchParams({ as, name: file.name, type: file.type || "application/octet-stream" });
  return call(`/playground/upload?${query}`, { method: "POST", body: file });
}
